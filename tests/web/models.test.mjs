// What an analyst does with models that were trained: tries them, tests them, compares their runs, and puts the better one to use.
import assert from "node:assert/strict";
import { becomes, browser, finish, reads, sound, test } from "./harness.mjs";
import { caller, notes } from "./notes.mjs";
import { Tilth } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
const api = caller(tilth);
const go = (path) => page.goto(tilth.url + path);

await test("without a model the page says what makes one", async () => {
  await page.getByRole("link", { name: "Models", exact: true }).click();
  await page.getByRole("heading", { name: "No model yet" }).waitFor();
  await page.getByRole("link", { name: "training" }).click();
  await page.getByRole("heading", { name: "Runs", level: 1 }).waitFor();
});

notes(tilth, 400, 360);
tilth.run("snapshot", "create", "notes-1", "--project", "notes", "--split", "0.6,0.2,0.2");
tilth.run("train", "notes-1", "--model", "majority", "--name", "topics");
tilth.run("train", "notes-1", "--model", "softmax", "--name", "topics", "--tune", "random:3", "--curve");
tilth.run("train", "notes-1", "--model", "softmax", "--name", "topics", "--abstain-below", "0.999999");

await test("every version stands in the list with its stage and its interval", async () => {
  await go("/models");
  const row = page.getByRole("row", { name: /topics 2/ });
  await reads(row, /candidate[\s\S]*accuracy[\s\S]*0\.\d+[\s\S]*0\.\d+ to (0|1)\.\d+/);
  await becomes(() => page.getByRole("region", { name: "Models" }).getByRole("row").count(), 4);
  await page.getByLabel("Stage of models").selectOption("production");
  await page.getByRole("heading", { name: "No version is in the stage production" }).waitFor();
});

