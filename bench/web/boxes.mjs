// Key press to screen with a thousand boxes on a picture, in the browser: medians and 95th percentiles in milliseconds.
//
//     node bench/web/boxes.mjs BUILD/app/tilth web/dist [BOXES]
//
// From the press of a key, as the page is told of it, to the frame that shows what it did.
import { loadavg } from "node:os";
import { manyBoxes } from "../../tests/web/many.mjs";
import { Browser, Tilth } from "../../tests/web/stage.mjs";

const [program, dist, boxes = "1000"] = process.argv.slice(2);
const presses = 60;
const tilth = await new Tilth(program, dist).start();
const browser = await new Browser().start();
try {
  const page = await browser.page(tilth.link);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.setViewportSize({ width: 1440, height: 900 });
  await manyBoxes(tilth, page, Number(boxes));

  await page.evaluate(() => {
    window.took = [];
    window.work = [];
    window.addEventListener("keydown", (event) => {
      const pressed = event.timeStamp;
      const begun = performance.now();
      const channel = new MessageChannel(); // after the frame is drawn
      channel.port1.onmessage = () => {
        window.took.push(performance.now() - pressed);
        window.work.push(performance.now() - begun);
      };
      requestAnimationFrame(() => channel.port2.postMessage(null));
    }, { capture: true });
  });
  const of = (all, share) => [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * share))];
  async function measure(what, ...keys) {
    await page.evaluate(() => ([window.took, window.work] = [[], []]));
    for (let i = 0; i < presses; i++) {
      const before = await page.evaluate(() => window.took.length);
      await page.keyboard.press(keys[i % keys.length]);
      await page.waitForFunction((n) => window.took.length > n, before);
    }
    const [took, work] = await page.evaluate(() => [window.took, window.work]);
    console.log(`${what.padEnd(34)} press to screen: median ${of(took, 0.5).toFixed(1)}, p95 ${of(took, 0.95).toFixed(1)} ms; in the page: median ${of(work, 0.5).toFixed(1)}, p95 ${of(work, 0.95).toFixed(1)} ms`);
    return of(took, 0.5);
  }
  console.log(`${boxes} boxes, ${presses} presses each; load of the machine ${loadavg()[0].toFixed(1)}`);
  const medians = [await measure("the crosshair moves", "ArrowRight", "ArrowLeft"), await measure("the next mark is selected", "Tab"), await measure("the selected box moves", "ArrowRight", "ArrowLeft")];
  medians.push(await measure("it is resized", "Control+ArrowRight", "Control+ArrowLeft"), await measure("its class changes", "1", "2"), await measure("the picture is zoomed", "+", "-"));
  if (Math.max(...medians) >= 50) process.exitCode = 1;
} finally {
  await browser.stop();
  await tilth.stop();
}
