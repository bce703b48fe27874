/** The encoder that every worker has. */
export const SOFTWARE_ENCODER = 'libx264';

/** H.264 encoders that run on a device; earlier ones are preferred. The last one stands in for a device in tests. */
export const HARDWARE_ENCODERS = ['h264_nvenc', 'h264_qsv', 'h264_vaapi', 'h264_standin'] as const;
export type HardwareEncoder = (typeof HARDWARE_ENCODERS)[number];

/** Whether an encoder of a plan runs on a device, and so on the GPU queues. */
export function isHardwareEncoder(encoder: string): encoder is HardwareEncoder {
  return (HARDWARE_ENCODERS as readonly string[]).includes(encoder);
}
