// Key press to screen with a thousand ranges of a recording, in the browser.
//
//     node bench/web/ranges.mjs BUILD/app/tilth web/dist [RANGES]
//
// In Chromium without a display. Promised: under 50 ms; exit code 1 if more than one press in ten takes longer.
import { loadavg } from "node:os";
import { manyRanges } from "../../tests/web/many.mjs";
import { Browser, Tilth } from "../../tests/web/stage.mjs";
import { at, press, told, watchKeys } from "./timing.mjs";

const [program, dist, ranges = "1000"] = process.argv.slice(2);
const rounds = 100;
const tilth = await new Tilth(program, dist).start();
const browser = await new Browser().start();
try {
  const page = await browser.page(tilth.link);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.setViewportSize({ width: 1440, height: 900 });
  await manyRanges(tilth, page, Number(ranges));
  await watchKeys(page);
  const all = [];
  async function measured(name, ...keys) {
    const times = [];
    for (let i = 0; i < rounds; i++) times.push(...(await press(page, 1, keys[i % keys.length])));
    all.push(...times);
    console.log(`${name.padEnd(34)} ${told(times)}`);
  }
  console.log(`${ranges} ranges; load ${loadavg()[0].toFixed(1)}`);
  await measured("the recording is sought in", "ArrowRight", "ArrowLeft");
  await measured("the next range is selected", "ArrowDown");
  await measured("its class changes", "1", "2");
  await measured("its end is set, and that undone", "]", "Control+z");
  await measured("the timeline is zoomed", "+", "-");
  console.log(`${"all of these".padEnd(34)} ${told(all)}`);
  if (at(all, 0.9) >= 50) process.exitCode = 1;
} finally {
  await browser.stop();
  await tilth.stop();
}