await test("by keys alone a version goes into production, and the history says so", async () => {
  await go("/models/topics?version=1");
  await page.getByRole("button", { name: "Change its stage" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Put it there" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "History of stages" }).getByText(/none in production to compare/).waitFor();
});

await test("the better one takes its place with the evidence", async () => {
  await page.getByRole("button", { name: "Change the stage of version 2" }).click();
  await page.getByRole("dialog").getByText(/Than version 1, which is in production/).waitFor();
  await page.getByRole("button", { name: "Put it there" }).click();
  const row = page.getByRole("region", { name: "History of stages" }).getByRole("row").nth(1);
  await row.getByText(/accuracy/).waitFor();
  await reads(row, /2\s+production/);
});

await test("a worse one is refused with its figures, and goes only with a reason, which is noted", async () => {
  await page.getByRole("button", { name: "Change the stage of version 1" }).click();
  await page.getByRole("button", { name: "Put it there" }).click();
  await page.getByRole("alert").getByText(/not shown to be better/).waitFor();
  const figures = page.getByRole("region", { name: "What it was refused for" });
  await reads(figures.getByRole("row", { name: /accuracy/ }), /−0\.\d+[\s\S]*version 2 is better/);
  await page.getByRole("button", { name: "Promote anyway" }).click(); // without a reason nothing is sent
  await page.getByRole("button", { name: "Promote anyway" }).waitFor();
  await page.getByLabel("Why it goes there anyway").fill("it is easy to explain");
  await page.getByRole("button", { name: "Promote anyway" }).click();
  await page.getByText("Anyway, because: it is easy to explain").waitFor();
  await api("/models/topics/promote", { version: 2, stage: "production" });
});

await test("tests are written, kept and run, and what fails is shown", async () => {
  await go("/models/topics?version=2&tab=tests");
  await page.getByRole("heading", { name: "No tests are kept" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Run the kept tests" }).count(), 0); // it would be refused
  await page.getByLabel(/^Tests as TOML/).fill("[[test]\nname");
  await page.getByRole("button", { name: "Run these" }).click();
  await page.getByRole("alert").getByText(/no TOML/).waitFor();
  await page.getByLabel(/^Tests as TOML/).fill('[[test]]\nname = "clay is soil"\nkind = "minimum"\ninputs = [{ title = "clay", body = "clay humus compost clay humus" }]\nexpect = "soil"\n');
  await page.getByLabel("Keep them in place").check();
  await page.getByRole("button", { name: "Run these" }).click();
  await page.getByText("all pass").waitFor();
  await go("/models/topics?version=1&tab=tests");
  await page.getByRole("button", { name: "Run the kept tests" }).click();
  await page.getByText("1 of 1 fail").waitFor();
  await page.route("**/models/topics/test", () => {});
  await page.getByRole("button", { name: "Run the kept tests" }).click();
  await page.getByText("1 s", { exact: true }).waitFor();
  await Promise.all([page.waitForEvent("requestfailed", (request) => request.url().endsWith("/test")), page.getByRole("button", { name: "Cancel" }).click()]);
  await page.getByText(/nothing was changed/).waitFor();
  await page.unroute("**/models/topics/test");
  await page.getByRole("list", { name: "Examples that fail" }).getByText(/clay humus compost/).waitFor();
});

await test("no reason outweighs a kept test that fails", async () => {
  await page.getByRole("button", { name: "Change its stage" }).click();
  await page.getByRole("button", { name: "Put it there" }).click();
  await page.getByRole("alert").getByText(/tests of its behaviour fail/).waitFor();
  await page.getByRole("link", { name: "See which fail" }).waitFor();
  await becomes(() => page.getByRole("button", { name: "Promote anyway" }).count(), 0);
  await page.keyboard.press("Escape");
});

const answer = page.getByRole("region", { name: "Answer" });

await test("the form is made of what the model takes, filled with a record, and answered with probabilities", async () => {
  await go("/models/topics?version=2&tab=try");
  for (const name of ["title", "body", "hectares", "region"]) await page.getByLabel(name, { exact: true }).waitFor();
  await page.getByText("known: ").waitFor();
  await page.getByRole("button", { name: "Fill with a record" }).click();
  await page.waitForFunction(() => document.getElementById("input-body").value !== "");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  const shares = answer.getByRole("list", { name: "Probabilities" }).getByRole("listitem");
  await shares.first().waitFor();
  const texts = await shares.allInnerTexts();
  assert.equal(texts.length, 3);
  const sum = texts.reduce((all, text) => all + Number(/(\d+) %/.exec(text)[1]), 0);
  assert.ok(Math.abs(sum - 100) <= 2, texts.join());
});

await test("what is missing, new or known to nobody is told, and refused where that is asked for", async () => {
  await page.getByLabel("hectares", { exact: true }).fill("");
  await page.getByLabel("region", { exact: true }).fill("west");
  await page.getByText("Further members").click();
  await page.getByLabel("As JSON").fill('{"wind": 3}');
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await answer.getByText("taken as missing: hectares.").waitFor();
  await answer.getByText("left out: wind.").waitFor();
  await answer.getByText("taken as unknown: region.").waitFor();
  await page.getByLabel("Refuse what the model does not know").check();
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.getByRole("alert").getByText(/wind/).waitFor();
  await page.getByLabel("As JSON").fill("{");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.getByRole("alert").getByText(/no JSON object/).waitFor();
});

await test("a version that abstains says so", async () => {
  await page.getByLabel("Version").selectOption("3");
  await page.waitForURL(/version=3/);
  await page.getByLabel("body", { exact: true }).fill("clay pump");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await answer.getByText("it abstains").waitFor();
});

await test("records are asked about by a condition, and open", async () => {
  await go("/models/topics?version=2&tab=try");
  await page.getByRole("button", { name: "Records of notes" }).click();
  await page.getByLabel("Condition on records").fill("hectares < 5");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.waitForURL(/where=/);
  const first = page.getByRole("region", { name: "Predictions" }).getByRole("row").nth(1);
  await reads(first, /n\d+[\s\S]*(soil|water|pest)[\s\S]*\d+ %/);
  await first.getByRole("link").click();
  await page.getByRole("heading", { name: "Where it came from" }).waitFor();
});

await test("the model is downloaded; what ONNX does not express is told", async () => {
  await go("/models/topics");
  const [got] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download", exact: true }).click()]);
  assert.equal(got.suggestedFilename(), "topics-2.tilth");
  await page.getByRole("button", { name: "Download as ONNX" }).click();
  await page.getByText(/n-grams|hash/).first().waitFor();
});

await test("drift is shown by the hour with its alarm, and who is told of it", async () => {
  await go("/models/topics?version=3&tab=drift");
  await page.getByText("Under 200 predictions say little").waitFor();
  await api("/models/topics/predict", { version: 2, inputs: Array.from({ length: 400 }, (_, i) => ({ title: "odd", body: "wholly other words here", hectares: 9000 + i, region: "moon" })) });
  await becomes(async () => (await api("/models/topics/drift?version=2")).predictions >= 400, true, "predictions are counted a moment after their answers");
  await go("/models/topics?version=2&tab=drift");
  await page.getByRole("figure", { name: /stability index/i }).waitFor();
  await reads(page.getByRole("region", { name: "Columns" }), /hectares\s+drifted/);
  await page.getByRole("link", { name: "Add a webhook" }).waitFor();
  const alarms = page.getByText("Hours with an alarm").locator("xpath=..");
  await reads(alarms, /[12]/);
});

await test("the card is shown, and what the model is for is edited in place", async () => {
  await go("/models/topics?version=2&tab=card");
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("intended use").fill("To sort notes.");
  await page.getByRole("button", { name: "Keep" }).click();
  await page.getByText("To sort notes.", { exact: true }).waitFor();
  await page.getByRole("region", { name: "Figures on Test" }).getByText("log loss", { exact: true }).waitFor();
});

await test("runs are ticked in the list, the address holds them, and they are compared", async () => {
  await go("/runs");
  await page.getByText("Tick runs to compare them").waitFor();
  await page.getByLabel("Tick 1").check();
  await page.getByText("Tick another one").waitFor();
  await page.getByLabel("Tick 2").check();
  await page.waitForURL(/tick=1&tick=2/);
  await page.reload();
  assert.ok(await page.getByLabel("Tick 2").isChecked());
  await page.getByRole("link", { name: "Compare 2 runs" }).click();
  await page.waitForURL(/\/compare\?run=1&run=2/);
  const row = page.getByRole("region", { name: "Differences" }).getByRole("row", { name: /^accuracy/ });
  await reads(row, /\+0\.\d+[\s\S]*0\.\d+ to 0\.\d+[\s\S]*softmax #2 is better/);
  await page.getByRole("region", { name: "Confusion of softmax #2" }).or(page.getByRole("group", { name: "Confusion of softmax #2" })).waitFor();
  await page.getByRole("figure", { name: "Error on validation by training records" }).waitFor();
});

await test("a comparison that takes long is cancelled, and asked for again", async () => {
  await page.route("**/compare/2*", () => {});
  await page.reload();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Stopped. Nothing was kept of it.").waitFor();
  await page.unroute("**/compare/2*");
  await page.getByRole("button", { name: "Look again" }).click();
  await page.getByRole("region", { name: "Differences" }).waitFor();
});

await test("suggestions by a model are cancelled, and what was suggested is told to be kept", async () => {
  const compared = page.url();
  await go("/projects/notes?tab=machines");
  await page.route("**/suggestions/model", () => {});
  await page.getByRole("button", { name: "By a model" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Training run").fill("1");
  await dialog.getByLabel(/^annotator/).fill("robot");
  await dialog.getByRole("button", { name: "Suggest" }).click();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page.getByText(/suggested until now is kept/).waitFor();
  await dialog.waitFor({ state: "detached" });
  await page.unroute("**/suggestions/model");
  await page.goto(compared);
});

await test("parameters that differ come first, the others on demand", async () => {
  const table = page.getByRole("region", { name: "Parameters" });
  await reads(table, /kind\s+majority\s+softmax/);
  await becomes(() => table.getByText("notes-1").count(), 0);
  await page.getByRole("button", { name: /that are the same/ }).click();
  await table.getByText("notes-1").first().waitFor();
  await go("/compare?run=1");
  await page.getByRole("heading", { name: "Two runs or more are compared" }).waitFor();
});

await test("records that a run gets wrong, or whose labels are suspected, open", async () => {
  await go("/runs/2?tab=errors");
  await page.getByRole("button", { name: "Look at the errors" }).click();
  const suspects = page.getByRole("region", { name: "Suspected labels" });
  await suspects.getByRole("link").first().click({ timeout: 60_000 });
  await page.getByRole("heading", { name: "Where it went" }).waitFor();
}, 90);

await test("the curves of a training are drawn while it goes", async () => {
  const { job } = await api("/runs", { snapshot: "notes-1", model: "mlp", tune: "random:60", again: true });
  await go("/runs");
  await page.getByRole("region", { name: "Under way" }).getByRole("link", { name: /mlp #/ }).click({ timeout: 30_000 });
  await page.getByRole("figure", { name: /^(Search|Loss)/ }).first().waitFor({ timeout: 60_000 });
  assert.ok((await page.getByRole("figure").first().getByRole("row", { includeHidden: true }).count()) >= 3); // its table has a head and two steps or more
  await api(`/jobs/${job}`, undefined, "DELETE");
}, 120);

await test("a model that is not there is told in one line", async () => {
  await go("/models/nobody");
  await page.getByRole("heading", { name: "There is no such model" }).waitFor();
});

await test("no page of models has a violation, complains, or is wider than a phone", async () => {
  await sound(page, tilth.url, ["/models", "/models/topics", ...["try", "tests", "drift", "card"].map((tab) => `/models/topics?tab=${tab}`), "/models/topics?tab=try&ask=records", "/runs", "/compare?run=1&run=2&run=3"]);
}, 240);

await finish(tilth);
