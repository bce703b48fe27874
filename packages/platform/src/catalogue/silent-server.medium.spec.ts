import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import { openCatalogue } from './open-catalogue.ts';

const UNAVAILABLE = { code: 'CATALOGUE_UNAVAILABLE' };

/** Starts a TCP server of this machine. */
async function serve(onConnection: (socket: Socket) => void): Promise<{
  readonly databaseUrl: string;
  readonly close: () => Promise<void>;
}> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    databaseUrl: `postgres://postgres@127.0.0.1:${(server.address() as AddressInfo).port}/postgres`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('a catalogue whose database falls silent', () => {
  it('is not opened where connections are taken and nothing is answered', async () => {
    const { databaseUrl, close } = await serve(() => undefined);
    await expect(
      openCatalogue({ databaseUrl, patience: { connectMs: 100, queryMs: 0 } }),
    ).rejects.toMatchObject(UNAVAILABLE);
    await close();
  });

  it('refuses what gets no answer, also within a transaction, and goes on by new connections', async () => {
    const database = await PGlite.create();
    let open: Socket[] = [];
    const { databaseUrl, close } = await serve((socket) => {
      open.push(socket);
      const answer = async (bytes: Buffer): Promise<void> => {
        if (open.includes(socket)) socket.write(await database.execProtocolRaw(bytes));
      };
      socket.on('data', (bytes: Buffer) => void answer(bytes));
    });
    const catalogue = await openCatalogue({ databaseUrl, patience: { connectMs: 20_000, queryMs: 3_000 } });
    expect(await catalogue.job('none')).toBeUndefined();

    const fallSilent = (): void => void (open = []);
    fallSilent();
    await expect(catalogue.job('none')).rejects.toMatchObject(UNAVAILABLE);
    expect(await catalogue.job('none')).toBeUndefined();
    fallSilent();
    const attempt = { at: 1, durationMs: 1 };
    const recorded = catalogue.deliveries.recordAttempt({ id: 'none', run: 0, attempt: 1 }, attempt, {
      state: 'failed',
    });
    await expect(recorded).rejects.toMatchObject(UNAVAILABLE);
    expect(await catalogue.job('none')).toBeUndefined();

    await catalogue.close();
    await close();
    await database.close();
  });
});
