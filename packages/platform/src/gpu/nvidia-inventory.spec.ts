import { nvidiaInventory, parseNvidia } from './nvidia-inventory.ts';

const OUTPUT = `GPU-6b1f0a52, NVIDIA L4, 12, 30, 51, 2
GPU-77aa0000, NVIDIA GeForce RTX 4090, [N/A], 7, [Not Supported], 0
`;
const FILES = ['/dev/nvidia0', '/dev/nvidia3', '/dev/nvidiactl'];
const PATHS = [...FILES, '/sys/bus/pci', '/sys/devices', '/sys/module'];

describe('parseNvidia', () => {
  it('reads what the driver lists, and leaves unknown what it does not tell', () => {
    expect(parseNvidia(OUTPUT, FILES)).toEqual([
      {
        id: 'nvidia-GPU-6b1f0a52',
        name: 'NVIDIA L4',
        encoders: ['h264_nvenc'],
        paths: PATHS,
        environment: { CUDA_VISIBLE_DEVICES: 'GPU-6b1f0a52' },
        utilisationPercent: 12,
        temperatureC: 51,
        sessions: 2,
      },
      {
        id: 'nvidia-GPU-77aa0000',
        name: 'NVIDIA GeForce RTX 4090',
        encoders: ['h264_nvenc'],
        paths: PATHS,
        environment: { CUDA_VISIBLE_DEVICES: 'GPU-77aa0000' },
        utilisationPercent: 7,
        sessions: 0,
        sessionLimit: 8,
      },
    ]);
  });

  it.each([
    [1, 8],
    [3, 2],
    [10, 1],
  ])('shares the sessions of a machine among its %i consumer cards: %i each', (cards, sessionLimit) => {
    const lines = Array.from(
      { length: cards },
      (_, card) => `GPU-${card}, NVIDIA GeForce RTX 4090, 0, 0, 40, 0`,
    );
    const limits = parseNvidia(lines.join('\n'), []).map((device) => device.sessionLimit);
    expect(limits).toEqual(Array.from({ length: cards }, () => sessionLimit));
  });

  it('finds nothing in what is no list', () => {
    expect(parseNvidia('No devices were found\n', [])).toEqual([]);
  });
});

it('finds no devices where the program is not there', async () => {
  expect(await nvidiaInventory('/no/such/nvidia-smi').list()).toEqual([]);
});
