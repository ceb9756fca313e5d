// Marks in several fields of a record: each is told by its field and its place there.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { becomes, browser, closed, finish, test } from "./harness.mjs";
import { Tilth, violations } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
const file = (name, content) => {
  writeFileSync(join(tilth.home, name), content);
  return join(tilth.home, name);
};
const records = Array.from({ length: 4 }, (_, i) => JSON.stringify({ id: `n${i}`, title: "👩‍🚒 Ada leaves Köln", text: "Ada went to London." }));
tilth.run("ingest", file("news.jsonl", records.join("\n")), "--source", "news", "--map", file("rules.toml", 'key = "id"\ntitle = "title"\nbody = "text"\n'));
const classes = '[[class]]\nname = "person"\nhotkey = "p"\n[[class]]\nname = "place"\nhotkey = "l"\n';
tilth.run("label", "project", "create", file("news.toml", `name = "news"\nsource = "news"\nkind = "spans"\ntext_fields = ["title"]\n${classes}`));
tilth.run("label", "queue", "news", "--add", "4");

const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
page.setDefaultTimeout(8_000);
const text = page.getByRole("textbox", { name: /text to mark/i });
const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
const answers = () =>
  tilth.run("--json", "label", "answers", "news").trim().split("\n").filter(Boolean).map((line) => JSON.parse(line)).filter((one) => !one.withdrawn_at)
    .map((one) => JSON.stringify(one.value.map(({ start, end, label, field }) => [field ?? "", start, end, label])));

await test("a headline and its text are marked by keyboard alone, as one to go through", async () => {
  await page.goto(`${tilth.url}/label/news`);
  await text.waitFor();
  await becomes(() => page.getByRole("heading", { name: /Ada leaves/ }).count(), 0, "it stands in what is marked, and not above it too");
  await page.locator(".heading").filter({ hasText: "title" }).waitFor();
  await text.focus();
  await press("Control+Home", "Control+ArrowRight", "p"); // Ada, the first word behind the picture
  await press("Control+ArrowRight", "Control+ArrowRight", "l"); // Köln
  await press("Control+End", "ArrowLeft", "l"); // London
  const list = page.getByRole("region", { name: "Marks" });
  await list.getByText("person · title 4–7").waitFor();
  await list.getByText("place · title 15–19").waitFor();
  await list.getByText("place · 12–18").waitFor();
  assert.deepEqual(await violations(page), []);
  await press("Enter");
  await page.getByText("All saved").waitFor();
  await becomes(() => answers().at(-1), JSON.stringify([["", 12, 18, "place"], ["title", 4, 7, "person"], ["title", 15, 19, "place"]]));
});

await test("no mark goes from one field into the next", async () => {
  await text.focus();
  await press("Control+a", "p");
  await page.getByRole("heading", { name: "1 mark", exact: true }).waitFor();
  await page.getByRole("region", { name: "Marks" }).getByText("person · title 0–19").waitFor();
  await press("Tab", "Shift+ArrowRight"); // its end stays
  await page.getByRole("region", { name: "Marks" }).getByText("person · title 0–19").waitFor();
});

await test("own answers are shown with their fields, and corrected there", async () => {
  await page.getByRole("button", { name: "My answers" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "See it in the text" }).first().click();
  await becomes(() => dialog.locator(".box").count(), 3);
  await dialog.getByRole("button", { name: "Answer again" }).first().click();
  await dialog.getByRole("button", { name: /^Delete ‘?London/ }).click();
  await dialog.getByRole("button", { name: "Correct it" }).click();
  await becomes(() => answers().some((each) => each === JSON.stringify([["title", 4, 7, "person"], ["title", 15, 19, "place"]])), true);
  await closed(page);
});

await test("what can not tell fields says so before it writes", async () => {
  tilth.run("label", "truth", "news");
  const exported = (format) => tilth.run("label", "project", "export", "news", "--format", format, "--out", tilth.home);
  assert.throws(() => exported("conll"), /other fields/);
  exported("jsonl");
  assert.match(readFileSync(join(tilth.home, "labels.jsonl"), "utf8"), /"field": ?"title"/);
  assert.deepEqual(page.complaints, []);
});

await finish(tilth);
