import { basename, resolve } from 'node:path';
import { uploadUrl } from '@framefold/domain';
import { connect } from '../connect.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { interruptible } from '../interrupt.ts';
import type { Io } from '../io.ts';
import { reporterFor, type Voice } from '../reporter.ts';
import { uploadFile } from '../upload-file.ts';
import { assertFile, uploadTools } from '../upload-sources.ts';

/** `framefold upload`: prints the URL that names the file as a source, or with `json` the upload. */
export async function upload(file: string, options: Voice, io: Io): Promise<ExitCode> {
  const path = resolve(io.cwd, file);
  assertFile(path);
  const client = connect(io);
  const reporter = reporterFor(io, options);
  return await interruptible(io, async (signal) => {
    try {
      const view = await uploadFile(path, { client, ...uploadTools(io), pace: io.pace, reporter, signal });
      reporter.release();
      io.stdout.write(options.json === true ? `${JSON.stringify(view)}\n` : `${uploadUrl(view.id)}\n`);
      return EXIT.ok;
    } catch (error) {
      reporter.release();
      if (signal.aborted)
        reporter.note(`The upload of ${basename(path)} goes on when the command is run again.`);
      throw error;
    }
  });
}
