import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { verifyTree } from '@framefold/verify';
import { fetchAnything } from '../connect.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import type { Voice } from '../reporter.ts';
import { libavformatStarts } from '../verify/libavformat-starts.ts';
import { fileTree, httpTree } from '../verify/tree-readers.ts';
import { verifyTable } from '../verify/verify-table.ts';

/** `framefold verify`: checks an HLS or DASH tree, as a table or as JSON in one line. Needs no stack. */
export async function verify(manifest: string, options: Voice, io: Io): Promise<ExitCode> {
  const isRemote = /^https?:\/\//i.test(manifest) && URL.canParse(manifest);
  const uri = isRemote ? new URL(manifest).href : pathToFileURL(resolve(io.cwd, manifest)).href;
  const { ffprobe } = io.loadConfig().tools;
  const report = await verifyTree((isRemote ? httpTree : fileTree)(fetchAnything(io)), uri, {
    libavformatStarts: ffprobe === undefined ? undefined : libavformatStarts(ffprobe),
  });
  const text = options.json === true ? JSON.stringify(report) : verifyTable(report).join('\n');
  io.stdout.write(`${text}\n`);
  return report.findings.some(({ severity }) => severity === 'error') ? EXIT.failed : EXIT.ok;
}
