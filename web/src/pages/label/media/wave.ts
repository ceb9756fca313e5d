// How loud a recording is over time, to be drawn: read once, at a low rate, and kept as the largest of each few milliseconds.
export interface Wave {
  peaks: Float32Array; // 0 to 1
  perSecond: number;
}
const rate = 8000; // samples a second: enough to see speech
const perSecond = 200;
const largest = 64 << 20; // bytes; a longer recording is shown without
const longest = 3600; // seconds

// The largest of every `size` samples of all channels.
export function peaksOf(channels: readonly Float32Array[], size: number): Float32Array {
  const samples = channels[0]?.length ?? 0;
  const peaks = new Float32Array(Math.ceil(samples / size));
  for (const channel of channels)
    for (let i = 0; i < samples; i++) {
      const at = Math.floor(i / size);
      const value = Math.abs(channel[i]!);
      if (value > peaks[at]!) peaks[at] = value;
    }
  return peaks;
}

// Null where it can not be drawn: too long, or of a kind that this browser plays but does not open.
export async function readWave(url: string, seconds: number | null, signal: AbortSignal): Promise<Wave | null> {
  if (seconds !== null && seconds > longest) return null;
  const answer = await fetch(url, { signal });
  if (!answer.ok || Number(answer.headers.get("Content-Length") ?? 0) > largest) {
    await answer.body?.cancel();
    return null;
  }
  const opened = await new OfflineAudioContext(1, 1, rate).decodeAudioData(await answer.arrayBuffer());
  const channels = Array.from({ length: opened.numberOfChannels }, (_, i) => opened.getChannelData(i));
  return { peaks: peaksOf(channels, rate / perSecond), perSecond };
}
