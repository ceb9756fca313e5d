// How long a key press takes until the screen shows it, in a text of 25 kB with 1,000 marks that overlap.
//
//     node bench/web/marks.mjs BUILD/app/tilth web/dist [MARKS]
//
// In Chromium without a display. Promised: under 50 ms; exit code 1 if more than one press in ten takes longer.
import { loadavg } from "node:os";
import { longText, manyMarks } from "../../tests/web/many.mjs";
import { Browser, Tilth } from "../../tests/web/stage.mjs";
import { at, press, told, watchKeys } from "./timing.mjs";

const [, , program, dist, wanted = "1000"] = process.argv;
const n = Number(wanted);
const rounds = 100;
const tilth = await new Tilth(program, dist).start();
const browser = await new Browser().start();
try {
  const page = await browser.page(tilth.link);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await manyMarks(tilth, page, n);
  await watchKeys(page);
  const all = [];
  async function measured(name, ...keys) {
    const times = await press(page, rounds, ...keys);
    all.push(...times);
    console.log(`${name.padEnd(34)} ${told(times)}`);
  }
  console.log(`${longText.length} units, ${Buffer.byteLength(longText)} bytes, ${n} marks; load ${loadavg()[0].toFixed(1)}`);
  await measured("nothing (an unused key)", "F9");
  all.length = 0;
  await measured("caret by a character", "ArrowRight");
  await measured("caret by a line", "ArrowDown");
  await measured("select by a word", "Control+Shift+ArrowRight");
  await measured("to the next mark", "Tab");
  await measured("the class of a mark", "Tab", "t");
  await measured("the end of a mark by a character", "Tab", "Shift+ArrowRight");
  await measured("mark a word", "Control+ArrowRight", "p");
  await measured("delete a mark", "Tab", "Delete");
  await measured("undo", "Control+z");
  console.log(`${"all of these".padEnd(34)} ${told(all)}`);
  if (at(all, 0.9) >= 50) process.exitCode = 1;
} finally {
  await browser.stop();
  await tilth.stop();
}
