import { nvidiaInventory, parseNvidia } from './nvidia-inventory.ts';

const OUTPUT = `0, GPU-6b1f0a52, NVIDIA L4, 12, 30, 51, 2
1, GPU-77aa0000, NVIDIA GeForce RTX 4090, [N/A], 7, [Not Supported], 0
`;

describe('parseNvidia', () => {
  it('reads what the driver lists, and leaves unknown what it does not tell', () => {
    expect(parseNvidia(OUTPUT, ['/dev/nvidiactl'])).toEqual([
      {
        id: 'nvidia-GPU-6b1f0a52',
        name: 'NVIDIA L4',
        encoders: ['h264_nvenc'],
        index: 0,
        paths: ['/dev/nvidia0', '/dev/nvidiactl'],
        utilisationPercent: 12,
        temperatureC: 51,
        sessions: 2,
      },
      {
        id: 'nvidia-GPU-77aa0000',
        name: 'NVIDIA GeForce RTX 4090',
        encoders: ['h264_nvenc'],
        index: 1,
        paths: ['/dev/nvidia1', '/dev/nvidiactl'],
        utilisationPercent: 7,
        sessions: 0,
        sessionLimit: 8,
      },
    ]);
  });

  it('finds nothing in what is no list', () => {
    expect(parseNvidia('No devices were found\n', [])).toEqual([]);
  });
});

it('finds no devices where the program is not there', async () => {
  expect(await nvidiaInventory('/no/such/nvidia-smi').list()).toEqual([]);
});
