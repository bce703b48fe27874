import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch, FramefoldClient, ManifestText } from '@framefold/client';
import { hasBatchEnded } from '@framefold/domain';
import { batchChanges, batchLines } from '../batch-lines.ts';
import { UsageError } from '../command-error.ts';
import { connect } from '../connect.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { interruptible } from '../interrupt.ts';
import type { Io } from '../io.ts';
import { patiently } from '../patience.ts';
import { humanStream, type Voice } from '../reporter.ts';

const TYPES: Readonly<Record<string, ManifestText['type']>> = {
  '.json': 'application/json',
  '.csv': 'text/csv',
};

/** `framefold batch submit`: prints the new batch's id, or with `json` the API's answer. */
export async function submitBatch(
  file: string,
  options: Voice & { readonly key?: string },
  io: Io,
): Promise<ExitCode> {
  const type = TYPES[extname(file).toLowerCase()];
  if (type === undefined) throw new UsageError(`A manifest is a .json or .csv file; this is ${file}.`);
  const text = await readFile(resolve(io.cwd, file), 'utf8').catch((error: unknown) => {
    throw new UsageError(`The manifest cannot be read: ${String(error)}`);
  });
  const submitted = await connect(io).batches.submit({ type, text }, { idempotencyKey: options.key });
  io.stdout.write(`${options.json === true ? JSON.stringify(submitted) : submitted.batchId}\n`);
  return EXIT.ok;
}

/** `framefold batch status`: the batch as it is, or until it has ended. A Ctrl-C leaves the batch alone. */
export async function batchStatus(
  id: string,
  options: Voice & { readonly follow?: boolean },
  io: Io,
): Promise<ExitCode> {
  const client = connect(io);
  if (options.follow === true)
    return await interruptible(io, async (signal) =>
      endOf(await follow(client, id, options, io, signal), io, options),
    );
  const batch = await client.batches.get(id);
  endOf(batch, io, options);
  return EXIT.ok;
}

/** `framefold batch cancel`: returns when no job of the batch runs any more. */
export async function cancelBatch(id: string, io: Io): Promise<ExitCode> {
  const client = connect(io);
  await patiently(
    () => client.batches.cancel(id),
    io.pace,
    (line) => void io.stderr.write(`${line}\n`),
  );
  io.stdout.write(`Batch ${id} is cancelled.\n`);
  return EXIT.ok;
}

async function follow(
  client: FramefoldClient,
  id: string,
  voice: Voice,
  io: Io,
  signal: AbortSignal,
): Promise<Batch> {
  const stream = humanStream(io, voice);
  const say = (line: string): void => void stream.write(`${line}\n`);
  for (let former: Batch | undefined; ;) {
    const batch = await patiently(() => client.batches.get(id, { signal }), io.pace, say, signal);
    batchChanges(former, batch).forEach(say);
    if (hasBatchEnded(batch.status)) return batch;
    former = batch;
    await sleep(io.pace.pollMs, undefined, { signal });
  }
}

/** Shows a batch and gives the exit code that stands for how it ended. */
function endOf(batch: Batch, io: Io, voice: Voice): ExitCode {
  if (voice.json === true) io.stdout.write(`${JSON.stringify(batch)}\n`);
  else humanStream(io, voice).write(`${batchLines(batch).join('\n')}\n`);
  switch (batch.status) {
    case 'failed':
      return EXIT.failed;
    case 'cancelled':
      return EXIT.cancelled;
    case 'running':
    case 'cancelling':
    case 'completed':
      return EXIT.ok;
  }
}
