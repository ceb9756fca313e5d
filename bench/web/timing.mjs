// What the benches in the browser share: how long a key press takes until the screen shows it, and how figures are told.
import { loadavg } from "node:os";
import { Browser, Tilth } from "../../tests/web/stage.mjs";

const rounds = 100;

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

// A bench of keys: fills a page and has `work` press what is measured: `measured(name, ...keys)` all of these each round and the last
// timed, `inTurns(name, ...keys)` one of these each round, `free(name, key)` what is told and not counted. Promised: under 50 ms; exit
// code 1 if more than one press in ten takes longer.
export async function benchOfKeys(program, dist, title, fill, work) {
  const tilth = await new Tilth(program, dist).start();
  const browser = await new Browser().start();
  try {
    const page = await browser.page(tilth.link);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await fill(tilth, page);
    await watchKeys(page);
    const all = [];
    const tell = (name, times) => console.log(`${name.padEnd(34)} ${told(times)}`);
    const counted = (name, times) => {
      all.push(...times);
      tell(name, times);
    };
    console.log(`${title}; load ${loadavg()[0].toFixed(1)}`);
    await work({
      measured: async (name, ...keys) => counted(name, await press(page, rounds, ...keys)),
      inTurns: async (name, ...keys) => {
        const times = [];
        for (let i = 0; i < rounds; i++) times.push(...(await press(page, 1, keys[i % keys.length])));
        counted(name, times);
      },
      free: async (name, key) => tell(name, await press(page, rounds, key)),
    });
    counted("all of these", all.splice(0));
    if (at(all, 0.9) >= 50) process.exitCode = 1;
  } finally {
    await browser.stop();
    await tilth.stop();
  }
}
