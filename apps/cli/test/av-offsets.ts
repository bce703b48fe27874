import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AUDIO_CODECS, type JobView } from '@framefold/domain';
import { pictureStart, readSound, requireTool, soundLag, withJoined } from '@framefold/testing';
import { verifyTree, type VerifyReport } from '@framefold/verify';
import { libavformatStarts } from '../src/verify/libavformat-starts.ts';
import { fileTree } from '../src/verify/tree-readers.ts';

/** Where presentation starts on every track's clock (docs/adr/0002), in seconds. */
export const ORIGIN_SECONDS = 1;
/** What sound may be off the picture at the start, by every reader, and at the end. */
const START_SECONDS = 0.001;
const END_SECONDS = 0.02;

/** Expects a finished tree to be without fault, and all its tracks to start together, by their boxes and for libavformat. */
export async function expectStarts(output: string): Promise<VerifyReport> {
  const master = pathToFileURL(join(output, 'master.m3u8')).href;
  const report = await verifyTree(fileTree(fetch), master, {
    libavformatStarts: libavformatStarts(requireTool('ffprobe')),
  });
  // Sound that is shorter or longer than the picture stays so; its end is held against the source's below.
  expect(report.findings.filter(({ code }) => code !== 'ENDS_DIFFER')).toEqual([]);
  for (const { name, kind, codecs, startSeconds, libavformatStartSeconds } of report.tracks) {
    if (kind === 'text') continue;
    const start = kind === 'video' ? ORIGIN_SECONDS : ORIGIN_SECONDS - primingSeconds(codecs);
    expect([name, startSeconds]).toEqual([name, expect.closeTo(start, 4)]);
    expect([name, libavformatStartSeconds]).toEqual([name, expect.closeTo(start, 4)]);
  }
  return report;
}

/** What an encoder of sound puts before it, which players decode and leave out. */
function primingSeconds(codecs?: string): number {
  const { primingSamples } = codecs === 'Opus' ? AUDIO_CODECS.opus : AUDIO_CODECS.aac;
  return primingSamples / 48_000;
}

/**
 * Expects every sound track to be as far from the picture as in the source, where it begins and where it ends, and to
 * end where the source's does.
 *
 * @param options.picture the source's stream, as ffmpeg writes it
 * @param options.isEven whether the source's sound has no holes, which move the start of what is compared
 * @param options.isSilent whether there is nothing to be heard in it
 * @param options.endSeconds where the job was to end
 */
export async function expectSoundInPlace(
  source: string,
  job: JobView,
  output: string,
  {
    picture,
    isEven = true,
    isSilent = false,
    endSeconds,
  }: {
    readonly picture?: string;
    readonly isEven?: boolean;
    readonly isSilent?: boolean;
    readonly endSeconds?: number | undefined;
  } = {},
): Promise<void> {
  const origin = await pictureStart(source, picture);
  for (const [index, { name }] of job.audioProfiles.entries()) {
    const wanted = await readSound(source, origin, `0:a:${index}`);
    const heard = await withJoined(join(output, name, 'playlist.m3u8'), (file) =>
      readSound(file, ORIGIN_SECONDS),
    );
    const lag = soundLag(wanted, heard, endSeconds);
    if (isSilent) {
      expect([name, lag, soundLag(heard, heard)]).toEqual([name, undefined, undefined]);
      continue;
    }
    // What closeTo takes are digits.
    const within = (seconds: number): unknown => expect.closeTo(0, -Math.log10(2 * seconds));
    expect([name, lag]).toEqual([
      name,
      {
        start: within(isEven ? START_SECONDS : END_SECONDS),
        end: within(END_SECONDS),
        silence: within(END_SECONDS),
      },
    ]);
  }
}
