// Sounds, films, PDF and pages of the web in front of those who label: looked at, listened to, and marked by ranges of time.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { becomes, browser, finish, reads, settled, sound, test } from "./harness.mjs";
import { caller, file } from "./notes.mjs";
import { pdf, wav, webm } from "./recordings.mjs";
import { Tilth, violations } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
page.setDefaultTimeout(10_000);

const put = (folder, name, bytes) => {
  mkdirSync(join(tilth.home, folder), { recursive: true });
  writeFileSync(join(tilth.home, folder, name), bytes);
};
for (let i = 0; i < 4; i++) put("calls", `call${i}.wav`, wav(12, [[1, 3], [4.5, 5], [8, 11]]));
put("films", "film.webm", await webm(page, 2));
put("papers", "paper.pdf", pdf("The apple tree\nstands in the garden", "Another page\nwith an apple", "The last one"));
for (const source of ["calls", "films", "papers"]) tilth.run("ingest", join(tilth.home, source), "--source", source);
const classes = (...names) => names.map((name) => `[[class]]\nname = "${name}"\n`).join("");
function project(name, source, settings) {
  tilth.run("label", "project", "create", file(tilth, `${name}.toml`, `name = "${name}"\nsource = "${source}"\n${settings}`));
  tilth.run("label", "queue", name, "--add", "10");
}
project("speech", "calls", `kind = "segments"\ntranscribe = true\n${classes("speech", "noise")}`);
project("mood", "calls", classes("glad", "sad"));
project("scenes", "films", `kind = "segments"\noverlapping_spans = true\n${classes("red", "blue")}`);
project("kinds", "papers", classes("letter", "article"));


// A page of the web that would do something, if it were let.
const site = createServer((request, answer) => {
  answer.writeHead(request.url === "/" ? 200 : 404, { "Content-Type": "text/html" });
  answer.end(`<html lang="en"><title>Of moss</title><body><main><h1>Of moss</h1>${"<p>Moss grows where it is wet and shady, for many years.</p>".repeat(9)}</main><script>document.querySelector("h1").textContent = "changed"</script></body></html>`);
});
await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
site.unref();
const api = caller(tilth);
await api("/sources", { name: "moss", kind: "crawl", spec: { urls: [`http://127.0.0.1:${site.address().port}/`], allow_private: true, delay: "0s" } });
await api("/sources/moss/run", {});
await becomes(async () => (await api("/sources/moss")).records, 1);
project("moss", "moss", `show = ["media"]\n${classes("wet", "dry")}`);
project("moss-text", "moss", classes("wet", "dry"));

async function open(name) {
  await page.goto(`${tilth.url}/label/${name}`);
  await page.getByRole("article", { name: "Item to label" }).waitFor();
  await page.getByRole("button", { name: "Play", exact: true }).or(page.getByRole("region", { name: /PDF of/ })).first().waitFor();
}
const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
const ranges = page.getByRole("list", { name: "Ranges" });
const answers = (name) => tilth.run("--json", "label", "answers", name).trim().split("\n").filter(Boolean).map((line) => JSON.parse(line)).filter((one) => !one.withdrawn_at);
const time = async () => Number(await page.getByRole("slider", { name: "Position" }).inputValue());

await test("a recording is heard, sought in and answered by keys alone", async () => {
  await open("mood");
  await press("ArrowRight", "ArrowRight", "Shift+ArrowRight");
  await becomes(time, 7);
  await press("ArrowLeft", "Home");
  await becomes(time, 0);
  await press(" ");
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await becomes(async () => (await time()) > 0.2, true);
  await press(" ");
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  await press(">", ">");
  await reads(page.getByRole("status", { name: "Speed" }), /1\.5×/);
  await press("1");
  await page.getByText("All saved").waitFor();
  await becomes(() => answers("mood")[0]?.label, "glad");
});

