import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { storeKeys, type TranscodeRequestBody } from '@framefold/domain';
import {
  clipPath,
  generatedClip,
  startStack,
  type GeneratedClipName,
  type TestStack,
} from '@framefold/testing';

const RUNG = { shortSide: 120, maxrateKbps: 400, preset: 'veryfast' } as const;

/** Every encoder, rate control and treatment of frames; short segments, so that chunks meet in any order. */
const JOBS: readonly (readonly [
  what: string,
  files: () => Promise<readonly string[]>,
  request: Omit<TranscodeRequestBody, 'sourceUrl'>,
])[] = [
  [
    'every codec and rate control, of a part of a film',
    () => Promise.resolve([clipPath('bunny-480p24-30s.mp4')]),
    {
      startSeconds: 7,
      endSeconds: 11,
      ladder: [
        { ...RUNG, name: 'h264' },
        { ...RUNG, name: 'hevc', codec: 'hevc' },
        { ...RUNG, name: 'vp9', codec: 'vp9' },
        // Finer than its ceiling lets it be: encoded more than once.
        { ...RUNG, name: 'capped', codec: 'vp9', crf: 4, maxrateKbps: 50 },
        { ...RUNG, name: 'av1', codec: 'av1' },
        { ...RUNG, name: 'average', averageKbps: 200 },
        { ...RUNG, name: 'twice', averageKbps: 200, passes: 2 },
        { ...RUNG, name: 'half', maxFrameRate: 12 },
      ],
    },
  ],
  [
    'HDR, kept and tone-mapped',
    generated('hdr10-hevc.mp4'),
    {
      segmentSeconds: 2,
      // Each command line that maps tones takes seconds to set up.
      endSeconds: 3,
      ladder: [
        { ...RUNG, name: 'hevc', codec: 'hevc', dynamicRange: 'source' },
        { ...RUNG, name: 'av1', codec: 'av1', dynamicRange: 'source' },
        { ...RUNG, name: 'sdr' },
      ],
    },
  ],
  ['fields, with sound', generated('interlaced-top-first.mp4'), { ladder: [{ ...RUNG, name: 'only' }] }],
  [
    'two sources, one behind the other',
    generated('vfr-jitter.mkv', 'bt601-625.mp4'),
    { ladder: [{ ...RUNG, name: 'only' }] },
  ],
  [
    'six channels of Opus',
    generated('surround-5-1.mp4'),
    { ladder: [{ ...RUNG, name: 'only' }], audio: { codec: 'opus', channels: 'source' } },
  ],
];

function generated(...names: readonly GeneratedClipName[]): () => Promise<string[]> {
  return () => Promise.all(names.map(generatedClip));
}

describe('the same job', () => {
  const stacks: TestStack[] = [];
  beforeAll(async () => {
    const [one, other] = await Promise.all([
      startStack({ FRAMEFOLD_ENCODE_SLOTS: '1' }),
      // Slices, and no worker but those that are started apart.
      startStack({ FRAMEFOLD_STACK_WORKER: 'no', FRAMEFOLD_SLICES: 'always' }),
    ]);
    stacks.push(one, other);
    await other.startWorker({ env: { FRAMEFOLD_ENCODE_SLOTS: '3', FRAMEFOLD_LIVE_SLOTS: '0' } });
    await other.startWorker({ env: { FRAMEFOLD_ENCODE_SLOTS: '2', FRAMEFOLD_SANDBOX: 'off' } });
  }, 180_000);
  afterAll(() => Promise.all(stacks.map((stack) => stack.stop())));

  const checksums = async (stack: TestStack, body: TranscodeRequestBody): Promise<string> => {
    const jobId = await stack.submit(body);
    expect((await stack.follow(jobId)).failure).toBeUndefined();
    return readFile(join(stack.home, 'store', storeKeys.outputFile(jobId, 'SHA256SUMS')), 'utf8');
  };

  it.each(JOBS)(
    'gives the same bytes again, and on other workers with other concurrency: %s',
    async (_, files, request) => {
      const [first = '', ...others] = (await files()).map((file) => pathToFileURL(file).href);
      const append = others.map((sourceUrl) => ({ sourceUrl }));
      const body = {
        ...{ sourceUrl: first, segmentSeconds: 1, ...request },
        ...(append.length === 0 ? {} : { append }),
      };
      const [one, other] = stacks as [TestStack, TestStack];
      const [made, again, elsewhere] = await Promise.all([
        checksums(one, body),
        checksums(one, body),
        checksums(other, body),
      ]);
      expect(made.split('\n').length).toBeGreaterThan(10);
      expect(again).toBe(made);
      expect(elsewhere).toBe(made);
    },
    240_000,
  );
});
