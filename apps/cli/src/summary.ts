import { join } from 'node:path';
import type { Job } from '@framefold/client';
import { columns, formatBitrate, formatBytes, formatSeconds, formatSpeed } from './format.ts';

/** The addresses of a job for people. */
export function linksOf(job: Job, origin: string): { play: string; temporal: string } {
  const absolute = (url: string): string => new URL(url, origin).href;
  return { play: absolute(job.links.play), temporal: absolute(job.links.temporal) };
}

/** What a completed job has given, as lines. `folder` is where its tree was put, absolute. */
export function summaryLines(job: Job, folder: string, origin: string): string[] {
  const { play, temporal } = linksOf(job, origin);
  const facts: [string, string | undefined][] = [
    ['Playlist', join(folder, job.output?.master ?? 'master.m3u8')],
    ['Play', play],
    ['Temporal', temporal],
    ['Total', totals(job)],
  ];
  return [
    ...columns(facts.flatMap(([name, fact]) => (fact === undefined ? [] : [[name, fact]]))),
    ...renditionLines(job),
    ...qualityLines(job),
    ...job.warnings.map(({ code, message }) => `Warning: ${code}: ${message}`),
  ];
}

function totals({ createdAt, completedAt, output }: Job): string | undefined {
  if (completedAt === undefined || output === undefined) return undefined;
  const wallSeconds = Math.max(0.001, (completedAt - createdAt) / 1000);
  const speed = formatSpeed(output.durationSeconds / wallSeconds);
  const media = formatSeconds(output.durationSeconds);
  return `${media} of video in ${formatSeconds(wallSeconds)} (${speed}), ${formatBytes(output.sizeBytes)} in ${output.files} files`;
}

function renditionLines({ renditions }: Job): string[] {
  return columns(
    renditions.flatMap(({ name, kind, measured }) => {
      if (measured === undefined) return [];
      const { width, height, samples, averageBitsPerSecond, sizeBytes } = measured;
      const size = width === undefined || height === undefined ? kind : `${width}x${height}`;
      const frames = kind === 'video' ? `${samples} frames` : kind === 'subtitles' ? `${samples} cues` : '';
      return [[`  ${name}`, size, frames, formatBitrate(averageBitsPerSecond), formatBytes(sizeBytes)]];
    }),
  );
}

/** How like its source each rendition is, as a table; nothing where that was not measured. */
export function qualityLines({ renditions }: Pick<Job, 'renditions'>): string[] {
  const rows = renditions.flatMap(({ name, measured }) => {
    const quality = measured?.quality;
    if (quality === undefined) return [];
    const { vmaf, vmafHarmonicMean, vmafLowest, psnrYDb, psnrDb, ssim } = quality;
    const scores = [vmaf, vmafHarmonicMean, vmafLowest].map((score) => score?.toFixed(1) ?? '-');
    return [[`  ${name}`, ...scores, `${psnrYDb.toFixed(1)} dB`, `${psnrDb.toFixed(1)} dB`, ssim.toFixed(4)]];
  });
  if (rows.length === 0) return [];
  return columns([['  Quality', 'VMAF', 'HARMONIC', 'LOWEST', 'PSNR Y', 'PSNR', 'SSIM'], ...rows]);
}
