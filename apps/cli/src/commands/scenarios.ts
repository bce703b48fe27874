import { SCENARIO_SECONDS, SCENARIOS } from '@framefold/domain';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { columns } from '../format.ts';
import type { Io } from '../io.ts';
import type { Voice } from '../reporter.ts';

/** `framefold scenarios`: the presets by name, as a table or as JSON in one line. */
export function listScenarios(options: Voice, io: Io): ExitCode {
  if (options.json === true) {
    io.stdout.write(`${JSON.stringify(SCENARIOS)}\n`);
    return EXIT.ok;
  }
  const rows = Object.entries(SCENARIOS).map(([name, { width, height, frameRate, codec, bitrateKbps }]) => [
    name,
    `${width}x${height}`,
    `${frameRate} fps`,
    codec,
    `${bitrateKbps} kbit/s`,
  ]);
  const table = columns([['SCENARIO', 'SIZE', 'FRAMES', 'CODEC', 'BIT RATE'], ...rows]);
  io.stdout.write(`${table.join('\n')}\nWithout a source one of ${SCENARIO_SECONDS} s is made.\n`);
  return EXIT.ok;
}
