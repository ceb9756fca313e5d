// How long a key press takes until the screen shows it, in a text of 25 kB with 1,000 marks that overlap.
//
//     node bench/web/marks.mjs BUILD/app/tilth web/dist [MARKS]
//
// From the time stamp of the key to behind the frame that paints it, in Chromium without a display. Prints medians and p95 in ms.
import { loadavg } from "node:os";
import { longText, manyMarks } from "../../tests/web/many.mjs";
import { Browser, Tilth } from "../../tests/web/stage.mjs";

const [, , program, dist, wanted = "1000"] = process.argv;
const n = Number(wanted);
const rounds = 30;
const tilth = await new Tilth(program, dist).start();
const browser = await new Browser().start();
try {
  const page = await browser.page(tilth.link);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await manyMarks(tilth, page, n);
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

  async function measured(name, ...keys) {
    const times = [];
    for (let i = 0; i < rounds; i++)
      for (const [k, key] of keys.entries()) {
        await page.evaluate(() => (window.taken = []));
        await page.keyboard.press(key);
        await page.waitForFunction(() => window.taken.length === 1);
        if (k === keys.length - 1) times.push((await page.evaluate(() => window.taken))[0]);
      }
    times.sort((a, b) => a - b);
    const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))].toFixed(1).padStart(8);
    console.log(`${name.padEnd(34)} median ${at(0.5)}   p95 ${at(0.95)}`);
  }
  console.log(`${longText.length} units, ${Buffer.byteLength(longText)} bytes, ${n} marks; load ${loadavg()[0].toFixed(1)}`);
  await measured("nothing (an unused key)", "F9");
  await measured("caret by a character", "ArrowRight");
  await measured("caret by a line", "ArrowDown");
  await measured("select by a word", "Control+Shift+ArrowRight");
  await measured("to the next mark", "Tab");
  await measured("the class of a mark", "Tab", "t");
  await measured("the end of a mark by a character", "Tab", "Shift+ArrowRight");
  await measured("mark a word", "Control+ArrowRight", "p");
  await measured("delete a mark", "Tab", "Delete");
  await measured("undo", "Control+z");
} finally {
  await browser.stop();
  await tilth.stop();
}
