/// <reference lib="dom" />

/**
 * Plays the page's video, which stands at its start, as loud and as fast as it is, for so many seconds. Playwright sends this function to the
 * browser as text: it stands alone.
 *
 * @returns when sound follows on silence, in seconds from the first sound on, as it leaves the player
 */
export async function soundOnsets(seconds: number): Promise<number[]> {
  const video = document.querySelector('video');
  if (video === null) throw new Error('The page has no video.');
  const rate = 48_000;
  const context = new AudioContext({ sampleRate: rate });
  const recorder = `registerProcessor('recorder', class extends AudioWorkletProcessor {
    process([[channel]]) {
      this.port.postMessage(channel?.slice() ?? new Float32Array(128));
      return true;
    }
  });`;
  await context.audioWorklet.addModule(
    URL.createObjectURL(new Blob([recorder], { type: 'text/javascript' })),
  );
  const node = new AudioWorkletNode(context, 'recorder');
  const blocks: Float32Array[] = [];
  node.port.onmessage = ({ data }) => blocks.push(data as Float32Array);
  context.createMediaElementSource(video).connect(node).connect(context.destination);
  await video.play();
  await new Promise<void>((resolve) =>
    video.addEventListener('timeupdate', () => {
      if (video.currentTime >= seconds || video.ended) resolve();
    }),
  );
  video.pause();
  const onsets: number[] = [];
  let silentSince = -Infinity;
  blocks.forEach((block, position) =>
    block.forEach((value, index) => {
      const at = (position * 128 + index) / rate;
      if (Math.abs(value) < 0.03) return;
      if (at - silentSince > 0.3) onsets.push(at);
      silentSince = at;
    }),
  );
  const [first = NaN] = onsets;
  return onsets.map((at) => at - first);
}
