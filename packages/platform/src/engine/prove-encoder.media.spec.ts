import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@framefold/config';
import { CODECS } from '@framefold/domain';
import { createProcessRunner } from '../process/create-process-runner.ts';
import type { ProcessRunner } from '../process/process-runner.ts';
import { proveEncoder } from './prove-encoder.ts';

describe('proveEncoder', () => {
  let folder: string;
  let runner: ProcessRunner;
  const { ffmpeg = 'FRAMEFOLD_FFMPEG is not set', bwrap } = loadConfig().tools;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'framefold-trial-'));
    runner = await createProcessRunner(bwrap === undefined ? {} : { bwrap });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(Object.values(CODECS))(
    'believes in $encoder, which gives all frames, the same bytes each time',
    async ({ encoder }) => {
      const first = await proveEncoder({ ffmpeg, runner, scratchFolder: folder }, encoder);
      expect(first).toMatchObject({ name: encoder, device: 'cpu', works: true });
      expect(first.speed).toBeGreaterThan(0);
      const second = await proveEncoder({ ffmpeg, runner, scratchFolder: folder }, encoder);
      expect(second.sha256).toBe(first.sha256);
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it('does not believe in an encoder that is listed and has no device, and says why', async () => {
    const proof = await proveEncoder({ ffmpeg, runner, scratchFolder: folder }, 'h264_nvenc');
    expect(proof).toMatchObject({ works: false });
    expect(proof.reason).toMatch(/trial encode failed: status \d+, h264_nvenc: .+/);
  });

  it('says of a device that it cannot be opened, where that is so', async () => {
    const node = '/dev/dri/no-such-node';
    const device = { id: 'd', name: 'D', encoders: ['h264_vaapi'] as const, node, paths: [node] };
    const proof = await proveEncoder({ ffmpeg, runner, scratchFolder: folder }, 'h264_vaapi', device);
    expect(proof).toMatchObject({ name: 'h264_vaapi', device: 'd', works: false });
    expect(proof.reason).toContain(node);
  });

  it('does not believe in output that does not decode', async () => {
    const truncating: ProcessRunner = {
      isolation: 'none',
      run: async (command) => {
        // The decoder sees half of the frames that were asked of the encoder.
        const args = command.args.map((arg) => (arg === '48' ? '24' : arg));
        return runner.run({ ...command, args });
      },
    };
    const proof = await proveEncoder({ ffmpeg, runner: truncating, scratchFolder: folder }, 'libx264');
    expect(proof).toMatchObject({
      works: false,
      reason: expect.stringMatching(/^24 of 48 frames/) as string,
    });
  });
});
