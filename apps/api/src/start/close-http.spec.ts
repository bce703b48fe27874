import { connect, type Socket } from 'node:net';
import { event, request } from '@framefold/domain/testing';
import { startApi } from '../testing/api-under-test.ts';

/** Everything that comes on a connection, until it ends. */
async function received(socket: Socket): Promise<string> {
  let text = '';
  for await (const data of socket) text += String(data);
  return text;
}

describe('closing', () => {
  it('takes no new requests, lets running ones end, and then ends the connections', async () => {
    const api = await startApi();
    const jobId = await api.jobWith([event('JobSubmitted', 1, { request: request() })]);
    let finish = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      api.temporal.onCancel = async () => {
        resolve();
        await new Promise<void>((done) => (finish = done));
        return 'still-running';
      };
    });
    const open = (): Socket => connect(api.port, '127.0.0.1');
    const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${api.port}\r\n\r\n`;

    const idle = open();
    idle.write(get('/healthz'));
    await new Promise((resolve) => idle.once('data', resolve));
    const busy = open();
    busy.write(get(`/api/jobs/${jobId}`).replace('GET', 'DELETE'));
    await asked;

    const closed = api.close();
    const told = received(busy);
    await received(idle);
    const refused = await new Promise((resolve) => open().once('error', resolve));
    expect(refused).toMatchObject({ code: 'ECONNREFUSED' });
    busy.write(get('/api/jobs'));
    finish();
    await closed;
    const [, first, second] = (await told).split('HTTP/1.1 ');
    expect(first).toMatch(/^202 [^]*cancelling/);
    expect(second).toMatch(/^503 [^]*NOT_READY/);
    expect(second).toMatch(/^connection: close/im);
  });
});
