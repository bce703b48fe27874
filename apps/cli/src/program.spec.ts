import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@framefold/config';
import { toWorkerPool, type Delivery } from '@framefold/domain';
import { EXAMPLES, workerReport } from '@framefold/domain/testing';
import { aCompletedJob, aJob, aTree, FakeApi, type Script } from '../test/fake-api.ts';
import type { Io } from './io.ts';
import { run } from './program.ts';

let folder: string;
let api: FakeApi;
let said: { stdout: string; stderr: string };
let interrupt: () => void;
let stackStarts: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'framefold-cli-'));
  said = { stdout: '', stderr: '' };
  interrupt = () => undefined;
  stackStarts = 0;
});

afterEach(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

async function anApi(script: Partial<Script> = {}): Promise<void> {
  api = new FakeApi({ views: [aJob(), aCompletedJob()], tree: aTree(), ...script });
  await api.start();
}

function command(...argv: string[]): Promise<number> {
  const io: Io = {
    stdout: { write: (text) => (said.stdout += text) },
    stderr: { write: (text) => (said.stderr += text) },
    cwd: folder,
    pace: { pollMs: 1, retryMs: 5, patienceMs: 10_000 },
    loadConfig: () => ({
      ...loadConfig({}, folder),
      api: { ...loadConfig({}, folder).api, url: `http://127.0.0.1:${api.port}` },
    }),
    onInterrupt: (listener) => {
      interrupt = listener;
      return () => undefined;
    },
    runWorker: async (roles) => (roles === 'media' ? 0 : 1),
    calibrate: async (report) => {
      report('1 at once: 0.5 s of video per second');
      return {
        mediaSeconds: 2,
        encoderBuild: 'ffmpeg-9',
        machine: { cores: 2, memoryBytes: 16 * 1024 ** 3 },
        rounds: [
          { encodes: 1, wallSeconds: 4, cpuSeconds: 6, peakMemoryBytes: 500e6 },
          { encodes: 2, wallSeconds: 5, cpuSeconds: 6, peakMemoryBytes: 500e6 },
        ],
      };
    },
    stack: {
      ensureUp: async () => {
        stackStarts += 1;
        await api.start();
        return { apiUrl: '', temporalUiUrl: undefined, pid: 1, stopped: Promise.resolve() };
      },
      up: () => Promise.reject(new Error('not part of this spec')),
      down: () => Promise.resolve('was-not-running'),
    },
  };
  return run(argv, io);
}

describe('transcode', () => {
  it('fetches the verified tree and says where it lies', async () => {
    await anApi();
    expect(
      await command(
        ...['transcode', 'a b.mp4', '--label', 'x', '--label', 'y', '--ladder', '360p,720p'],
        ...['--metadata', 'order=47=11', '--metadata', 'note='],
      ),
    ).toBe(0);
    expect(api.submitted).toMatchObject({
      sourceUrl: `file://${folder}/a%20b.mp4`,
      labels: ['x', 'y'],
      metadata: { order: '47=11', note: '' },
      ladder: [{ name: '720p' }, { name: '360p' }],
    });
    const output = join(folder, 'output/big-bunny-job-1');
    expect(readdirSync(output).sort()).toEqual([
      '360p',
      'SHA256SUMS',
      'events.jsonl',
      'job.json',
      'master.m3u8',
    ]);
    expect(readFileSync(join(output, '360p/segment00000-abc.m4s'), 'utf8')).toBe('bytes of a segment');
    expect(readdirSync(join(folder, 'output'))).toEqual(['big-bunny-job-1']);
    expect(said.stdout).toContain(`Playlist  ${output}/master.m3u8`);
    expect(said.stdout).toContain(`Play      http://127.0.0.1:${api.port}/play/job-1`);
    expect(said.stdout).toContain('Temporal  http://127.0.0.1:8082/');
    expect(said.stdout).toContain('30 s of video in 15 s (2.00x real time), 2.5 MB in 4 files');
    expect(said.stdout).toContain('360p  640x360  720 frames  640 kbit/s  2.4 MB');
    expect(stackStarts).toBe(0);
  });

  it('asks for limits and for a queue', async () => {
    await anApi();
    const options = ['--max-memory', '512', '--max-cpu', '50', '--timeout-seconds', '60', '--queue', 'live'];
    expect(await command('transcode', 'a.mp4', ...options)).toBe(0);
    expect(api.submitted).toMatchObject({
      queue: 'live',
      resourceLimits: { maxMemoryMb: 512, maxCpuPercent: 50, timeoutSec: 60 },
    });
  });

  it('asks for a scenario, which needs no file', async () => {
    await anApi();
    const options = ['--scenario', '720p30-h264', '--duration', '4', '--bitrate', '2M'];
    expect(await command('transcode', ...options)).toBe(0);
    expect(api.submitted).toEqual({
      scenario: '720p30-h264',
      parameters: { duration: 4, bitrate: '2M' },
    });
    expect(await command('submit', 'a.mp4', '--scenario', '4K60-h265', '--bitrate', '2500')).toBe(0);
    expect(api.submitted).toEqual({
      sourceUrl: `file://${folder}/a.mp4`,
      scenario: '4K60-h265',
      parameters: { bitrate: 2500 },
    });
  });

  it.each([
    ['scenario: Invalid option', ['--scenario', '480i-h262']],
    ['ladder: is instead of scenario', ['--scenario', '720p30-h264', '--ladder', 'av1']],
    ['parameters.duration: Too small', ['--scenario', '720p30-h264', '--duration', '0']],
    ['parameters: belong to a scenario', ['--bitrate', '2M']],
  ])('says what is wrong with a scenario: %s', async (words, options) => {
    await anApi();
    expect(await command('transcode', ...options)).toBe(2);
    expect(said.stderr).toContain(words);
    expect(api.submitted).toBeUndefined();
  });

  it('asks for a quality report', async () => {
    await anApi();
    expect(await command('transcode', 'a.mp4', '--quality-report')).toBe(0);
    expect(api.submitted).toMatchObject({ qualityReport: true });
  });

  it('starts the stack when no API answers', async () => {
    await anApi();
    await api.stop();
    expect(await command('transcode', 'a.mp4')).toBe(0);
    expect(stackStarts).toBe(1);
    expect(said.stdout).toContain('npm run stop');
  });

  it('prints the job alone on stdout with --json', async () => {
    await anApi();
    expect(await command('transcode', 'a.mp4', '--json')).toBe(0);
    expect(JSON.parse(said.stdout)).toMatchObject({ id: 'job-1', status: 'completed' });
    expect(said.stderr).toContain('Playlist');
  });

  it('prints the path of the playlist alone with --quiet', async () => {
    await anApi();
    expect(await command('transcode', 'a.mp4', '--quiet', '--output', 'mine')).toBe(0);
    expect(said).toEqual({ stdout: `${folder}/mine/master.m3u8\n`, stderr: '' });
  });

  it("says a failed job's own words and leaves nothing", async () => {
    const failure = {
      code: 'SOURCE_NOT_FOUND',
      message: 'There is no a.mp4.',
      hint: 'Check it.',
      phase: 'probing',
      retryable: false,
    } as const;
    await anApi({ views: [aJob({ status: 'failed', error: failure.message, failure })] });
    expect(await command('transcode', 'a.mp4')).toBe(1);
    expect(said.stderr).toBe('SOURCE_NOT_FOUND: There is no a.mp4.\nHint: Check it.\n');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses a file whose bytes are not those that the job recorded', async () => {
    const tree = aTree().set('360p/segment00000-abc.m4s', 'other bytes');
    await anApi({ tree });
    expect(await command('transcode', 'a.mp4', '--output', 'mine')).toBe(1);
    expect(said.stderr).toContain('OUTPUT_CHECKSUM_MISMATCH: 360p/segment00000-abc.m4s');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('waits for the records, which follow the last event', async () => {
    const tree = aTree();
    tree.delete('events.jsonl');
    await anApi({ tree, onMissing: (path) => tree.set(path, 'late\n') });
    expect(await command('transcode', 'a.mp4', '--output', 'mine')).toBe(0);
    expect(readFileSync(join(folder, 'mine/events.jsonl'), 'utf8')).toBe('late\n');
  });

  it('outlasts a restart of the API', async () => {
    const onLook = (count: number): void => {
      if (count === 2) void api.stop().then(() => api.start());
    };
    await anApi({ views: [aJob(), aJob(), aJob(), aCompletedJob()], onLook });
    expect(await command('transcode', 'a.mp4', '--output', 'mine')).toBe(0);
    expect(existsSync(join(folder, 'mine/master.m3u8'))).toBe(true);
  });

  it('cancels the job on Ctrl-C', async () => {
    await anApi({ views: [aJob()], onLook: (count) => count === 3 && interrupt() });
    expect(await command('transcode', 'a.mp4')).toBe(130);
    expect(api.calls).toContain('DELETE /api/jobs/job-1');
    expect(said.stderr).toContain('Job job-1 was cancelled.');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves at once on a second Ctrl-C', async () => {
    const onLook = (count: number): void => {
      if (count !== 3) return;
      interrupt();
      interrupt();
    };
    await anApi({ views: [aJob()], onLook });
    expect(await command('transcode', 'a.mp4')).toBe(130);
    expect(said.stderr).toBe('');
  });

  it('says that a folder can not be written', async () => {
    await anApi();
    writeFileSync(join(folder, 'file'), '');
    expect(await command('transcode', 'a.mp4', '--output', 'file/under')).toBe(2);
    expect(said.stderr).toContain('ENOTDIR');
  });

  it('shows the paths of the fields that the API refuses', async () => {
    const problem = {
      code: 'REQUEST_INVALID',
      error: 'The request is not valid.',
      errors: [{ path: 'ladder.0.crf', message: 'too big' }],
    };
    await anApi({ refusal: { status: 400, problem } });
    expect(await command('transcode', 'a.mp4')).toBe(2);
    expect(said.stderr).toBe('REQUEST_INVALID: The request is not valid.\n  ladder.0.crf: too big\n');
  });

  it.each([
    ['a folder as source', ['transcode', '.'], 'is a folder'],
    ['a folder that holds something', ['transcode', 'a.mp4', '--output', '.'], 'is not empty'],
    ['a bad priority', ['transcode', 'a.mp4', '--priority', '10'], 'priority: '],
    ['a length that is no number', ['transcode', 'a.mp4', '--segment-seconds', 'six'], 'must be a number'],
    ['an unknown rung', ['transcode', 'a.mp4', '--ladder', '999p'], "'999p' is neither"],
    ['a file to upload that is not there', ['submit', 'FILE:///no/a.mp4', '--upload'], 'not a file'],
    ['an unknown option', ['transcode', 'a.mp4', '--colour'], 'unknown option'],
    ['an unknown command', ['transmogrify'], 'unknown command'],
    ['no command', [], 'Usage'],
  ])('exits 2 on %s, before anything is submitted', async (_, argv, words) => {
    await anApi();
    writeFileSync(join(folder, 'a.mp4'), '');
    expect(await command(...argv)).toBe(2);
    expect(said.stderr).toContain(words);
    expect(api.calls).toEqual([]);
  });
});

describe('submit --dry-run', () => {
  const path = 'POST /api/transcode?validateOnly=true';
  const { title, request, profiles, audioProfiles, plan, warnings } = aJob();
  const planned = { valid: true, title, request, profiles, audioProfiles, plan, warnings };
  const estimate = { encodeSeconds: 75, outputBytes: 2_500_000, basedOn: 3 };

  it('says what the job would be, and as JSON all of it', async () => {
    const body = { ...planned, estimate };
    await anApi({
      answers: {
        [path]: [
          { status: 202, body: { status: 'planning' } },
          { status: 200, body },
        ],
      },
    });
    expect(await command('submit', 'a.mp4', '--dry-run')).toBe(0);
    expect(said.stdout).toContain('360p  640x360');
    expect(said.stdout).toContain('About 1:15 min of encoding and 2.5 MB, by 3 finished jobs.');
    said.stdout = '';
    expect(await command('submit', 'a.mp4', '--dry-run', '--json')).toBe(0);
    expect(JSON.parse(said.stdout)).toEqual(body);
  });

  it('says why there would be none', async () => {
    const { failure } = EXAMPLES.JobFailed;
    const body = { ...planned, valid: false, failure };
    await anApi({ answers: { [path]: [{ status: 200, body }] } });
    expect(await command('submit', 'a.mp4', '--dry-run')).toBe(1);
    expect(said.stdout).toContain(`${failure.code}: ${failure.message}\n${failure.hint}`);
  });

  it('uploads nothing', async () => {
    await anApi();
    expect(await command('submit', 'a.mp4', '--dry-run', '--upload')).toBe(2);
    expect(api.calls).toEqual([]);
  });
});

describe('the other commands', () => {
  it('submit prints the id', async () => {
    await anApi();
    expect(await command('submit', 'https://example.org/a.mp4')).toBe(0);
    expect(said.stdout).toBe('job-1\n');
  });

  it('submit needs a source or a scenario', async () => {
    await anApi();
    expect(await command('submit')).toBe(2);
    expect(said.stderr).toBe('Name a file or a URL, or a --scenario.\n');
    expect(await command('submit', '--scenario', '720p30-h264')).toBe(0);
    expect(api.submitted).toEqual({ scenario: '720p30-h264' });
  });

  it('scenarios lists the presets', async () => {
    await anApi();
    expect(await command('scenarios')).toBe(0);
    expect(said.stdout).toMatch(/^4K60-h264 +3840x2160 +60 fps +h264 +10000 kbit\/s$/m);
    said.stdout = '';
    expect(await command('scenarios', '--json')).toBe(0);
    expect(JSON.parse(said.stdout)).toMatchObject({ '720p30-h264': { height: 720, bitrateKbps: 2000 } });
  });

  it('status --follow ends with the job and its exit code', async () => {
    await anApi({ views: [aJob(), aJob({ status: 'cancelled' })] });
    expect(await command('status', 'job-1', '--follow')).toBe(130);
  });

  it('status shows how good the renditions are, where that was measured', async () => {
    const job = aCompletedJob();
    const [rendition] = job.renditions;
    if (rendition?.measured === undefined) throw new Error('no rendition');
    const quality = {
      ...{ vmaf: 93.456, vmafHarmonicMean: 93.1, vmafLowest: 80.04 },
      ...{ psnrYDb: 41.26, psnrDb: 42.5, ssim: 0.98765 },
    };
    const hdr = { psnrYDb: 40, psnrDb: 41, ssim: 0.97 };
    const renditions = [
      { ...rendition, measured: { ...rendition.measured, quality } },
      { ...rendition, name: 'hdr', measured: { ...rendition.measured, quality: hdr } },
      { ...rendition, name: 'audio-eng' },
    ];
    await anApi({ views: [{ ...job, renditions }] });
    expect(await command('status', 'job-1')).toBe(0);
    expect(said.stdout).toContain(
      [
        '  Quality  VMAF  HARMONIC  LOWEST  PSNR Y   PSNR     SSIM',
        '  360p     93.5  93.1      80.0    41.3 dB  42.5 dB  0.9877',
        '  hdr      -     -         -       40.0 dB  41.0 dB  0.9700',
        '',
      ].join('\n'),
    );
  });

  it('status of an unknown job gives the words of the API', async () => {
    await anApi();
    expect(await command('status', 'job-2')).toBe(1);
    expect(said.stderr).toBe('NOT_FOUND: There is no /api/jobs/job-2.\nHint: Look at the list of jobs.\n');
  });

  it('list asks with its filters and draws a table', async () => {
    await anApi({ views: [aJob()] });
    expect(await command('list', '--user', 'ann', '--limit', '3')).toBe(0);
    expect(api.calls).toEqual(['GET /api/jobs?user=ann&limit=3']);
    expect(said.stdout).toBe(
      'JOB    STATUS       DONE  CREATED (UTC)        USER       TITLE\n' +
        'job-1  transcoding  30 %  1970-01-01 00:16:40  anonymous  Big Bunny\n',
    );
  });

  it('cancel waits for the answer', async () => {
    await anApi();
    expect(await command('cancel', 'job-1')).toBe(0);
    expect(said.stdout).toBe('Job job-1 is cancelled.\n');
  });

  it('says how to start a stack when none runs', async () => {
    await anApi();
    await api.stop();
    expect(await command('list')).toBe(1);
    expect(said.stderr).toContain('API_UNREACHABLE');
    expect(said.stderr).toContain('ECONNREFUSED');
    expect(said.stderr).toContain('npm start');
  });

  it('--help and --version exit 0', async () => {
    await anApi();
    expect(await command('--help')).toBe(0);
    expect(await command('--version')).toBe(0);
    expect(said.stdout).toMatch(/transcode[^]*\n0\.1\.0\n$/);
  });
});

describe('config recommend', () => {
  beforeEach(() => anApi());

  it('proposes a configuration that can be pasted', async () => {
    expect(await command('config', 'recommend')).toBe(0);
    expect(said.stdout).toContain('  FRAMEFOLD_ENCODE_SLOTS=2\n');
    expect(said.stdout).toContain('  FRAMEFOLD_LIMITS=cpu=200,memory=4096,time=3600\n');
    expect(said.stdout).toContain('up to 1080p');
    expect(said.stderr).toContain('1 at once');
  });

  it('gives the figures as JSON', async () => {
    expect(await command('config', 'recommend', '--json')).toBe(0);
    expect(JSON.parse(said.stdout)).toMatchObject({ recommendation: { encodeSlots: 2, mediaSlots: 4 } });
  });
});

describe('workers list', () => {
  const queue = {
    name: 'framefold-encode-cpu',
    pollers: 1,
    backlog: 12,
    backlogAgeSeconds: 75,
    tasksAddedPerSecond: 0,
    tasksDispatchedPerSecond: 1.5,
  };
  const failure = {
    at: Date.parse('2026-01-01T10:11:12Z'),
    activity: 'encodeChunk',
    workflowId: 'transcode-j',
    unit: 'chunk-00003',
    code: 'ENCODER_CRASHED',
    message: 'It crashed.',
  };
  const reports = [
    workerReport({
      id: 'well',
      status: 'busy',
      lastHeartbeat: Date.now(),
      slots: { 'framefold-encode-cpu': 2 },
      currentTasks: [
        { activity: 'encodeChunk', workflowId: 'transcode-j', unit: 'chunk-00004', attempt: 1, startedAt: 0 },
      ],
      limits: { control: 'cgroup-v2', holds: ['cpu', 'memory'] },
      proved: [
        { name: 'libx264', device: 'cpu', works: true, speed: 142.7 },
        { name: 'h264_nvenc', device: 'cuda-0', works: false, reason: 'No such device.' },
      ],
      recentFailures: [failure],
    }),
    workerReport({
      id: 'sick',
      status: 'quarantined',
      statusReasons: ['Encodes of 3 different jobs failed here in a row.'],
      lastHeartbeat: Date.now(),
    }),
  ];
  beforeEach(() => anApi({ workers: toWorkerPool(reports, { workers: [], queues: [queue] }, Date.now()) }));

  it('shows who works on what, who does not and why, and what waits', async () => {
    expect(await command('workers', 'list')).toBe(0);
    expect(said.stdout).toMatch(
      /^well +encode-cpu +busy +1\/2 +\S+ s ago +encodeChunk chunk-00004 of transcode-j +libx264$/m,
    );
    expect(said.stdout).toContain('sick: Encodes of 3 different jobs failed here in a row.');
    expect(said.stdout).toMatch(/^framefold-encode-cpu +1 +12 +1:15 min +0.0 +1.5$/m);
    expect(said.stdout).not.toContain('It crashed.');
  });

  it('tells more with --verbose', async () => {
    expect(await command('workers', 'list', '--verbose')).toBe(0);
    expect(said.stdout).toContain('limits by cgroup-v2 (cpu, memory)');
    expect(said.stdout).toContain('well: libx264 on cpu: 143 frames/s in its trial');
    expect(said.stdout).toContain('well: h264_nvenc on cuda-0: No such device.');
    expect(said.stdout).toContain(
      'well: 10:11:12 encodeChunk chunk-00003 of transcode-j: ENCODER_CRASHED: It crashed.',
    );
  });

  it('gives it all as JSON', async () => {
    expect(await command('workers', 'list', '--json')).toBe(0);
    expect(JSON.parse(said.stdout)).toMatchObject({ pool: { total: 2, quarantined: 1 }, queues: [queue] });
  });
});

describe('deliveries', () => {
  const delivery = {
    ...{ id: 'msg_job-1_7', jobId: 'job-1', event: 'job.completed', sequence: 7 },
    ...{ url: 'https://hooks.example/h', state: 'pending', createdAt: 1, nextAttemptAt: 1_767_262_272_000 },
    attempts: [{ at: 1, status: 500, error: 'The receiver answered 500.', durationMs: 1 }],
  } as const satisfies Delivery;

  it('shows the webhooks of a job and what became of them', async () => {
    await anApi({ deliveries: [delivery] });
    expect(await command('deliveries', 'job-1')).toBe(0);
    expect(said.stdout).toMatch(
      /^msg_job-1_7 +job.completed +pending +1 +2026-01-01 10:11:12 +The receiver answered 500.$/m,
    );
  });

  it('says so when there are none, and gives all as JSON', async () => {
    await anApi({ deliveries: [] });
    expect(await command('deliveries', 'job-1')).toBe(0);
    expect(said.stdout).toBe('No webhooks.\n');
    api.script.deliveries = [delivery];
    said.stdout = '';
    expect(await command('deliveries', 'job-1', '--json')).toBe(0);
    expect(JSON.parse(said.stdout)).toEqual([delivery]);
  });

  it('sends one again', async () => {
    await anApi({ deliveries: [delivery] });
    expect(await command('deliveries', 'send-again', 'msg_job-1_7')).toBe(0);
    expect(api.calls).toContain('POST /api/deliveries/msg_job-1_7/send-again');
    expect(said.stdout).toContain('https://hooks.example/h');
    expect(await command('deliveries', 'send-again', 'msg_none')).toBe(1);
  });

  it('is asked for by --webhook-event', async () => {
    await anApi();
    const events = ['--webhook-event', 'job.started', '--webhook-event', 'job.progress'];
    const source = 'https://media.example/a.mp4';
    expect(await command('submit', source, '--webhook', 'https://hooks.example/h', ...events)).toBe(0);
    expect(api.submitted).toMatchObject({ webhookEvents: ['job.started', 'job.progress'] });
  });
});
