import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { AttemptRecord, JobView, QualityReport, storeKeys, type Quality } from '@framefold/domain';
import { clipPath, startStack, storedFiles, until, type TestStack } from '@framefold/testing';

const COMMAND = fileURLToPath(new URL('../bin/framefold.mjs', import.meta.url));

/** Three seconds around the keyframe at 11.9 s: four segments, in two chunks. */
const REQUEST = {
  sourceUrl: pathToFileURL(clipPath('bunny-480p24-30s.mp4')).href,
  startSeconds: 10.9,
  endSeconds: 13.9,
  segmentSeconds: 1,
  ladder: [
    { name: '480p', shortSide: 480, maxrateKbps: 4000, preset: 'veryfast' },
    { name: '240p', shortSide: 240, maxrateKbps: 400, preset: 'veryfast' },
  ],
} as const;

describe('a job that wants a quality report', () => {
  let stack: TestStack;
  let jobId: string;
  let job: JobView;
  let text: string;
  let report: QualityReport;
  const output = (id: string, path: string): Promise<string> =>
    readFile(join(stack.home, 'store', storeKeys.outputFile(id, path)), 'utf8');
  const run = async (): Promise<{ readonly id: string; readonly view: JobView }> => {
    const id = await stack.submit({ ...REQUEST, ladder: [...REQUEST.ladder], qualityReport: true });
    return { id, view: await stack.follow(id) };
  };

  beforeAll(async () => {
    stack = await startStack();
    ({ id: jobId, view: job } = await run());
    text = await output(jobId, 'quality.json');
    report = QualityReport.parse(JSON.parse(text));
  }, 240_000);
  afterAll(() => stack.stop());

  it('completes, measured chunk by chunk', async () => {
    expect(job.failure).toBeUndefined();
    expect(job.warnings.map(({ code }) => code)).toEqual(['AUDIO_DOWNMIXED']);
    const files = await storedFiles(join(stack.home, 'store', storeKeys.attempts(jobId)));
    expect(files.filter((file) => /quality-\d+/.test(file)).length).toBe(job.plan?.chunks);
    expect(job.plan?.chunks).toBeGreaterThan(1);
  });

  it('scores every segment with all its frames', () => {
    expect(report.reference).toEqual({ width: 854, height: 480 });
    expect(report.vmaf).toEqual({ model: 'vmaf_v0.6.1', width: 1920, height: 1080 });
    expect(report.renditions.map(({ name, frames }) => [name, frames])).toEqual([
      ['480p', 72],
      ['240p', 72],
    ]);
    for (const { segments } of report.renditions) {
      expect(segments.map(({ index }) => index)).toEqual(segments.map((_, position) => position));
      expect(segments).toHaveLength(job.plan?.segments ?? NaN);
      expect(segments.reduce((sum, { frames }) => sum + frames, 0)).toBe(72);
    }
  });

  it('finds more of the source on higher rungs, in whole and in every segment', () => {
    const [high, low] = report.renditions;
    if (high === undefined || low === undefined) throw new Error('no renditions');
    const figures: (keyof Quality)[] = [
      'vmaf',
      'vmafHarmonicMean',
      'vmafLowest',
      'psnrYDb',
      'psnrDb',
      'ssim',
    ];
    const pairs = [
      [high.quality, low.quality] as const,
      ...high.segments.map((segment, index) => [segment, low.segments[index]] as const),
    ];
    for (const [better, worse] of pairs) {
      for (const figure of figures) expect(better[figure]).toBeGreaterThan(worse?.[figure] ?? NaN);
    }
    expect(high.quality.vmaf).toBeGreaterThan(80);
  });

  it('is in the answer of the API, in job.json and in what status prints', async () => {
    const ofReport = report.renditions.map(({ name, quality }) => [name, quality]);
    const ofView = ({ renditions }: JobView): unknown =>
      renditions
        .filter(({ kind }) => kind === 'video')
        .map(({ name, measured }) => [name, measured?.quality]);
    expect(ofView(job)).toEqual(ofReport);
    // Published once the job's end is in its log.
    const record = await until(() => output(jobId, 'job.json').catch(() => undefined));
    expect(ofView(JobView.parse(JSON.parse(record)))).toEqual(ofReport);
    const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, 'status', jobId], {
      env: stack.env,
    });
    expect(stdout).toMatch(/Quality +VMAF/);
    expect(stdout).toContain(report.renditions[0]?.quality.vmaf?.toFixed(1) ?? 'no score');
  });

  it('has its checksum, and the same bytes from another run', async () => {
    const hash = createHash('sha256').update(text).digest('hex');
    expect(await output(jobId, 'SHA256SUMS')).toContain(`${hash}  quality.json\n`);
    const again = await run();
    expect(await output(again.id, 'quality.json')).toBe(text);
  });

  it('keeps its measurements within the limits of encodes', async () => {
    const folder = join(stack.home, 'store', storeKeys.attemptsOf(jobId, 'quality-00000'));
    const [file] = await storedFiles(folder);
    const attempt = AttemptRecord.parse(JSON.parse(await readFile(join(folder, file ?? ''), 'utf8')));
    expect(attempt.outcome?.result).toBe('committed');
    expect(attempt.limits).toEqual(job.plan?.limits);
    expect(attempt.outcome?.usage?.peakMemoryBytes).toBeLessThan(2048 * 1024 ** 2);
  });
});
