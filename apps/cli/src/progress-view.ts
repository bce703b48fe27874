import { styleText } from 'node:util';
import type { Job } from '@framefold/client';
import type { RenditionView } from '@framefold/domain';
import { columns, fit, formatSeconds, formatSpeed } from './format.ts';

/** What the view is drawn on and when. */
export interface Canvas {
  /** ms since the epoch, for the time left. */
  readonly now: number;
  /** Width in characters. */
  readonly width: number;
  readonly colors: boolean;
}

type Style = 'bold' | 'cyan' | 'dim' | 'green' | 'yellow';

const barWidth = 30;

/** A running job as lines for a terminal: the whole, its phase, each rendition, the warnings. */
export function progressLines(job: Job, { now, width, colors }: Canvas): string[] {
  const line = (text: string, style?: Style): string => {
    const cut = fit(text, width);
    return colors && style !== undefined ? styleText(style, cut, { validateStream: false }) : cut;
  };
  return [
    line(`${job.title}  ${job.id}`, 'bold'),
    line([bar(job.progress.percent), ...figures(job, now)].join('  '), 'cyan'),
    line(phaseOf(job), 'dim'),
    ...renditionTable(job).map(({ text, style }) => line(text, style)),
    ...job.warnings.map(({ code, message }) => line(`! ${code}: ${message}`, 'yellow')),
  ];
}

function bar(percent: number): string {
  const full = Math.max(0, Math.min(barWidth, Math.round((barWidth * percent) / 100)));
  return '█'.repeat(full) + '░'.repeat(barWidth - full);
}

/** Percentage, speed and time left, as far as they are known. */
export function figures({ progress: { percent, speed, eta } }: Job, now: number): string[] {
  return [
    `${percent.toFixed(1)} %`,
    ...(speed === undefined ? [] : [formatSpeed(speed)]),
    ...(eta === undefined ? [] : [`${formatSeconds(Math.max(0, Math.round((eta - now) / 1000)))} left`]),
  ];
}

/** The state in words, with what is known about it. */
export function phaseOf({ status, progress, waitingFor }: Job): string {
  if (waitingFor !== undefined) return `${status}: waiting for ${waitingFor}`;
  if (status !== 'transcoding') return status;
  const { completed, total, running, failed } = progress;
  const broken = failed === 0 ? '' : `, ${failed} failed`;
  return `${status}: ${completed} of ${total} pieces done, ${running} running${broken}`;
}

const styles: Readonly<Record<RenditionView['status'], Style | undefined>> = {
  pending: 'dim',
  processing: undefined,
  completed: 'green',
  merged: 'green',
};

function renditionTable(job: Job): { text: string; style: Style | undefined }[] {
  const texts = columns(
    job.renditions.map(({ name, status, percent }) => {
      const profile = job.profiles.find((candidate) => candidate.name === name);
      const size = profile === undefined ? 'audio' : `${profile.width}x${profile.height}`;
      return [
        `  ${name}`,
        size,
        status,
        status === 'processing' && profile !== undefined ? `${percent} %` : '',
      ];
    }),
  );
  return job.renditions.map(({ status }, index) => ({ text: texts[index] ?? '', style: styles[status] }));
}
