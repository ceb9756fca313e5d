// How long a key press takes until the screen shows it, in a text of 25 kB with 1,000 marks that overlap.
//
//     node bench/web/marks.mjs BUILD/app/tilth web/dist [MARKS]
//
// In Chromium without a display.
import { longText, manyMarks } from "../../tests/web/many.mjs";
import { benchOfKeys } from "./timing.mjs";

const [program, dist, marks = "1000"] = process.argv.slice(2);
const title = `${longText.length} units, ${Buffer.byteLength(longText)} bytes, ${marks} marks`;
const fill = (tilth, page) => manyMarks(tilth, page, Number(marks));
await benchOfKeys(program, dist, title, fill, async ({ free, measured }) => {
  await free("nothing (an unused key)", "F9");
  await measured("caret by a character", "ArrowRight");
  await measured("caret by a line", "ArrowDown");
  await measured("select by a word", "Control+Shift+ArrowRight");
  await measured("to the next mark", "Tab");
  await measured("the class of a mark", "Tab", "t");
  await measured("the end of a mark by a character", "Tab", "Shift+ArrowRight");
  await measured("mark a word", "Control+ArrowRight", "p");
  await measured("delete a mark", "Tab", "Delete");
  await measured("undo", "Control+z");
});