await test("how loud it is is drawn: tall where there is a tone, flat where there is silence", async () => {
  await open("speech");
  await page.getByText("How loud it is is being read").waitFor({ state: "detached" });
  await settled(page);
  const high = await page.locator("canvas").first().evaluate((canvas) => {
    const context = canvas.getContext("2d");
    const at = (second) => {
      const x = Math.round((second / 12) * canvas.width);
      const column = context.getImageData(x, 30, 1, canvas.height - 30).data;
      return column.filter((value, i) => i % 4 === 3 && value > 0).length;
    };
    return [at(2), at(3.7), at(9.5)];
  });
  assert.ok(high[0] > 40 && high[1] < 4 && high[2] > 40, String(high));
});

await test("by keys alone ranges are made, moved at their edges, written down, undone and sent", async () => {
  await open("speech");
  await press("ArrowRight", "Enter", "ArrowRight", "ArrowRight", "Enter");
  await reads(ranges, /speech\s+0:01\.00–0:03\.00/);
  await press("t");
  await page.keyboard.type("hello, 12 there");
  await press("Escape");
  await press("Shift+ArrowRight", "Enter", "Shift+ArrowRight", "Enter", "2"); // 8 to 12
  await reads(ranges, /noise\s+0:08\.00–0:12\.00/);
  await press("ArrowUp", "ArrowDown", "ArrowRight", "["); // the second begins a second later
  await reads(ranges, /noise\s+0:09\.00–0:12\.00/);
  await press("Delete");
  await becomes(() => ranges.getByRole("listitem").count(), 1);
  await press("Control+z");
  await becomes(() => ranges.getByRole("listitem").count(), 2);
  await press("Control+Enter");
  await page.getByText("All saved").waitFor();
  const said = () => answers("speech")[0]?.value.map((range) => [range.from, range.to, range.label, range.text]);
  await becomes(() => JSON.stringify(said()), JSON.stringify([[1, 3, "speech", "hello, 12 there"], [9, 12, "noise", undefined]]));
});

await test("what the service would refuse is told, and nothing at all is an answer", async () => {
  await open("speech");
  await press("Enter", "Enter");
  await reads(page.locator("[aria-live=polite]").last(), /no length yet/);
  await press("Escape");
  await page.getByRole("button", { name: "Nothing to mark" }).click();
  await press("Control+Enter");
  await page.getByText("All saved").waitFor();
  await becomes(() => JSON.stringify(answers("speech").map((each) => each.value.length).sort()), "[0,2]");
});

await test("by mouse a range is drawn, dragged by its edge, kept apart from its neighbour and taken out", async () => {
  await open("speech");
  const area = page.locator(".area");
  const { x, y, width } = await area.boundingBox();
  const at = (second) => x + (second / 12) * width;
  const drag = async (from, to) => {
    await page.mouse.move(at(from), y + 60);
    await page.mouse.down();
    await page.mouse.move(at((from + to) / 2), y + 60);
    await page.mouse.move(at(to), y + 60);
    await page.mouse.up();
  };
  const edges = async () => (await ranges.innerText()).match(/\d+:\d+\.\d+/g)?.map((each) => Math.round(Number(each.split(":")[1])));
  await drag(2, 4);
  await becomes(async () => String(await edges()), "2,4");
  await page.mouse.move(at(4) - 2, y + 60);
  await page.mouse.down();
  await page.mouse.move(at(6), y + 60, { steps: 4 });
  await page.mouse.up();
  await becomes(async () => String(await edges()), "2,6");
  await drag(8, 10);
  await becomes(async () => String(await edges()), "2,6,8,10");
  await page.mouse.move(at(9), y + 60);
  await page.mouse.down();
  await page.mouse.move(at(3), y + 60, { steps: 6 }); // as far as the other one ends
  await page.mouse.up();
  await becomes(async () => String(await edges()), "2,6,6,8");
  await page.getByRole("button", { name: "Delete 1: speech" }).click();
  await becomes(async () => String(await edges()), "6,8");
});

