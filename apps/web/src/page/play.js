// The player page: shows how a job stands, asks again until it has ended, and plays it when it is complete.
(() => {
  'use strict';

  const REFRESH_MS = 1500;
  const jobId = location.pathname.split('/').filter(Boolean).at(-1);
  const element = (id) => document.getElementById(id);
  let playing = false;

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
    show(id, true);
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
      const hls = new Hls();
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

  const showJob = (job) => {
    document.title = `${job.title} – Framefold`;
    element('title').textContent = job.title;
    element('status').textContent = job.status;
    element('status').dataset.status = job.status;
    element('progress').value = job.progress.percent;
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
      default: {
        show('progress', true);
        const waits = job.waitingFor === undefined ? undefined : `Waiting for ${job.waitingFor}.`;
        say(
          `The job is ${job.status}: ${job.progress.percent} %. This page plays it when it is complete.`,
          waits,
        );
        return false;
      }
    }
  };

  // Whether there is nothing more to ask for.
  const refresh = async () => {
    try {
      const answer = await window.fetch(`/api/jobs/${encodeURIComponent(jobId)}`, {
        headers: { accept: 'application/json' },
      });
      const body = await answer.json();
      if (answer.ok) return showJob(body);
      element('status').textContent = answer.status === 404 ? 'unknown' : 'unavailable';
      say(body.detail ?? `The service answered ${answer.status}.`, body.hint);
      return answer.status === 404;
    } catch {
      say('The service does not answer.', 'This page asks again by itself.');
      return false;
    }
  };

  const keepRefreshing = async () => {
    if (!(await refresh())) window.setTimeout(() => void keepRefreshing(), REFRESH_MS);
  };

  void keepRefreshing();
})();
