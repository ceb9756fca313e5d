// What an analyst does in the browser: from labelled records to a model that was judged.
import assert from "node:assert/strict";
import { browser, finish, reads, sound, test } from "./harness.mjs";
import { notes } from "./notes.mjs";
import { Tilth } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();

notes(tilth, 300);

const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();

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

await test("verifying and exporting tell since when they go on, and are cancelled", async () => {
  for (const [name, address, told] of [["Verify", "**/verify", "is not known"], ["Export", "**/export*", "No file was made"]]) {
    await page.route(address, () => {});
    await page.getByRole("button", { name, exact: true }).click();
    await page.getByText("1 s", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText(told).waitFor();
    await page.unroute(address);
  }
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export", exact: true }).click()]);
  assert.equal(file.suggestedFilename(), "notes-1.jsonl");
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
    if (tab !== "Curves") continue;
    const legend = page.locator(".u-legend").first(); // the figures under the pointer, where there is one
    assert.doesNotMatch(await legend.innerText(), /--/);
    await page.locator(".u-over").first().hover();
    await reads(legend, /\d/);
  }
  await page.getByRole("link", { name: "Log", exact: true }).click();
  await reads(page.getByRole("region", { name: "Log" }), /Began: softmax on notes-1[\s\S]*fit \d+ of \d+\s+\d\.\d+[\s\S]*Ended: done/);
  await page.getByRole("link", { name: "Errors", exact: true }).click();
  await page.route("**/errors", () => {});
  await page.getByRole("button", { name: "Look at the errors" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.unroute("**/errors");
  await page.getByRole("button", { name: "Look at the errors" }).click();
  await page.getByRole("heading", { name: "Suspected labels" }).waitFor({ timeout: 60_000 });
}, 90);

await test("a run that was searched for draws each of its curves, and lists its trials", async () => {
  tilth.run("train", "notes-1", "--model", "softmax", "--tune", "random:2", "--curve", "--abstain-below", "0.5");
  const back = page.url();
  await page.goto(`${tilth.url}/runs/3?tab=curves`);
  for (const name of [
    "Error on validation by training records",
    "Share that is right by what the model claims, on the test part",
    "Share that is right by share that is answered",
    "True positives by false positives, on the test part",
    "Precision by recall, on the test part",
  ]) {
    const figure = page.getByRole("figure", { name, exact: true });
    await figure.waitFor();
    assert.ok((await figure.getByRole("row", { includeHidden: true }).count()) >= 3, name); // its table has a head and two points or more
  }
  await page.getByRole("region", { name: "Trials" }).getByRole("row").nth(2).waitFor();
  await page.goto(back);
}, 90);

await test("a run is named and tagged, and found by its tag", async () => {
  await page.getByRole("button", { name: "Give it a name: name of the run" }).click();
  await page.getByLabel("name of the run", { exact: true }).fill("first try");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /first try/ }).waitFor();
  await page.getByRole("button", { name: "Add tags: tags of the run" }).click();
  const tags = page.getByLabel("tags of the run", { exact: true });
  await tags.fill("no tag");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("alert").getByText(/NAME=VALUE/).waitFor();
  await tags.fill("team=a");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("link", { name: "team=a" }).waitFor();
  await page.goto(`${tilth.url}/runs?tag=team%3Da`);
  await page.getByRole("link", { name: "first try" }).waitFor();
});

await test("no page has a violation, complains, or is wider than a phone", async () => {
  const run = "/runs/2";
  await sound(page, tilth.url, ["/runs", run, `${run}?tab=classes`, `${run}?tab=curves`, `${run}?tab=parameters`, `${run}?tab=errors`, `${run}?tab=log`, "/snapshots", "/snapshots/notes-1", "/snapshots/notes-1?tab=card", "/snapshots/notes-1?tab=diff"]);
}, 180);

await finish(tilth);
