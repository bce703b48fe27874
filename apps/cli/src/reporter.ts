import type { Job } from '@framefold/client';
import { changeLines } from './change-lines.ts';
import { fit, formatBytes } from './format.ts';
import { widthOf, type Io, type OutputStream } from './io.ts';
import { LiveRegion } from './live-region.ts';
import { progressLines } from './progress-view.ts';

/** How much is said, and where. */
export interface Voice {
  /** stdout belongs to one line of JSON: people read stderr. */
  readonly json?: boolean;
  /** Errors, and what was asked for, alone. */
  readonly quiet?: boolean;
}

/** What people read while a command works. */
export interface Reporter {
  /** A line that stays. */
  readonly note: (line: string) => void;
  /** The job as it is now: a live view on a terminal, else a line for each change. */
  readonly show: (job: Job) => void;
  /** How much of a file has been sent, in bytes: a live line on a terminal, else a line every ten percent. */
  readonly transfer: (name: string, sent: number, total: number) => void;
  /** Ends the live view, leaving its last picture. */
  readonly release: () => void;
}

/** The stream that people read under these options. */
export function humanStream(io: Io, { json }: Voice): OutputStream {
  return json === true ? io.stderr : io.stdout;
}

const nothing = (): void => undefined;
const SILENT: Reporter = { note: nothing, show: nothing, transfer: nothing, release: nothing };

/** A reporter for these options. */
export function reporterFor(io: Io, voice: Voice): Reporter {
  if (voice.quiet === true) return SILENT;
  const stream = humanStream(io, voice);
  return stream.isTTY === true ? liveReporter(stream) : logReporter(stream);
}

function liveReporter(stream: OutputStream): Reporter {
  const region = new LiveRegion(stream);
  const colors = stream.hasColors?.() ?? false;
  return {
    note: (line) => region.print(line),
    // One less: a full last column makes some terminals wrap.
    show: (job) =>
      region.draw(progressLines(job, { now: Date.now(), width: widthOf(stream, 80) - 1, colors })),
    transfer: (...transfer) => region.draw([fit(transferLine(...transfer), widthOf(stream, 80) - 1)]),
    release: () => region.release(),
  };
}

function logReporter(stream: OutputStream): Reporter {
  let former: Job | undefined;
  let formerStep = '';
  const write = (line: string): void => void stream.write(`${line}\n`);
  return {
    note: write,
    show: (job) => {
      changeLines(former, job, Date.now()).forEach(write);
      former = job;
    },
    transfer: (name, sent, total) => {
      const step = `${name} ${Math.floor((10 * sent) / total)}`;
      if (step !== formerStep) write(transferLine(name, sent, total));
      formerStep = step;
    },
    release: () => undefined,
  };
}

function transferLine(name: string, sent: number, total: number): string {
  const percent = total === 0 ? 100 : (100 * sent) / total;
  return `Uploading ${name}: ${percent.toFixed(0)} %, ${formatBytes(sent)} of ${formatBytes(total)}`;
}
