// A text with very many marks, a picture with very many boxes and a recording with very many ranges, in front of a labeler: for tests and benches of what a key costs then.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { png } from "./png.mjs";
import { wav } from "./recordings.mjs";

const words = ["harvest", "of", "early", "wheat", "near", "Zoe\u0301", "met", "👩‍🚒", "the", "valley", "of", "grain.", "שלום"];
export const longText = Array.from({ length: 4200 }, (_, i) => words[(i * 7) % words.length] + (i % 90 === 89 ? "\n" : "")).join(" ");
const labels = ["person", "company", "place", "thing"];

const writer = (tilth) => (name, content) => {
  writeFileSync(join(tilth.home, name), content);
  return join(tilth.home, name);
};

// A text of 25 kB with `n` marks that overlap; the text has the focus, the caret stands at its begin. The class keys are p, c, l and t.
export async function manyMarks(tilth, page, n) {
  const file = writer(tilth);
  const points = [...longText].length;
  const spans = Array.from({ length: n }, (_, i) => {
    const start = Math.floor((i * (points - 60)) / n);
    return { start, end: start + 6 + (i % 5) * 8, label: labels[i % 4] };
  });
  tilth.run("ingest", file("long.jsonl", JSON.stringify({ id: "long", text: longText })), "--source", "long", "--map", file("rules.toml", 'key = "id"\nbody = "text"\n'));
  const classes = labels.map((label) => `[[class]]\nname = "${label}"\nhotkey = "${label === "place" ? "l" : label[0]}"\n`).join("");
  tilth.run("label", "project", "create", file("marks.toml", `name = "marks"\nsource = "long"\nkind = "spans"\noverlapping_spans = true\nsuggestions = "before"\n${classes}`));
  tilth.run("label", "queue", "marks", "--add", "1");
  tilth.run("label", "suggest", "import", "marks", file("said.jsonl", JSON.stringify({ key: "long", answer: spans })), "--annotator", "bench");
  await page.goto(`${tilth.url}/label/marks`);
  const area = page.getByRole("textbox", { name: /text to mark/i });
  await area.waitFor();
  await page.getByRole("button", { name: `Accept all ${n} suggested` }).click();
  await page.getByRole("heading", { name: `${n.toLocaleString("en")} marks` }).or(page.getByRole("heading", { name: `${n} marks` })).waitFor();
  await area.focus();
  await page.keyboard.press("Control+Home");
}

// A picture with `n` boxes, as a draft of the labeler has them; the picture has the focus. The class keys are 1 and 2.
export async function manyBoxes(tilth, page, n) {
  const room = join(tilth.home, "pictures");
  mkdirSync(room);
  writeFileSync(join(room, "one.png"), png(1600, 1200, (x, y) => [x / 7, y / 5, (x + y) & 255]));
  tilth.run("ingest", room, "--source", "pictures", "--format", "images");
  tilth.run("label", "project", "create", writer(tilth)("boxes.toml", 'name = "boxes"\nsource = "pictures"\nkind = "boxes"\n[[class]]\nname = "cat"\n[[class]]\nname = "dog"\n'));
  tilth.run("label", "queue", "boxes", "--add", "1");
  await page.goto(`${tilth.url}/label/boxes`);
  const area = page.getByRole("application");
  await area.waitFor();
  await page.keyboard.press("Enter");
  for (const key of ["Shift+ArrowRight", "Shift+ArrowDown", "Enter"]) await page.keyboard.press(key);
  const draft = () => Object.keys(localStorage).find((key) => /^tilth\.draft\.\d+\.boxes\./.test(key));
  await page.waitForFunction(draft);
  const place = await page.evaluate(draft);
  const value = Array.from({ length: n }, (_, i) => ({ x: (i * 37) % 1500, y: (i * 53) % 1150, width: 20 + (i % 60), height: 15 + (i % 35), label: i % 2 ? "cat" : "dog" }));
  await page.goto(`${tilth.url}/jobs`); // what is left keeps its own draft before
  await page.getByRole("heading", { name: "Jobs", exact: true }).waitFor();
  await page.evaluate(([place, draft]) => localStorage.setItem(place, draft), [place, JSON.stringify({ value })]);
  await page.goto(`${tilth.url}/label/boxes`);
  await area.waitFor();
  await page.getByRole("heading", { name: `${n.toLocaleString("en")} marks` }).or(page.getByRole("heading", { name: `${n} marks` })).waitFor();
  await area.focus();
}

// A recording with `n` ranges, suggested and taken over. The class keys are 1 and 2.
export async function manyRanges(tilth, page, n) {
  const room = join(tilth.home, "sounds");
  mkdirSync(room);
  const seconds = 600;
  writeFileSync(join(room, "one.wav"), wav(seconds, [[10, 200], [300, 500]]));
  tilth.run("ingest", room, "--source", "sounds");
  const write = writer(tilth);
  tilth.run("label", "project", "create", write("ranges.toml", `name = "ranges"\nsource = "sounds"\nkind = "segments"\nat_most = ${n + 10}\nsuggestions = "before"\n[[class]]\nname = "speech"\n[[class]]\nname = "noise"\n`));
  tilth.run("label", "queue", "ranges", "--add", "1");
  const answer = Array.from({ length: n }, (_, i) => ({ from: (i * seconds) / n, to: ((i + 0.8) * seconds) / n, label: i % 2 ? "speech" : "noise" }));
  tilth.run("label", "suggest", "import", "ranges", write("ranges.jsonl", JSON.stringify({ key: "one.wav", answer })), "--annotator", "bench");
  await page.goto(`${tilth.url}/label/ranges`);
  await page.getByRole("button", { name: `Take the ${n} suggested` }).click();
  await page.getByRole("heading", { name: `${n.toLocaleString("en")} ranges` }).or(page.getByRole("heading", { name: `${n} ranges` })).waitFor();
  await page.evaluate(() => document.activeElement?.blur());
}
