// What the owner of a labeling project does in the browser, from its making to its labels.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { becomes, browser, finish, reads, test } from "./harness.mjs";
import { Tilth, violations } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
const words = ["cats purr", "dogs bark", "<b>bold</b> cats", "the stock fell", "rain is near", "a goal was shot"];
const lines = Array.from({ length: 40 }, (_, i) => JSON.stringify({ id: i, text: `${words[i % words.length]} ${i}`, truth: i % 3 === 0 ? "positive" : "negative" }));
writeFileSync(join(tilth.home, "notes.jsonl"), lines.join("\n"));
tilth.run("ingest", join(tilth.home, "notes.jsonl"), "--source", "notes", "--key", "id");

const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
page.setDefaultTimeout(8_000);
const tab = async (name) => page.getByRole("navigation", { name: "Parts of the project" }).getByRole("link", { name, exact: true }).click();
const dialog = page.getByRole("dialog");

await test("without a project the list says how to make one", async () => {
  await page.getByRole("link", { name: "Projects" }).click();
  await page.getByRole("heading", { name: "No project yet" }).waitFor();
  await page.getByRole("link", { name: "Make one from a template" }).click();
  await page.getByRole("heading", { name: "New project" }).waitFor();
});

await test("what is written is shown as people will see it, and what cannot be read leaves it standing", async () => {
  const file = page.getByLabel("The project's file");
  await becomes(async () => (await file.inputValue()).includes("notes"), true);
  assert.doesNotMatch(await file.inputValue(), /tilth label/);
  const good = await file.inputValue();
  const item = page.getByRole("article", { name: "Item to label" });
  await reads(item, /text\s+\w+ \w+/);
  const first = await item.innerText();
  await page.getByRole("button", { name: "Another record" }).click();
  await becomes(async () => (await item.innerText()) === first, false);
  await file.fill(`${good.split("[[class]]")[0]}[[class]]\nname = "joyful"\n[[class]]\nname = "sad"\n`);
  await page.getByRole("button", { name: "joyful" }).click();
  await file.fill("name = = 1");
  await page.waitForTimeout(600);
  await page.getByRole("button", { name: "sad" }).waitFor();
  for (const kind of await page.getByLabel("What is asked").locator("option").allInnerTexts()) {
    await file.fill("");
    page.once("dialog", (asked) => void asked.accept());
    await page.getByLabel("What is asked").selectOption(kind);
    await becomes(async () => (await file.inputValue()).includes(`kind = "${kind}"`), true, kind);
    await page.waitForTimeout(600);
    await item.waitFor();
    assert.equal(await page.getByText("cannot be shown yet").count(), 0, kind);
  }
  await file.fill(good);
}, 120);

await test("a long record is scrolled by keys where it is shown as people will see it", async () => {
  await page.route("**/api/v1/records/*", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), text: { title: "", language: "", body: "again and ".repeat(2000) } } });
  });
  await page.getByRole("button", { name: "Another record" }).click();
  await page.getByText("again and again and").waitFor();
  assert.deepEqual(await violations(page), []);
  const record = page.getByRole("region", { name: "Record as people see it" });
  await record.focus();
  await page.keyboard.press("End");
  await becomes(() => record.evaluate((region) => region.scrollTop > 0), true);
  await page.unroute("**/api/v1/records/*");
});

await test("a fault in the file is told with its line, and nothing is made", async () => {
  const file = page.getByLabel("The project's file");
  await becomes(async () => (await file.inputValue()).includes("notes"), true);
  const good = await file.inputValue();
  await file.fill('name = "moods"\nsource = = 1');
  await page.getByRole("button", { name: "Make the project" }).click();
  await page.getByRole("alert").getByText("Line 2").waitFor();
  await file.fill(good);
});

