import { aCompletedJob, aJob } from '../test/fake-api.ts';
import { changeLines } from './change-lines.ts';
import { LiveRegion } from './live-region.ts';
import { progressLines } from './progress-view.ts';

const now = 1_010_000;
const running = aJob({
  progress: { total: 4, completed: 1, failed: 0, running: 2, percent: 30, speed: 3.21, eta: 1_022_000 },
  warnings: [{ code: 'AUDIO_DOWNMIXED', message: 'Six channels became two.' }],
});

describe('progressLines', () => {
  it('draws the whole, the phase, the renditions and the warnings', () => {
    expect(progressLines(running, { now, width: 100, colors: false })).toEqual([
      'Big Bunny  job-1',
      '█████████░░░░░░░░░░░░░░░░░░░░░  30.0 %  3.21x real time  12 s left',
      'transcoding: 1 of 4 pieces done, 2 running',
      '  360p  640x360  processing  30 %',
      '! AUDIO_DOWNMIXED: Six channels became two.',
    ]);
  });

  it('says what a job waits for', () => {
    const waiting = aJob({ status: 'pending', waitingFor: 'a media worker to take the job' });
    expect(progressLines(waiting, { now, width: 100, colors: false })).toContain(
      'pending: waiting for a media worker to take the job',
    );
  });

  it('keeps to the width, whatever the colours', () => {
    const bare = progressLines(running, { now, width: 20, colors: false });
    const colored = progressLines(running, { now, width: 20, colors: true });
    expect(Math.max(...bare.map((line) => line.length))).toBe(20);
    // eslint-disable-next-line no-control-regex -- the escape sequences of colours
    expect(colored.map((line) => line.replace(/\u001b\[\d+m/g, ''))).toEqual(bare);
    expect(colored).not.toEqual(bare);
  });
});

describe('changeLines', () => {
  it('tells a first look in full and an unchanged job not at all', () => {
    expect(changeLines(undefined, running, now)).toEqual([
      'transcoding: 1 of 4 pieces done, 2 running',
      'plan: 360p; 720 frames, 30 s, 5 segments',
      '30.0 %, 3.21x real time, 12 s left',
      'warning: AUDIO_DOWNMIXED: Six channels became two.',
    ]);
    expect(changeLines(running, running, now)).toEqual([]);
  });

  it('passes over less than a step of ten percent', () => {
    const later = { ...running, progress: { ...running.progress, percent: 39.9 } };
    expect(changeLines(running, later, now)).toEqual([]);
  });

  it('tells of finished renditions once', () => {
    const done = aCompletedJob();
    expect(changeLines(aJob(), done, now)).toEqual(['completed', '360p: ready, 5 segments, 640 kbit/s']);
    expect(changeLines(done, done, now)).toEqual([]);
  });
});

describe('LiveRegion', () => {
  it('draws over itself and lets lines pass above', () => {
    let written = '';
    const region = new LiveRegion({ write: (text) => (written += text) });
    region.draw(['a', 'b']);
    region.print('note');
    region.draw(['c']);
    expect(written).toBe('a\nb\n\u001b[2A\u001b[0Jnote\na\nb\n\u001b[2A\u001b[0Jc\n');
  });
});
