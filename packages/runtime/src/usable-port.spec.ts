import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { usablePort } from './usable-port.ts';

it('gives the wanted port while it is free, and another when it is taken', async () => {
  const free = await usablePort(0);
  expect(await usablePort(free)).toBe(free);
  const other = createServer().listen(free, '127.0.0.1');
  await once(other, 'listening');
  try {
    const given = await usablePort((other.address() as AddressInfo).port);
    expect(given).not.toBe(free);
    expect(given).toBeGreaterThan(0);
  } finally {
    other.close();
  }
});