await test("a labeling config of Label Studio becomes a file, and what it asks in vain is told", async () => {
  await page.getByText("From a labeling config of Label Studio").click();
  const good = await page.getByLabel("The project's file").inputValue();
  await page.getByLabel(/^The config/).fill('<View><Text name="t" value="$text"/><Choices name="mood" toName="t"><Choice value="glad"/><Choice value="sad"/></Choices><DateTime name="when" toName="t"/></View>');
  page.once("dialog", (asked) => void asked.accept());
  await page.getByRole("button", { name: "Make the file of it" }).click();
  await page.getByRole("listitem").filter({ hasText: "<DateTime when>: there is no such kind of question" }).waitFor();
  await becomes(async () => /name = "glad"/.test(await page.getByLabel("The project's file").inputValue()), true);
  await page.getByRole("button", { name: "glad" }).waitFor();
  await page.getByLabel(/^The config/).fill("<View>");
  await page.getByRole("button", { name: "Make the file of it" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("The project's file").fill(good);
});

await test("a project is made from a template and opens at its queue", async () => {
  const definition = { name: "moods", title: "Moods <i>of</i> notes", source: "notes", kind: "classification", overlap: 2, show: ["fields"], fields: ["text"], class: [{ name: "positive", hotkey: "p" }, { name: "negative" }] };
  await page.getByLabel("The project's file").fill(JSON.stringify(definition));
  await page.getByRole("button", { name: "Make the project" }).click();
  await page.getByRole("heading", { name: "Moods <i>of</i> notes", level: 1 }).waitFor();
  await page.getByText("Nothing waits.").waitFor();
});

await test("records are put into the queue", async () => {
  await page.getByRole("button", { name: "Add records" }).click();
  await dialog.getByLabel("How many").fill("30");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText("30 tasks added").waitFor();
});

await test("a class is added, renamed and the change undone", async () => {
  await tab("Settings");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.getByLabel("name (needed)").fill("mixed");
  await dialog.getByRole("button", { name: "Add" }).click();
  await page.getByRole("cell", { name: "mixed" }).waitFor();
  await page.getByRole("button", { name: "Undo the last change" }).click();
  await dialog.getByRole("button", { name: "Undo the last change" }).click();
  await page.getByText("undone", { exact: true }).waitFor();
});

await test("settings are saved, and a change of somebody else meanwhile is told", async () => {
  await page.getByLabel("title", { exact: true }).fill("Moods");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Moods", level: 1, exact: true }).waitFor();
  await page.evaluate(async () => {
    const { csrf_token: token } = await (await fetch("/api/v1/session")).json();
    const tag = (await fetch("/api/v1/projects/moods")).headers.get("ETag");
    await fetch("/api/v1/projects/moods", { method: "PATCH", headers: { "If-Match": tag, "X-CSRF-Token": token, "Content-Type": "application/json" }, body: '{"title":"Other"}' });
  });
  await page.getByLabel("title", { exact: true }).fill("Mine");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Other", level: 1 }).waitFor();
});

await test("the settings show what people will see while they are written, and keep the lines of the instructions", async () => {
  const item = page.getByRole("article", { name: "Item to label" });
  await reads(item, /text\s+\w+ \w+/);
  assert.doesNotMatch(await item.innerText(), /truth/);
  await page.getByLabel("fields", { exact: true }).fill("text\ntruth");
  await reads(item, /truth\s+(positive|negative)/);
  await page.getByLabel("instructions", { exact: true }).fill("First line.\n\n**Second** line.");
  await page.getByLabel("fields", { exact: true }).fill("text");
  await becomes(async () => /truth/.test(await item.innerText()), false);
  const saved = page.waitForResponse((answer) => answer.request().method() === "PATCH"); // the words of an earlier one may still stand
  await page.getByRole("button", { name: "Save" }).click();
  await saved;
  await page.reload();
  await becomes(() => page.getByLabel("instructions", { exact: true }).inputValue(), "First line.\n\n**Second** line.");
  await page.getByRole("heading", { name: "Instructions that stood before" }).waitFor();
});

await test("a member is added, given a skill and a part", async () => {
  await tab("People");
  tilth.run("user", "add", "lena", "--role", "labeler");
  await page.getByLabel("User to add").fill("nobody");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByText(/nobody/).first().waitFor();
  await page.getByLabel("User to add").fill("lena");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("button", { name: "Change lena" }).click();
  await dialog.getByLabel("Part").selectOption("reviewer");
  await dialog.getByLabel("Skills").fill("botany");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByRole("row", { name: /lena reviewer botany/ }).waitFor();
  await page.getByRole("button", { name: "Take lena out" }).click();
  await dialog.getByRole("button", { name: "Take out" }).click();
  await page.getByText("No member yet").waitFor();
});

await test("disagreements stand side by side; one is decided, and taken back, and decided", async () => {
  tilth.run("label", "simulate", "moods", "--field", "truth", "--annotator", "anna:0.05", "--annotator", "bert:0.4", "--seed", "3");
  await tab("Truth and quality");
  await page.getByRole("button", { name: "Infer truth" }).click();
  await dialog.getByLabel("method").selectOption("mv");
  await dialog.getByRole("button", { name: "Infer" }).click();
  await page.getByText("30 records labeled").waitFor();
  await tab("Review");
  const task = page.getByRole("article").first();
  await task.getByText("anna").first().waitFor();
  await task.getByRole("button", { name: "Accept the answer of anna" }).click();
  await task.getByText("decided by").waitFor();
  await task.getByRole("button", { name: /Undo the decision/ }).click();
  await task.getByText("decided by").waitFor({ state: "detached" });
  await task.getByRole("button", { name: /Fix/ }).click();
  await dialog.getByLabel("class", { exact: true }).fill("negative");
  await dialog.getByRole("button", { name: "Make it final" }).click();
  await task.getByText("decided by").waitFor();
});

await test("answers are listed by person", async () => {
  await tab("Answers");
  await page.getByLabel("Person", { exact: true }).selectOption("bert");
  await becomes(async () => (await page.getByRole("cell", { name: "anna" }).count()) === 0 && (await page.getByRole("cell", { name: "bert" }).count()) > 5, true);
  assert.match(page.url(), /user=bert/);
});

await test("the truth is inferred, and gold made of what was decided", async () => {
  await tab("Truth and quality");
  await page.getByRole("button", { name: "Infer truth" }).click();
  await dialog.getByLabel("method").selectOption("ds");
  await dialog.getByRole("button", { name: "Infer" }).click();
  await page.getByText(/Estimated accuracy: .*anna 0/).waitFor();
  await page.getByRole("button", { name: "Add gold" }).click();
  await dialog.getByLabel("How many").fill("1");
  await dialog.getByLabel("from", { exact: true }).selectOption("adjudicated");
  await dialog.getByRole("button", { name: "Add" }).click();
  await page.getByRole("button", { name: /Remove .* from gold/ }).waitFor();
});

await test("no audit and no rules are asked for where none were made", async () => {
  page.refused = [];
  await tab("Audit");
  await page.getByRole("heading", { name: "No audit yet" }).waitFor();
  await tab("Machines");
  await page.getByText("No rule yet.").waitFor();
  assert.deepEqual(page.refused, []);
});

await test("an audit is started and stopped", async () => {
  await tab("Audit");
  await page.getByRole("button", { name: "Start an audit" }).click();
  await dialog.getByLabel(/^sample/).fill("5");
  await dialog.getByRole("button", { name: "Draw" }).click();
  await page.getByText("0 of 5 answered").waitFor();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await dialog.getByRole("button", { name: "Stop" }).click();
  await page.getByText(/stopped by/).waitFor();
  await page.reload();
  await page.getByText(/stopped by/).waitFor();
});

await test("a rule is set, run and judged", async () => {
  await tab("Machines");
  await page.getByRole("button", { name: "Set rules" }).click();
  await dialog.getByLabel(/^rule/).fill(JSON.stringify([{ name: "cats", kind: "keyword", class: "positive", field: "text", words: ["cats"] }]));
  await dialog.getByRole("button", { name: "Set" }).click();
  await page.getByRole("row", { name: /cats/ }).waitFor();
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByText(/have votes/).waitFor();
});

await test("what takes long is cancelled: rules, truth, labels from a file", async () => {
  await page.route("**/rules/run", () => {});
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText(/what rules voted before counts/).waitFor();
  await page.unroute("**/rules/run");
  await tab("Truth and quality");
  await page.route("**/truth", () => {});
  await page.getByRole("button", { name: "Infer truth" }).click();
  await dialog.getByRole("button", { name: "Infer" }).click();
  const given = (end) => page.waitForEvent("requestfailed", (request) => request.url().endsWith(end));
  await Promise.all([given("/truth"), dialog.getByRole("button", { name: "Cancel" }).click()]);
  await page.getByText(/nothing was changed/).waitFor();
  await page.unroute("**/truth");
  await tab("Import and export");
  await page.route("**/import", () => {});
  await page.getByRole("button", { name: "Import from a field or text" }).click();
  await dialog.getByLabel(/^field/).fill("text");
  await dialog.getByRole("button", { name: "Import" }).click();
  await Promise.all([given("/import"), dialog.getByRole("button", { name: "Cancel" }).click()]);
  await dialog.waitFor({ state: "detached" });
  await page.unroute("**/import");
});

await test("labels are exported as they stand", async () => {
  await tab("Import and export");
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export", exact: true }).click()]);
  const rows = readFileSync(await file.path(), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(rows.length, 30);
});

await test("a person's answers are made to count no more, and again", async () => {
  await tab("People");
  await page.getByRole("button", { name: "Invalidate answers of bert" }).click();
  await dialog.getByLabel("reason (needed)").fill("guessed");
  await dialog.getByRole("button", { name: "Invalidate" }).click();
  await page.getByRole("button", { name: "Restore answers of bert" }).click();
  await page.getByText("restored", { exact: true }).waitFor();
});

await test("a missing project and a lost network are told once, with a way on", async () => {
  await page.goto(`${tilth.url}/projects/none`);
  await page.getByRole("heading", { name: "Not found" }).waitFor();
  await becomes(() => page.getByRole("alert").count(), 1);
  await page.goto(`${tilth.url}/projects/moods?tab=answers`);
  await page.getByRole("region", { name: "Answers" }).waitFor();
  await page.route("**/api/v1/projects/moods/answers**", (route) => route.abort());
  await page.getByLabel("Person", { exact: true }).selectOption("anna");
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await page.unroute("**/api/v1/projects/moods/answers**");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("region", { name: "Answers" }).waitFor();
});

await test("on a phone no table of the owner's overview or of its classes is cut", async () => {
  await page.setViewportSize({ width: 390, height: 900 });
  for (const [part, labels] of [["overview", ["Measures of agreement", "Time of answers"]], ["settings", ["Changes of the classes"]]]) {
    await page.goto(`${tilth.url}/projects/moods?tab=${part}`);
    for (const name of labels) {
      const table = page.getByRole("region", { name, exact: true });
      await table.waitFor();
      assert.ok(await table.evaluate((region) => region.scrollWidth <= region.clientWidth), name);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
});

await test("no page has a violation, complains, or is wider than a phone", async () => {
  const tabs = ["overview", "queue", "tasks", "review", "answers", "people", "quality", "audit", "machines", "exchange", "settings"].map((each) => `/projects/moods?tab=${each}`);
  page.refused = [];
  for (const path of ["/projects", "/new/project", ...tabs])
    for (const colorScheme of ["light", "dark"]) {
      const width = colorScheme === "dark" ? 360 : 1440;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.goto(tilth.url + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.getByText("Loading …").first().waitFor({ state: "detached" });
      assert.deepEqual(await violations(page), [], `${path} ${colorScheme}`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, path);
      await page.screenshot({ path: `${process.env.SHOTS ?? "/tmp"}/owner-${path.replaceAll(/\W/g, "")}-${colorScheme}.png`, fullPage: true });
    }
  assert.deepEqual(page.complaints, []);
  assert.deepEqual(page.refused, []);
}, 180);

await finish(tilth);