await test("a film without a length plays, steps by frames, and its ranges may overlap", async () => {
  await open("scenes");
  await becomes(async () => Number(await page.getByRole("slider", { name: "Position" }).getAttribute("max")) > 1.2, true);
  await press("Home", ".", ".", ".");
  await becomes(async () => (await time()) > 0.05 && (await time()) < 0.5, true);
  await press("Home", "Enter", "End", "Enter", "Home", ".", ".", "Enter", "End", "Enter", "2");
  await reads(ranges, /red[\s\S]*blue/);
  await press("Control+Enter");
  await page.getByText("All saved").waitFor();
  await becomes(() => answers("scenes")[0]?.value.map((each) => each.label).join(), "red,blue");
});

await test("a PDF is read page by page, searched, and its text is selected", async () => {
  await open("kinds");
  const words = page.getByRole("region", { name: /PDF of 3 pages/ });
  await words.getByText("stands in the garden").waitFor();
  await page.getByRole("button", { name: "Next page" }).click();
  await becomes(() => page.getByRole("spinbutton", { name: "Page" }).inputValue(), "2");
  await page.getByRole("searchbox", { name: "Find in the PDF" }).fill("apple");
  await press("Enter");
  await page.getByText("1 of 2").waitFor();
  await press("Enter");
  await page.getByText("2 of 2").waitFor();
  await becomes(() => page.evaluate(() => CSS.highlights.get("pdf-found")?.size ?? 0), 2);
  await words.getByText("The last one").waitFor();
  await page.getByRole("button", { name: "Larger" }).click();
  await page.getByRole("button", { name: "125 %" }).or(page.getByRole("button", { name: "As wide as there is room" })).first().waitFor();
  assert.equal(answers("kinds").length, 0); // no key that was typed there was a command
  await words.focus();
  await press("2");
  await page.getByText("All saved").waitFor();
  await becomes(() => answers("kinds")[0]?.label, "article");
});

await test("a page of the web is its text, and where the project says so a frame in which nothing runs", async () => {
  await page.goto(`${tilth.url}/label/moss-text`);
  await reads(page.getByRole("article", { name: "Item to label" }), /Moss grows/);
  assert.equal(await page.locator("iframe").count(), 0);
  await page.goto(`${tilth.url}/label/moss`);
  const frame = page.frameLocator("iframe");
  await frame.getByText("Moss grows").first().waitFor();
  assert.equal(await frame.locator("h1").innerText(), "Of moss");
  assert.equal(await page.locator("iframe").getAttribute("sandbox"), "");
  page.complaints = page.complaints.filter((each) => !/Blocked script execution/.test(each)); // as it should be
});

await test("a finger draws a range on the timeline", async () => {
  await open("speech");
  const { x, y, width } = await page.locator(".area").boundingBox();
  const touch = (type, second) => page.locator(".area").dispatchEvent(type, { pointerId: 7, pointerType: "touch", isPrimary: true, button: 0, clientX: x + (second / 12) * width, clientY: y + 50, bubbles: true });
  await page.evaluate(() => (Element.prototype.setPointerCapture = () => {})); // there is no such pointer
  await touch("pointerdown", 2);
  await touch("pointermove", 4);
  await touch("pointerup", 4);
  await reads(ranges, /0:02\.00–0:04\.00/);
});

await test("what was marked stands in lanes for those who decide", async () => {
  await page.goto(`${tilth.url}/projects/speech?tab=tasks`);
  await page.getByRole("link", { name: /call/ }).first().click();
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
});

await test("a record shows what it is", async () => {
  await page.goto(`${tilth.url}/sources/calls?tab=records`);
  await page.getByRole("link", { name: /call0/ }).click();
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
});

await test("no page has a violation, complains, or is wider than a phone", async () => {
  tilth.run("label", "queue", "kinds", "--add", "10");
  for (const name of ["speech", "mood"]) await sound(page, tilth.url, [`/label/${name}`], () => page.getByRole("button", { name: "Play", exact: true }).waitFor());
  for (const name of ["speech"])
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await open(name);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/media-${name}-${width}.png` });
      assert.deepEqual(await violations(page), []);
    }
}, 120);

await finish(tilth);
