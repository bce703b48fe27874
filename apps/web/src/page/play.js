// The player page: shows how a job stands, follows it until it has ended, and plays it when it is complete.
import { FramefoldClient, FramefoldError } from '/play/assets/client/index.js';

/** Before the next try, while the service does not answer. */
const RETRY_MS = 1500;
const KEPT_KEY = 'framefold-api-key';
const jobId = location.pathname.split('/').filter(Boolean).at(-1);
const element = (id) => document.getElementById(id);
let playing = false;
let ended = false;
// Until the tab is closed, and for this page's origin alone.
let key = window.sessionStorage.getItem(KEPT_KEY);

const show = (id, visible) => {
  element(id).hidden = !visible;
};

const say = (message, hint) => {
  element('message').textContent = message;
  element('hint').textContent = hint ?? '';
  show('hint', hint !== undefined);
  show('notice', message !== '');
};

const link = (id, href) => {
  element(id).href = href;
  // What the API answers to a key alone, a link does not open.
  show(id, key === null || id === 'temporal');
};

const kilobits = (bitsPerSecond) => `${Math.round(bitsPerSecond / 1000).toLocaleString('en')} kbit/s`;

const cell = (text, isNumber) => {
  const td = document.createElement('td');
  td.textContent = text;
  if (isNumber) td.className = 'number';
  return td;
};

const showRenditions = (renditions) => {
  const rows = renditions
    .filter(({ measured }) => measured !== undefined)
    .map(({ name, measured }) => {
      const row = document.createElement('tr');
      row.append(
        cell(name),
        cell(measured.width === undefined ? '–' : `${measured.width} × ${measured.height}`),
        cell(measured.codecs),
        cell(kilobits(measured.averageBitsPerSecond), true),
        cell(kilobits(measured.peakBitsPerSecond), true),
        cell(measured.sizeBytes.toLocaleString('en'), true),
      );
      return row;
    });
  element('renditions').tBodies[0].replaceChildren(...rows);
  show('renditions', rows.length > 0);
};

const play = (manifest) => {
  if (playing) return;
  playing = true;
  const video = element('video');
  show('video', true);
  say('');
  if (window.Hls?.isSupported()) {
    const hls = new Hls({
      xhrSetup: (request) => {
        if (key !== null) request.setRequestHeader('authorization', `Bearer ${key}`);
      },
    });
    hls.on(Hls.Events.ERROR, (_event, data) => {
      if (data.fatal) say('The video cannot be played.', `${data.type}: ${data.details}`);
    });
    hls.loadSource(manifest);
    hls.attachMedia(video);
  } else if (video.canPlayType('application/vnd.apple.mpegurl') !== '') {
    video.src = manifest;
  } else {
    show('video', false);
    say('This browser cannot play HLS.', 'Open the manifest below in a player that can.');
  }
};

const showProgress = ({ status, progress, waitingFor }) => {
  element('status').textContent = status;
  element('status').dataset.status = status;
  element('progress').value = progress.percent;
  show('progress', true);
  say(
    `The job is ${status}: ${progress.percent} %. This page plays it when it is complete.`,
    waitingFor === undefined ? undefined : `Waiting for ${waitingFor}.`,
  );
};

// Whether it has ended.
const showJob = (job) => {
  document.title = `${job.title} – Framefold`;
  element('title').textContent = job.title;
  showProgress(job);
  link('job', job.links.self);
  link('temporal', job.links.temporal);
  showRenditions(job.renditions);
  switch (job.status) {
    case 'completed':
      link('manifest', job.links.manifest);
      show('progress', false);
      play(job.links.manifest);
      return true;
    case 'failed':
      show('progress', false);
      say(`The job failed: ${job.error ?? 'for an unknown reason'}`, job.failure?.hint);
      return true;
    case 'cancelled':
      show('progress', false);
      say('The job was cancelled; there is nothing to play.');
      return true;
    default:
      return false;
  }
};

// Whether asking again is of no use.
const showError = (error) => {
  show('access', error.status === 401);
  if (error.status === undefined) {
    say('The service does not answer.', 'This page asks again by itself.');
    return false;
  }
  element('status').textContent = error.status === 404 ? 'unknown' : 'unavailable';
  say(error.message, error.hint);
  // A key is waited for, not asked for again and again.
  return error.status === 404 || error.status === 401;
};

const watch = async (signal) => {
  // This page says that the service is away, instead of being patient in silence.
  const options = { baseUrl: location.origin, apiKey: key ?? undefined, patienceMs: 0 };
  const { jobs } = new FramefoldClient(options);
  while (!signal.aborted) {
    try {
      const job = await jobs.get(jobId, { signal });
      show('access', false);
      ended = showJob(job);
      if (ended) return;
      for await (const message of jobs.follow(jobId, { signal })) {
        if (message.kind === 'progress') showProgress(message);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof FramefoldError)) throw error;
      if (showError(error)) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
};

let watching = new AbortController();
const begin = () => {
  watching.abort();
  watching = new AbortController();
  void watch(watching.signal);
};

element('access').addEventListener('submit', (event) => {
  event.preventDefault();
  key = element('key').value.trim();
  window.sessionStorage.setItem(KEPT_KEY, key);
  begin();
});

// Browsers open few connections to a service: a tab that nobody looks at leaves them to the others.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) watching.abort();
  else if (!ended) begin();
});
if (!document.hidden) begin();
