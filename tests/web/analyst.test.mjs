// What an analyst does in the browser: from labelled records to a model that was judged.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { browser, finish, test } from "./harness.mjs";
import { Tilth, violations } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();

// 300 notes on three topics, a few words each, labelled with one error in twenty.
const topics = { soil: ["clay", "humus", "compost", "dung", "worm"], water: ["pump", "tank", "rain", "canal", "well"], pest: ["slug", "mite", "beetle", "weevil", "blight"] };
const names = Object.keys(topics);
let state = 7;
const below = (n) => (state = (state * 48271) % 2147483647) % n;
const notes = ["id,title,body,hectares"];
const labels = ["key,label"];
for (let i = 0; i < 300; ++i) {
  const topic = names[below(3)];
  const words = Array.from({ length: 8 }, () => (below(4) > 0 ? topics[topic][below(5)] : topics[names[below(3)]][below(5)]));
  notes.push(`n${i},note ${i},${words.join(" ")} own${i} mark${i * 7} field${i * 13},${1 + below(60)}`);
  labels.push(`n${i},${below(20) === 0 ? names[below(3)] : topic}`);
}
const file = (name, text) => {
  writeFileSync(join(tilth.home, name), text);
  return join(tilth.home, name);
};
tilth.run("ingest", file("notes.csv", notes.join("\n")), "--source", "notes", "--key", "id");
tilth.run("label", "project", "create", file("notes.toml", `name = "notes"\ntitle = "Notes"\nsource = "notes"\n${names.map((name) => `[[class]]\nname = "${name}"\n`).join("")}`));
tilth.run("label", "project", "import", "--project", "notes", file("labels.csv", labels.join("\n")));

const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview" }).waitFor();

await test("a snapshot is made by a form, and verified", async () => {
  await page.getByRole("link", { name: "Snapshots", exact: true }).click();
  await page.getByRole("button", { name: "Make a snapshot" }).click();
  await page.getByLabel("name (needed)").fill("notes-1");
  await page.getByLabel("split").first().fill("0.6,0.2,0.2");
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByRole("heading", { name: /notes-1/, level: 1 }).waitFor();
  await page.getByRole("region", { name: "Classes" }).waitFor();
  await page.getByRole("button", { name: "Verify" }).click();
  await page.getByText(/members are what they were/).waitFor();
});

for (const model of ["majority", "softmax"])
  await test(`a ${model} is trained by a form, and stands in the list`, async () => {
    await page.goto(`${tilth.url}/runs`);
    await page.getByRole("button", { name: "Train a model" }).click();
    await page.getByLabel("kind of model").selectOption(model);
    await page.getByRole("dialog").getByRole("button", { name: "Train", exact: true }).click();
    await page.getByRole("row", { name: new RegExp(`${model}.*done`) }).waitFor({ timeout: 60_000 });
  }, 90);

await test("a run shows its figures with intervals, classes, curves, parameters and errors", async () => {
  await page.getByRole("link", { name: /softmax #/ }).first().click();
  await page.getByRole("heading", { name: "Test", exact: true }).waitFor();
  const accuracy = await page.getByRole("region", { name: "Figures on Test" }).getByRole("row", { name: /^accuracy/ }).innerText();
  assert.match(accuracy, /0\.\d+[\s\S]*0\.\d+[\s\S]*(0|1)\.\d+/); // the value and both ends
  for (const tab of ["Classes", "Curves", "Parameters"]) {
    await page.getByRole("link", { name: tab, exact: true }).click();
    await page.waitForURL(new RegExp(`tab=${tab.toLowerCase()}`));
  }
  await page.getByRole("link", { name: "Errors", exact: true }).click();
  await page.getByRole("button", { name: "Look at the errors" }).click();
  await page.getByRole("heading", { name: "Suspected labels" }).waitFor({ timeout: 60_000 });
}, 90);

await test("a run is named and tagged, and found by its tag", async () => {
  await page.getByRole("button", { name: "Name and tags" }).click();
  await page.getByLabel("Name", { exact: true }).fill("first try");
  await page.getByLabel(/^Tags/).fill("team=a");
  await page.getByRole("button", { name: "Keep" }).click();
  await page.getByRole("heading", { name: /first try/ }).waitFor();
  await page.goto(`${tilth.url}/runs?tag=team%3Da`);
  await page.getByRole("link", { name: "first try" }).waitFor();
});

await test("no page has a violation, complains, or is wider than a phone", async () => {
  const run = "/runs/2";
  for (const path of ["/runs", run, `${run}?tab=classes`, `${run}?tab=curves`, `${run}?tab=parameters`, `${run}?tab=errors`, "/snapshots", "/snapshots/notes-1", "/snapshots/notes-1?tab=card", "/snapshots/notes-1?tab=diff"])
    for (const [colorScheme, width] of [["light", 1440], ["dark", 360]]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.goto(tilth.url + path);
      await page.locator("h1").waitFor();
      await page.waitForTimeout(700);
      assert.deepEqual(await violations(page), [], `${path} ${colorScheme}`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${path} ${colorScheme}`);
    }
  assert.deepEqual(page.complaints, []);
}, 180);

await finish(tilth);
