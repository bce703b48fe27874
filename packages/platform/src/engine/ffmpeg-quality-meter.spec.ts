import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePlan } from '@framefold/domain';
import { evenFrames, request, source } from '@framefold/domain/testing';
import { QUALITY_FILES, type SegmentSums } from '@framefold/media';
import type { CommandResult, ProcessRunner, SandboxedCommand } from '../process/process-runner.ts';
import { createFfmpegQualityMeter } from './ffmpeg-quality-meter.ts';

const NO_USE = { cpuSeconds: 1, peakMemoryBytes: 2, peakDiskBytes: 3 };
const ended = (fields: Partial<CommandResult> = {}): CommandResult => ({
  exitCode: 0,
  exitSignal: undefined,
  aborted: false,
  stdout: '',
  stderr: '',
  wallSeconds: 1,
  usage: NO_USE,
  ...fields,
});

/** 30 s in chunks of 6 s. */
const { plan } = makePlan('job', request({ qualityReport: true }), [
  { meta: source(), frames: evenFrames(720) },
]);
const [rendition] = plan.renditions;
const [first, second] = plan.chunks;

describe('the quality meter', () => {
  let scratchFolder: string;
  beforeEach(async () => (scratchFolder = await mkdtemp(join(tmpdir(), 'framefold-meter-'))));
  afterEach(() => rm(scratchFolder, { recursive: true }));

  /** Measures a chunk by an ffmpeg that answers as `answer` says. */
  const measure = (
    answer: (command: SandboxedCommand) => CommandResult | Promise<CommandResult>,
    chunk = first,
  ): Promise<SegmentSums> => {
    if (rendition === undefined || chunk === undefined) throw new Error('no plan');
    const runner: ProcessRunner = { isolation: 'none', run: async (command) => answer(command) };
    const meter = createFfmpegQualityMeter({ ffmpeg: '/ffmpeg', runner });
    const task = { sourceFile: '/source', renditionFile: '/rendition', plan, scratchFolder };
    return meter.measure(task, chunk, rendition);
  };
  const filters = ({ args }: SandboxedCommand): boolean => args.includes('-filters');

  it('says that ffmpeg has no libvmaf', async () => {
    const without = (command: SandboxedCommand): CommandResult =>
      filters(command) ? ended({ stdout: ' .. ssim  VV->V  Calculate the SSIM.' }) : ended({ exitCode: 8 });
    await expect(measure(without)).rejects.toMatchObject({ code: 'VMAF_UNAVAILABLE' });
  });

  it('tells that from a crash, and from limits', async () => {
    const crashing = (command: SandboxedCommand): CommandResult =>
      filters(command)
        ? ended({ stdout: ' .. libvmaf  VV->V  Calculate the VMAF.' })
        : ended({ exitCode: undefined, exitSignal: 'SIGSEGV' });
    await expect(measure(crashing)).rejects.toMatchObject({ code: 'ENCODER_CRASHED' });
    const slow = ended({ exitCode: undefined, exitSignal: 'SIGKILL', exceeded: 'time' });
    await expect(measure(() => slow)).rejects.toMatchObject({ code: 'ENCODER_TIMED_OUT' });
    const large = ended({ exitCode: undefined, exitSignal: 'SIGKILL', exceeded: 'memory' });
    await expect(measure(() => large)).rejects.toMatchObject({ code: 'ENCODER_OUT_OF_MEMORY' });
  });

  it('decodes from further ahead when frames do not line up, as encodes do, and never takes old numbers', async () => {
    const sought: (string | undefined)[] = [];
    const astray = async ({ args }: SandboxedCommand): Promise<CommandResult> => {
      sought.push(args[args.indexOf('-ss') + 1]);
      if (sought.length === 1) {
        for (const file of Object.values(QUALITY_FILES)) await writeFile(join(scratchFolder, file), '1\n');
      }
      return ended();
    };
    await expect(measure(astray, second)).rejects.toMatchObject({
      code: 'QUALITY_MISALIGNED',
      message: expect.stringContaining('0 of 144 frames') as string,
    });
    expect(sought).toHaveLength(3);
    expect(new Set(sought).size).toBe(3);
  });

  it('refuses what does not decode', async () => {
    await expect(measure(() => ended({ exitCode: 183 }))).rejects.toMatchObject({
      code: 'QUALITY_MISALIGNED',
      message: expect.stringContaining('does not decode') as string,
    });
  });
});
