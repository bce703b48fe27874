/// <reference lib="dom" />
import type Hls from 'hls.js';

/**
 * What a test hangs into the player page. Playwright sends these functions to the browser as text: each stands alone,
 * and uses nothing of this module.
 */

/** A stretch of buffered media, in seconds. */
interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** What a player has done by the end. */
export interface PlaybackReport {
  /** Every error event of hls.js, harmless ones included. */
  readonly errors: string[];
  /** Heights of the renditions from which fragments were loaded. */
  readonly levelsPlayed: number[];
  readonly pictureHeight: number;
  readonly decodedFrames: number;
  readonly currentTime: number;
  readonly playable: Stretch[];
  /** By kind of track. */
  readonly buffered: { readonly video?: Stretch[]; readonly audio?: Stretch[] };
}

interface Probe {
  readonly errors: string[];
  readonly heights: Set<number>;
  readonly buffers: Record<string, SourceBuffer>;
}
type ProbedWindow = typeof globalThis & { probe: Probe; Hls: typeof Hls };

/**
 * Runs before the page's scripts: keeps the page's hls.js to the rendition of this height, and notes its errors and
 * the browser's source buffers.
 */
export function watchPlayer(height: number): void {
  const window = globalThis as ProbedWindow;
  const probe: Probe = { errors: [], heights: new Set(), buffers: {} };
  window.probe = probe;
  const addSourceBuffer = MediaSource.prototype.addSourceBuffer;
  MediaSource.prototype.addSourceBuffer = function (type) {
    const buffer = addSourceBuffer.call(this, type);
    probe.buffers[type.slice(0, type.indexOf('/'))] = buffer;
    return buffer;
  };
  let watched: typeof Hls | undefined;
  Object.defineProperty(window, 'Hls', {
    get: () => watched,
    set: (Player: typeof Hls) => {
      watched = class extends Player {
        constructor(...args: ConstructorParameters<typeof Hls>) {
          super(...args);
          this.on(Player.Events.MANIFEST_PARSED, () => {
            this.loadLevel = this.levels.findIndex((level) => level.height === height);
          });
          this.on(Player.Events.FRAG_LOADED, (_event, { frag }) => {
            const playlist: string = frag.type;
            if (playlist === 'main') probe.heights.add(this.levels[frag.level]?.height ?? NaN);
          });
          this.on(Player.Events.ERROR, (_event, data) =>
            probe.errors.push(`${data.type}: ${data.details}: ${data.error.message}`),
          );
        }
      };
    },
  });
}

/** Plays the page's video, four times as fast as in life, and resolves at its end. */
export async function startToEnd(): Promise<void> {
  const video = document.querySelector('video');
  if (video === null) throw new Error('The page has no video.');
  const ended = new Promise((resolve) => video.addEventListener('ended', resolve, { once: true }));
  video.muted = true;
  video.playbackRate = 4;
  await video.play();
  await ended;
}

/** Reads what the player has done. */
export function playbackReport(): PlaybackReport {
  const { probe } = globalThis as ProbedWindow;
  const video = document.querySelector('video');
  if (video === null) throw new Error('The page has no video.');
  const stretches = (ranges: TimeRanges): Stretch[] =>
    Array.from({ length: ranges.length }, (_, index) => ({
      start: ranges.start(index),
      end: ranges.end(index),
    }));
  return {
    errors: probe.errors,
    levelsPlayed: [...probe.heights],
    pictureHeight: video.videoHeight,
    // Every frame that came out of the decoder, shown or dropped; frame callbacks see the shown ones alone.
    decodedFrames: video.getVideoPlaybackQuality().totalVideoFrames,
    currentTime: video.currentTime,
    playable: stretches(video.buffered),
    buffered: Object.fromEntries(
      Object.entries(probe.buffers).map(([kind, buffer]) => [kind, stretches(buffer.buffered)]),
    ),
  };
}
