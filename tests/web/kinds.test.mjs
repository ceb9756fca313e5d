// Every kind of question that the page asks, answered by keyboard alone; what the service stored is what was meant.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { becomes, browser, closed, finish, reads, test } from "./harness.mjs";
import { Tilth, violations } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
const file = (name, text) => {
  writeFileSync(join(tilth.home, name), text);
  return join(tilth.home, name);
};
const records = Array.from({ length: 12 }, (_, i) =>
  JSON.stringify({ id: `n${i}`, text: `note ${i} of Ünal 👩‍🚒`, answer_a: `alpha ${i}`, answer_b: `beta ${i}`, answer_c: `gamma ${i}`, rows: [["name", "price"], ["pear", "2"], ["sum", "2"]] }),
);
tilth.run("ingest", file("notes.jsonl", records.join("\n")), "--source", "notes", "--key", "id");

const classes = (...names) => names.map((name) => `[[class]]\nname = "${name}"\n`).join("");
function project(kind, settings, tasks = 3) {
  tilth.run("label", "project", "create", file(`${kind}.toml`, `name = "${kind}"\nsource = "notes"\nkind = "${kind}"\n${settings}`));
  tilth.run("label", "queue", kind, "--add", String(tasks));
}
project("multilabel", classes("urgent", "complaint", "praise"));
project("hierarchical", '[[class]]\nname = "animal"\n[[class]]\nname = "cat"\nparent = "animal"\n[[class]]\nname = "plant"\n');
project("text", "at_least = 3\nat_most = 40\n");
project("regression", "low = 1\nhigh = 5\nstep = 1\n");
project("pairwise", 'candidates = ["answer_a", "answer_b"]\nties = true\n');
project("ranking", 'candidates = ["answer_a", "answer_b", "answer_c"]\nties = true\n');
project("rows", `table = "rows"\n${classes("header", "item", "total")}`);
project("form", '[[question]]\nname = "spam"\n[[question.class]]\nname = "yes"\n[[question.class]]\nname = "no"\n[[question]]\nname = "why"\nkind = "text"\nwhen = { question = "spam", is = "yes" }\n');
project("spans", classes("person"));
tilth.run("label", "project", "create", file("weight.toml", 'name = "weight"\nsource = "notes"\nkind = "regression"\nlow = -10\nhigh = 2000\nunit = "kg"\n'));
tilth.run("label", "queue", "weight", "--add", "3");

const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
page.setDefaultTimeout(8_000);

async function open(name) {
  await page.goto(`${tilth.url}/label/${name}`);
  await page.getByRole("article", { name: "Item to label" }).waitFor();
}
const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
const inOrder = (value) => (value && typeof value === "object" && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value);
// What stands in the service, the answers of a record once each, the first given first.
const answers = (name) =>
  tilth.run("--json", "label", "answers", name).trim().split("\n").filter(Boolean).map((line) => JSON.parse(line)).filter((one) => !one.withdrawn_at)
    .sort((a, b) => (a.submitted_at < b.submitted_at ? -1 : 1)).map((one) => inOrder(one.value ?? one.label));
const stored = async (name, ...wanted) => {
  await page.getByText("All saved").waitFor();
  await becomes(() => JSON.stringify(answers(name)), JSON.stringify(wanted));
};

await test("several classes are turned on and off, and none is an answer", async () => {
  await open("multilabel");
  await press("3", "2", "1", "2", "Enter"); // 2 is taken back
  await press("Enter");
  await stored("multilabel", ["urgent", "praise"], []);
});

await test("a class below another is chosen at once", async () => {
  await open("hierarchical");
  await press("2");
  await stored("hierarchical", "cat");
});

await test("a text is written, and too short a one is not sent", async () => {
  await open("text");
  await page.keyboard.type("ab");
  await press("Control+Enter");
  await page.getByText("2 characters; 3 at least").first().waitFor();
  await page.keyboard.type("é 👩‍🚒");
  await press("Control+Enter");
  await stored("text", "abé 👩‍🚒");
});

await test("a rating is a digit, and corrected later among one's answers", async () => {
  await open("regression");
  await press("4", "Enter");
  await stored("regression", 4);
  await page.getByRole("button", { name: "My answers" }).click();
  await page.getByRole("button", { name: "Answer again" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "2", exact: true }).click();
  await page.getByRole("button", { name: "Correct it" }).click();
  await becomes(() => JSON.stringify(answers("regression")), "[2]");
  await closed(page);
});

await test("a number is typed; what is none is told and kept to be mended", async () => {
  await open("weight");
  await page.keyboard.type("1,234");
  await page.getByText("‘1,234’ is no number").waitFor();
  assert.equal(await page.getByRole("button", { name: "Send" }).isDisabled(), true);
  await press("Control+a");
  await page.keyboard.type("-3.25");
  await press("Enter");
  await stored("weight", -3.25);
});

await test("the better of two is chosen at once, or neither", async () => {
  await open("pairwise");
  await page.getByText("beta").waitFor();
  await press("2");
  await press("0");
  await stored("pairwise", "answer_b", "tie");
});

await test("candidates are ranked by their numbers, level ones too", async () => {
  await open("ranking");
  await press("3", "1", "2");
  await press("Enter");
  await press("2", "1", "=", "3", "Enter");
  await stored("ranking", ["answer_c", "answer_a", "answer_b"], [["answer_a", "answer_b"], "answer_c"]);
});

await test("rows of a table get their classes one after another", async () => {
  await open("rows");
  await press("1", "2", "3", "ArrowUp", "Backspace", "Enter");
  await stored("rows", ["header", null, "total"]);
});

await test("a form asks what follows from an answer, and nothing else", async () => {
  await open("form");
  await press("1");
  await page.keyboard.type("it sells");
  await press("Control+Enter");
  await page.getByText("1 of").first().waitFor();
  await press("2", "Enter");
  await stored("form", { spam: "yes", why: "it sells" }, { spam: "no" });
});

await test("marks are asked for in the text itself: none is an answer, and a task can be skipped", async () => {
  await open("spans");
  const text = page.getByRole("textbox", { name: "Text to mark" });
  await text.waitFor();
  await reads(text, /of Ünal/);
  await press("Enter");
  await page.getByText("1 of").first().waitFor();
  await page.getByRole("button", { name: "Skip" }).click();
  await press("1");
  await stored("spans", []);
});

await test("an answer is taken back, and a begun one outlives the window", async () => {
  await open("multilabel");
  await press("1", "Enter");
  await page.getByText("Nothing left for you here").waitFor();
  await stored("multilabel", ["urgent", "praise"], [], ["urgent"]);
  await page.getByRole("button", { name: "Undo" }).click();
  await stored("multilabel", ["urgent", "praise"], []);
  await press("3");
  await page.reload();
  await page.getByRole("article", { name: "Item to label" }).waitFor();
  await press("Enter");
  await becomes(() => JSON.stringify(answers("multilabel").at(-1)), JSON.stringify(["praise"]));
});

await test("no kind has a violation, complains, or is wider than a phone", async () => {
  for (const name of ["text", "regression", "weight", "pairwise", "ranking", "rows", "form", "spans", "hierarchical"])
    for (const [colorScheme, width] of [["light", 1440], ["dark", 360]]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await open(name);
      assert.deepEqual(await violations(page), [], `${name} ${colorScheme}`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${name} ${colorScheme}`);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/kind-${name}-${colorScheme}.png` });
    }
  assert.deepEqual(page.complaints, []);
}, 180);

await finish(tilth);
