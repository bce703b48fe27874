// For the specs of this folder: small programs in place of the Temporal server, the control and the encode process.
import { randomInt } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';
import type { ChildSpec, StackOptions } from '../stack-options.ts';

const stackFolder = fileURLToPath(new URL('..', import.meta.url));

/** Compiles the stack's sources into a folder. Returns the path of its index.js. */
export async function compileStack(target: string): Promise<string> {
  writeFileSync(join(target, 'package.json'), '{"type":"module"}');
  const sources = readdirSync(stackFolder).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'),
  );
  for (const name of sources) {
    const { code } = await transformFile(join(stackFolder, name), {
      swcrc: false,
      configFile: false,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' },
    });
    // The compiler can rewrite the extensions itself, but its type declarations do not know the option yet.
    writeFileSync(
      join(target, name.replace(/\.ts$/, '.js')),
      code.replace(/(from '?"?\.\/[\w-]+)\.ts/g, '$1.js'),
    );
  }
  return join(target, 'index.js');
}

// Below the range from which systems number outgoing connections: those of other tests come and go all the time.
const firstPort = 20_000;
const lastPort = 32_000;

/** A port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const port = randomInt(firstPort, lastPort);
  const free = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  return free ? port : await freePort();
}

// Each writes its name to order.txt when it is asked to end.
const program = `
  import { appendFileSync } from 'node:fs';
  import { createServer } from 'node:http';
  const [name, port, order] = process.argv.slice(2);
  createServer((_, response) => response.end('ok')).listen(Number(port), '127.0.0.1', () => console.log('listening'));
  process.on('SIGTERM', () => {
    appendFileSync(order, name + '\\n');
    process.exit(0);
  });
  process.on('disconnect', () => process.exit(0));
`;

/** A stack of stand-ins on free ports. */
export async function standInOptions(home: string): Promise<StackOptions> {
  const script = join(home, 'stand-in.mjs');
  writeFileSync(script, program);
  const ports = { api: await freePort(), temporal: await freePort(), workerMetrics: await freePort() };
  const spec = (name: ChildSpec['name'], port: number, more: Partial<ChildSpec> = {}): ChildSpec => ({
    name,
    argv: [process.execPath, script, name, `${port}`, join(home, 'order.txt')],
    ipc: true,
    afterPort: ports.temporal,
    graceMs: 10_000,
    stopsLast: false,
    ...more,
  });
  const { afterPort: _, ...temporal } = spec('temporal', ports.temporal, { ipc: false, stopsLast: true });
  const apiUrl = `http://127.0.0.1:${ports.api}`;
  return {
    home,
    apiUrl,
    readyUrl: `${apiUrl}/readyz`,
    ports,
    children: [temporal, spec('control', ports.api), spec('encode', ports.workerMetrics)],
    env: {},
    startTimeoutMs: 45_000,
  };
}
