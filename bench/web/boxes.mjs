// Key press to screen with a thousand boxes on a picture, in the browser.
//
//     node bench/web/boxes.mjs BUILD/app/tilth web/dist [BOXES]
//
// In Chromium without a display.
import { manyBoxes } from "../../tests/web/many.mjs";
import { benchOfKeys } from "./timing.mjs";

const [program, dist, boxes = "1000"] = process.argv.slice(2);
async function fill(tilth, page) {
  await page.setViewportSize({ width: 1440, height: 900 });
  await manyBoxes(tilth, page, Number(boxes));
}
await benchOfKeys(program, dist, `${boxes} boxes`, fill, async ({ inTurns }) => {
  await inTurns("the crosshair moves", "ArrowRight", "ArrowLeft");
  await inTurns("the next mark is selected", "Tab");
  await inTurns("the selected box moves", "ArrowRight", "ArrowLeft");
  await inTurns("it is resized", "Control+ArrowRight", "Control+ArrowLeft");
  await inTurns("its class changes", "1", "2");
  await inTurns("the picture is zoomed", "+", "-");
});
