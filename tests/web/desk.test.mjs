// What operators, owners and analysts do at their desks beside the journeys of the other suites: runs are named and noted where they stand, and labels
// are audited.
import assert from "node:assert/strict";
import { becomes, browser, finish, sound, test } from "./harness.mjs";
import { caller, notes } from "./notes.mjs";
import { Tilth } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
const api = caller(tilth);
const go = (path) => page.goto(tilth.url + path);

notes(tilth, 300, 280);
tilth.run("snapshot", "create", "notes-1", "--project", "notes", "--split", "0.6,0.2,0.2");
tilth.run("train", "notes-1", "--model", "majority", "--name", "topics");
tilth.run("train", "notes-1", "--model", "softmax", "--name", "topics");

await test("a run is named, tagged and noted in the list, by keys alone", async () => {
  await go("/runs");
  await page.getByRole("button", { name: "name it: name of run 2" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("the one with words");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "the one with words" }).waitFor();
  await page.getByRole("button", { name: "add: tags of run 2" }).click();
  await page.keyboard.type("stage=final");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("link", { name: "stage=final" }).waitFor();
  await page.getByRole("button", { name: "add: note on run 2" }).click();
  await page.keyboard.type("not to be kept");
  await page.keyboard.press("Escape");
  await becomes(() => page.getByText("not to be kept").count(), 0);
  const run = await api("/runs/2");
  assert.deepEqual([run.name, run.tags, run.note], ["the one with words", { stage: "final" }, ""]);
}, 90);

await test("on its own page a run's note is edited in place, and what is no tag is told", async () => {
  await go("/runs/2");
  await page.getByRole("button", { name: "Add a note: note on the run" }).click();
  await page.getByLabel("note on the run", { exact: true }).fill("Better than counting.\nTry trees next.");
  await page.getByRole("button", { name: "Keep" }).click();
  await page.getByText("Try trees next.").waitFor();
  await page.getByRole("button", { name: "Edit the tags of the run" }).click();
  await page.getByLabel("tags of the run", { exact: true }).fill("stage");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("alert").getByText(/NAME=VALUE/).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "stage=final" }).waitFor();
  assert.equal((await api("/runs/2")).note, "Better than counting.\nTry trees next.");
}, 90);

await test("an audit is drawn, answered unseen in the page, and tells the share of wrong labels with its interval", async () => {
  await go("/projects/notes?tab=audit");
  await page.getByRole("heading", { name: "No audit yet" }).waitFor();
  await page.getByRole("button", { name: "Start an audit" }).click();
  await page.getByRole("dialog").getByLabel(/^sample/).fill("3");
  await page.getByRole("dialog").getByRole("button", { name: "Draw" }).click();
  await page.getByText("0 of 3 answered").waitFor();
  await page.getByRole("link", { name: "answer some" }).click();
  await page.getByText("audit", { exact: true }).waitFor();
  for (let i = 0; i < 3; ++i) {
    // A key is for the item that is shown, and there may be none yet. Each answer is with the service before the next is given: a page
    // that is left keeps the last for its next visit.
    do {
      await page.keyboard.press("1");
      await page.waitForTimeout(300);
    } while ((await api("/projects/notes/audit")).progress.answered <= i);
  }
  await go("/projects/notes?tab=audit");
  await page.getByText("3 of 3 answered").waitFor();
  await page.getByText(/of the labels are wrong/).waitFor();
  const report = await api("/projects/notes/audit/report");
  assert.ok(report.low <= report.rate && report.rate <= report.high);
  await go("/projects/notes?tab=answers");
  await page.getByRole("row").getByText("audit", { exact: true }).first().waitFor();
}, 120);

await test("no page has a violation, complains, or is wider than a phone", async () => {
  await sound(page, tilth.url, ["/runs", "/runs/2", "/projects/notes?tab=audit"]);
}, 240);

await finish(tilth);
