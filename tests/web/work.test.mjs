// What a key makes the page do where very much is marked: counted, so that it is held without a clock. bench/web takes the times.
import assert from "node:assert/strict";
import { browser, finish, settled, test } from "./harness.mjs";
import { manyBoxes, manyMarks } from "./many.mjs";
import { Tilth } from "./stage.mjs";

const [, , , program, dist] = process.argv;
const tilth = await new Tilth(program, dist).start();
const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
await page.setViewportSize({ width: 1440, height: 900 });

// Counts from now on what changes in the document, is measured in the text, drawn on a canvas, kept in the browser, and cut into words anew.
async function counting() {
  await page.evaluate(() => {
    const work = (window.work = { changed: 0, measured: 0, drawn: 0, kept: 0, cut: 0 });
    new MutationObserver((records) => (work.changed += records.length)).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    const count = (owner, name, what) => {
      const own = owner[name];
      owner[name] = function (...given) {
        work[what]++;
        return own.apply(this, given);
      };
    };
    count(Range.prototype, "getClientRects", "measured");
    for (const name of ["stroke", "fill", "fillRect", "strokeRect", "fillText"]) count(CanvasRenderingContext2D.prototype, name, "drawn");
    count(Storage.prototype, "setItem", "kept");
    count(Intl.Segmenter.prototype, "segment", "cut");
  });
}
// Of one press, when it is on the screen and what follows it is done.
async function costOf(key) {
  await settled(page);
  const before = await page.evaluate(() => ({ ...window.work }));
  await page.keyboard.press(key);
  await settled(page);
  const after = await page.evaluate(() => ({ ...window.work }));
  return Object.fromEntries(Object.entries(after).map(([what, n]) => [what, n - before[what]]));
}
// Every press, but for one in ten, which may bring other rows into the list beside it.
async function costs(keys, most, presses = 10) {
  const all = [];
  for (let i = 0; i < presses; i++) all.push(await costOf(keys[i % keys.length]));
  for (const [what, limit] of Object.entries(most)) {
    const over = all.map((each) => each[what]).sort((a, b) => a - b);
    assert.ok(over.at(-2) <= limit, `${keys}: ${what} ${over} times, at most ${limit}`);
    assert.ok(over.at(-1) <= limit + 400, `${keys}: ${what} ${over} times`);
  }
}

await test("in a text with a thousand marks a key changes only what it is about", async () => {
  await manyMarks(tilth, page, 1000);
  await counting();
  await costs(["ArrowRight"], { changed: 6, measured: 4, kept: 0, cut: 0 });
  await costs(["ArrowDown"], { changed: 6, measured: 12, kept: 0, cut: 0 });
  await costs(["Tab"], { changed: 40, measured: 8, kept: 0, cut: 0 });
  await costs(["t", "p"], { changed: 40, measured: 8, kept: 1, cut: 0 });
  await costs(["Shift+ArrowRight", "Shift+ArrowLeft"], { changed: 60, measured: 12, kept: 1, cut: 0 });
  await costs(["Delete", "Tab"], { changed: 80, measured: 12, kept: 1, cut: 0 });
  await costs(["Control+z", "Control+y"], { changed: 80, measured: 12, kept: 1, cut: 0 });
}, 120);

await test("the marks beside it are rows for those near the one at hand", async () => {
  assert.ok((await page.locator("[data-mark]").count()) <= 60);
  await page.getByRole("button", { name: /^\d+ more$/ }).waitFor();
});

await test("on a picture with a thousand boxes a key draws only what moves", async () => {
  await manyBoxes(tilth, page, 1000);
  await counting();
  await costs(["ArrowRight", "ArrowLeft"], { changed: 12, drawn: 20, kept: 0 });
  await costs(["Tab"], { changed: 20, drawn: 60, kept: 0 });
  await page.keyboard.press("ArrowRight"); // the first change takes it out of what lies still
  await costs(["ArrowRight", "ArrowLeft"], { changed: 20, drawn: 60, kept: 1 });
  await costs(["Control+ArrowRight", "Control+ArrowLeft"], { changed: 20, drawn: 60, kept: 1 });
  await costs(["1", "2"], { changed: 30, drawn: 60, kept: 1 });
  assert.deepEqual(page.complaints, []);
}, 120);

await finish(tilth);
