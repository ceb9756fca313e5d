// Key press to screen with a thousand ranges of a recording, in the browser.
//
//     node bench/web/ranges.mjs BUILD/app/tilth web/dist [RANGES]
//
// In Chromium without a display.
import { manyRanges } from "../../tests/web/many.mjs";
import { benchOfKeys } from "./timing.mjs";

const [program, dist, ranges = "1000"] = process.argv.slice(2);
async function fill(tilth, page) {
  await page.setViewportSize({ width: 1440, height: 900 });
  await manyRanges(tilth, page, Number(ranges));
}
await benchOfKeys(program, dist, `${ranges} ranges`, fill, async ({ inTurns }) => {
  await inTurns("the recording is sought in", "ArrowRight", "ArrowLeft");
  await inTurns("the next range is selected", "ArrowDown");
  await inTurns("its class changes", "1", "2");
  await inTurns("its end is set, and that undone", "]", "Control+z");
  await inTurns("the timeline is zoomed", "+", "-");
});
