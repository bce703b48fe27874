import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, storeKeys, testSourceBytes, type FailureCode, type TestSource } from '@framefold/domain';
import { testSourceArgv } from '@framefold/media';
import type { CommandResult } from '@framefold/platform';
import type { SourceRef } from '@framefold/workflows/contract';
import { heartbeating } from '../heartbeat.ts';
import { storedSource } from '../source-file.ts';
import type { IngestDeps } from './ingest-source.ts';

/** The longest source in 4K at 60 Hz, at a twentieth of real time. */
const TIMEOUT_SECONDS = 4 * 3600;

/** Several pictures in 4K, and no looking ahead. */
const MEMORY_BYTES = 2 * 1024 ** 3;

const EXCEEDED: Readonly<Record<NonNullable<CommandResult['exceeded']>, FailureCode>> = {
  time: 'ENCODER_TIMED_OUT',
  memory: 'ENCODER_OUT_OF_MEMORY',
  disk: 'ENCODER_OUT_OF_DISK',
};

/**
 * Makes a test source and stores it as a download is stored. The same recipe gives the same bytes.
 *
 * @throws {CodedError} SOURCE_LIMIT_EXCEEDED, WORKER_DISK_LOW, or an ENCODER_ code when ffmpeg breaks
 */
export async function makeTestSource(
  deps: Pick<IngestDeps, 'store' | 'scratch' | 'runner' | 'ffmpeg' | 'limits'>,
  jobId: string,
  recipe: TestSource,
): Promise<SourceRef> {
  const key = storeKeys.source(jobId, '.mov');
  const stored = await deps.store.head(key);
  if (stored !== undefined) return { ...storedSource(key, stored.sizeBytes), generated: true };
  const mostBytes = testSourceBytes(recipe);
  if (mostBytes > deps.limits.sourceBytes) {
    throw new CodedError(
      'SOURCE_LIMIT_EXCEEDED',
      `The test source may take ${mostBytes} bytes; the limit is ${deps.limits.sourceBytes}.`,
    );
  }
  return heartbeating(undefined, async (signal) => {
    const place = await deps.scratch.reserve(`${jobId}-source`, mostBytes);
    try {
      const file = join(place.folder, 'source.mov');
      const result = await deps.runner.run({
        program: deps.ffmpeg,
        args: testSourceArgv(recipe, file),
        readable: [],
        writable: place.folder,
        limits: { memoryBytes: MEMORY_BYTES, diskBytes: mostBytes },
        timeoutSeconds: TIMEOUT_SECONDS,
        signal,
      });
      signal.throwIfAborted();
      assertMade(result);
      const { size } = await stat(file);
      await deps.store.putFile(key, file);
      return { ...storedSource(key, size), generated: true };
    } finally {
      await place.release();
    }
  });
}

function assertMade({ exitCode, exitSignal, exceeded, stderr }: CommandResult): void {
  if (exitCode === 0 && exceeded === undefined) return;
  const code = exceeded === undefined ? 'ENCODER_CRASHED' : EXCEEDED[exceeded];
  throw new CodedError(code, `Making the test source ended with ${exitSignal ?? `exit code ${exitCode}`}.`, {
    stderr: stderr.slice(-2048),
  });
}
