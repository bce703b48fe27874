import type { AudioCodec } from './plan.ts';

interface AudioCodecTraits {
  readonly encoder: string;
  /** Samples in one coded frame, at 48 kHz. */
  readonly frameSamples: number;
  /** Samples that the encoder puts before the sound. */
  readonly primingSamples: number;
}

/** What the sound codecs differ in (ISO/IEC 14496-3; RFC 6716 and the pre-skip that libopus writes, RFC 7845, 5.1). */
export const AUDIO_CODECS = {
  aac: { encoder: 'aac', frameSamples: 1024, primingSamples: 1024 },
  opus: { encoder: 'libopus', frameSamples: 960, primingSamples: 312 },
} as const satisfies Record<AudioCodec, AudioCodecTraits>;
