import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Calibration } from '@framefold/domain';
import { CommandError } from './command-error.ts';

const PROGRAM = fileURLToPath(new URL('../../worker/dist/calibrate-main.js', import.meta.url));

/**
 * Has the worker's program measure this machine.
 *
 * @param report takes a line about each round, for people
 * @throws {CommandError} CALIBRATION_FAILED
 */
export async function calibrateMachine(report: (line: string) => void): Promise<Calibration> {
  const child = spawn(process.execPath, ['--enable-source-maps', PROGRAM], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (!line.startsWith('{')) report(line);
  });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const [output, [code]] = await Promise.all([text(child.stdout), exit]);
  if (code !== 0) {
    throw new CommandError(
      'CALIBRATION_FAILED',
      `The machine could not be measured: ${said.at(-1) ?? 'no reason is known'}`,
      'Run `framefold transcode` first: it shows whether encoding works here at all.',
    );
  }
  return Calibration.parse(JSON.parse(output.trim().split('\n').at(-1) ?? ''));
}
