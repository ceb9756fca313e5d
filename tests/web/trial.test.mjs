// A set-up is tried with simulated labelers before people are asked; what they said is never taken for people's without a word.
import assert from "node:assert/strict";
import { becomes, browser, finish, reads, sound, test } from "./harness.mjs";
import { file } from "./notes.mjs";
import { Tilth } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
const rows = Array.from({ length: 400 }, (_, i) => `${i},red apple number ${i},${["good", "bad", "ugly"][i % 3]}`);
tilth.run("ingest", file(tilth, "fruit.csv", `id,text,truth\n${rows.join("\n")}\n`), "--source", "fruit", "--key", "id");
const project = (name) => tilth.run("label", "project", "create", file(tilth, `${name}.toml`, `name = "${name}"\nsource = "fruit"\noverlap = 3\nshow = ["fields"]\nfields = ["text"]\n${["good", "bad", "ugly"].map((each) => `[[class]]\nname = "${each}"\n`).join("")}`));
project("small");
project("large");
project("empty");
tilth.run("label", "queue", "small", "--add", "20");
tilth.run("label", "queue", "large", "--add", "400");
tilth.run("user", "add", "olga", "--role", "labeler");
tilth.run("label", "members", "add", "empty", "olga", "--role", "owner");

const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
page.setDefaultTimeout(10_000);
const dialog = page.getByRole("dialog");
const open = async (name, tab) => {
  await page.goto(`${tilth.url}/projects/${name}?tab=${tab}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
};
const note = page.getByRole("note");

await test("without tasks there is nothing to try, and it says what to do first", async () => {
  await open("empty", "queue");
  await page.getByText("Nothing waits for an answer: add records above first.").waitFor();
  assert.ok(await page.getByRole("button", { name: "Try it …" }).isDisabled());
});

await test("a field that is not there is refused in the form, and nothing was answered", async () => {
  await open("small", "queue");
  await page.getByRole("button", { name: "Try it …" }).click();
  await dialog.getByLabel("Field that holds the right answer").fill("nothing");
  await dialog.getByRole("button", { name: "Let them answer" }).click();
  await dialog.getByRole("alert").waitFor();
  await page.keyboard.press("Escape");
});

await test("so many labelers of such accuracy work through the queue, and what came of it is told", async () => {
  await open("small", "queue");
  await page.getByRole("button", { name: "Try it …" }).click();
  await dialog.getByLabel("Field that holds the right answer").fill("truth");
  await dialog.getByLabel("Best is right, %").fill("90");
  await dialog.getByLabel("Worst is right, %").fill("60");
  await dialog.getByText("simulated-1-of-90-percent, simulated-2-of-75-percent, simulated-3-of-60-percent").waitFor();
  await dialog.getByRole("button", { name: "Let them answer" }).click();
  const told = page.locator("section").filter({ has: page.getByRole("heading", { name: "Try it with simulated labelers" }) });
  await reads(told, /Simulated answers\s+60[\s\S]*Wrong on purpose\s+\d+[\s\S]*Krippendorff's α of the project\s+0\.\d+/);
});

await test("wherever their answers count it is said, and they are made to count no more", async () => {
  for (const tab of ["overview", "quality", "exchange"]) {
    await open("small", tab);
    await reads(note, /All 60 answers are simulated/);
  }
  await note.getByRole("button", { name: "Let them count no more" }).click();
  await dialog.getByRole("button", { name: "Let them count no more" }).click();
  await page.getByText("60 simulated answers count no more").first().waitFor();
  await becomes(() => note.count(), 0);
  await open("small", "people");
  await becomes(() => page.getByRole("button", { name: /Restore answers of simulated/ }).count(), 3);
});

await test("it shows how far they are and stops between two steps", async () => {
  await open("large", "queue");
  await page.getByRole("button", { name: "Try it …" }).click();
  await dialog.getByLabel("Field that holds the right answer").fill("truth");
  await dialog.getByRole("button", { name: "Let them answer" }).click();
  await page.getByRole("progressbar", { name: "Simulated answers" }).waitFor();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByText("You stopped them.").waitFor();
  const shown = JSON.parse(tilth.run("--json", "label", "project", "show", "large"));
  assert.ok(shown.answers > 0 && shown.answers < 1200, `${shown.answers} answers`);
});

await test("on a phone the part that is shown stands in sight, whichever it is", async () => {
  await page.setViewportSize({ width: 390, height: 800 });
  for (const tab of ["settings", "people", "overview"]) {
    await open("small", tab);
    const here = page.getByRole("navigation", { name: "Parts of the project" }).locator("[aria-current]");
    await becomes(() => here.evaluate((each) => each.getBoundingClientRect().left >= 0 && each.getBoundingClientRect().right <= innerWidth), true, tab);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
});

await test("an owner without tasks is told how they come, and no figure is drawn of nothing", async () => {
  const link = /https?:\S+sign-in#\S+/.exec(tilth.run("user", "link", "olga"))[0];
  await browser.context.clearCookies();
  await page.goto(link);
  await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
  await open("empty", "settings");
  await page.getByText("This project has no task yet.").waitFor();
  await page.getByRole("link", { name: "Put records into the queue" }).click();
  await page.getByText("Nothing waits.").waitFor();
  assert.equal(await page.getByRole("heading", { name: "Try it with simulated labelers" }).count(), 0); // makes users: for operators
  await open("empty", "overview");
  await page.getByText("All done by, at this pace").waitFor();
  assert.equal(await page.getByRole("heading", { name: "Answers", exact: true }).count(), 0);
  await open("empty", "quality");
  await page.getByText(/Add some above/).waitFor();
  assert.equal(await page.getByRole("button", { name: "Remove all" }).count(), 0);
  await sound(page, tilth.url, ["/projects/empty?tab=queue", "/projects/empty?tab=quality", "/projects/empty?tab=machines"]);
});

await finish(tilth);
