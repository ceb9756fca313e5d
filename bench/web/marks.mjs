// How long a key press takes until the screen shows it, in a text of 25 kB with 1,000 marks that overlap.
//
//     node bench/web/marks.mjs BUILD/app/tilth web/dist [MARKS]
//
// From the time stamp of the key to behind the frame that paints it, in Chromium without a display. Prints medians and p95 in ms.
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { Browser, Tilth } from "../../tests/web/stage.mjs";

const [, , program, dist, wanted = "1000"] = process.argv;
const n = Number(wanted);
const rounds = 30;
const words = ["harvest", "of", "early", "wheat", "near", "Zoe\u0301", "met", "👩‍🚒", "the", "valley", "of", "grain.", "שלום"];
const text = Array.from({ length: 4200 }, (_, i) => words[(i * 7) % words.length] + (i % 90 === 89 ? "\n" : "")).join(" ");
const points = [...text].length;
const labels = ["person", "company", "place", "thing"];
const spans = Array.from({ length: n }, (_, i) => {
  const start = Math.floor((i * (points - 60)) / n);
  return { start, end: start + 6 + (i % 5) * 8, label: labels[i % 4] };
});

const tilth = await new Tilth(program, dist).start();
const browser = await new Browser().start();
try {
  const file = (name, content) => {
    writeFileSync(join(tilth.home, name), content);
    return join(tilth.home, name);
  };
  tilth.run("ingest", file("long.jsonl", JSON.stringify({ id: "long", text })), "--source", "long", "--map", file("rules.toml", 'key = "id"\nbody = "text"\n'));
  const classes = labels.map((label) => `[[class]]\nname = "${label}"\nhotkey = "${label === "place" ? "l" : label[0]}"\n`).join("");
  tilth.run("label", "project", "create", file("marks.toml", `name = "marks"\nsource = "long"\nkind = "spans"\noverlapping_spans = true\nsuggestions = "before"\n${classes}`));
  tilth.run("label", "queue", "marks", "--add", "1");
  tilth.run("label", "suggest", "import", "marks", file("said.jsonl", JSON.stringify({ key: "long", answer: spans })), "--annotator", "bench");

  const page = await browser.page(tilth.link);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.goto(`${tilth.url}/label/marks`);
  const area = page.getByRole("textbox", { name: /text to mark/i });
  await area.waitFor();
  await page.getByRole("button", { name: `Accept all ${n} suggested` }).click();
  await page.getByText(`${n.toLocaleString("en")} marks`, { exact: true }).or(page.getByText(`${n} marks`, { exact: true })).waitFor();
  await area.focus();
  await page.keyboard.press("Control+Home");
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
  console.log(`${text.length} units, ${Buffer.byteLength(text)} bytes, ${n} marks; load ${loadavg()[0].toFixed(1)}`);
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
