// What the benches in the browser share: how long a key press takes until the screen shows it, and how figures are told.
export const at = (all, share) => [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * share))];
export const told = (all) => `p50 ${at(all, 0.5).toFixed(1).padStart(6)}  p95 ${at(all, 0.95).toFixed(1).padStart(6)}  p99 ${at(all, 0.99).toFixed(1).padStart(6)} ms`;

// From the time stamp of the key, when the page is told of it, to behind the frame that paints what it did.
export async function watchKeys(page) {
  await page.evaluate(() => {
    window.taken = [];
    const channel = new MessageChannel();
    let began = 0;
    channel.port1.onmessage = () => window.taken.push(performance.now() - began);
    addEventListener("keydown", (event) => {
      if (["Shift", "Control", "Alt"].includes(event.key)) return;
      began = event.timeStamp;
      requestAnimationFrame(() => channel.port2.postMessage(0)); // comes when the frame is painted
    }, { capture: true });
  });
}

// Presses keys in turn, so often; the times of the last of each `keys`.
export async function press(page, rounds, ...keys) {
  const times = [];
  for (let i = 0; i < rounds; i++)
    for (const [k, key] of keys.entries()) {
      await page.evaluate(() => (window.taken = []));
      await page.keyboard.press(key);
      await page.waitForFunction(() => window.taken.length === 1);
      if (k === keys.length - 1) times.push((await page.evaluate(() => window.taken))[0]);
    }
  return times;
}
