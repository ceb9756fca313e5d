// A labeler's workspace as the README shows it: PICTURE=FILE.png also writes the picture (script/picture --workspace).
import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { becomes, browser, finish, test } from "./harness.mjs";
import { Tilth, violations } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
const file = (name, content) => {
  writeFileSync(join(tilth.home, name), content);
  return join(tilth.home, name);
};
const told =
  "In 1843 Ada Lovelace published her notes on the Analytical Engine, which Charles Babbage had designed in London. " +
  "Her Note G tells, step by step, how the machine would work out the Bernoulli numbers; many call it the first program.\n\n" +
  "Babbage never finished the machine. Herman Hollerith did finish his: it counted the census of 1890 in Washington, " +
  "and the Tabulating Machine Company, which he founded six years later, became IBM.\n\n" +
  "Grace Hopper joined Remington Rand in 1950 and wrote a program there that wrote programs.";
const named = [
  ["Ada Lovelace", "person"], ["Analytical Engine", "machine"], ["Charles Babbage", "person"], ["London", "place"], ["Babbage never", "person"],
  ["Herman Hollerith", "person"], ["Washington", "place"], ["Tabulating Machine Company", "company"], ["IBM", "company"], ["Grace Hopper", "person"], ["Remington Rand", "company"],
];
const spans = named.map(([words, label]) => {
  const start = told.indexOf(words);
  return { start, end: start + words.replace(" never", "").length, label };
});
const related = [["Grace Hopper", "works for", "Remington Rand"], ["Herman Hollerith", "founded", "Tabulating Machine Company"], ["Charles Babbage", "designed", "Analytical Engine"]];
const place = (words) => named.findIndex(([each]) => each === words);
const relations = related.map(([from, label, to]) => ({ from: place(from), to: place(to), label }));

const records = Array.from({ length: 12 }, (_, i) => JSON.stringify({ id: `page-${i}`, title: "People and their machines", text: told }));
tilth.run("ingest", file("pages.jsonl", records.join("\n")), "--source", "pages", "--map", file("rules.toml", 'key = "id"\ntitle = "title"\nbody = "text"\n'));
const classes = ["person", "machine", "company", "place"].map((name) => `[[class]]\nname = "${name}"\n`).join("");
const kinds = ["works for", "founded", "designed"].map((name) => `[[relation]]\nname = "${name}"\nfrom = "person"\n`).join("");
tilth.run("label", "project", "create", file("people.toml", `name = "people"\ntitle = "People and machines"\nsource = "pages"\nkind = "relations"\nsuggestions = "before"\n${classes}${kinds}`));
tilth.run("label", "queue", "people", "--add", "12");
tilth.run("label", "suggest", "import", "people", file("said.jsonl", records.map((_, i) => JSON.stringify({ key: `page-${i}`, answer: { spans, relations }, score: 0.86 })).join("\n")), "--annotator", "names-2");

const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
await page.setViewportSize({ width: 1280, height: 800 });

await test("the workspace shows a text with its marks and relations, what was suggested, and how far one is", async () => {
  await page.goto(`${tilth.url}/label/people`);
  const text = page.getByRole("textbox", { name: /text to mark/i });
  await text.waitFor();
  for (let i = 0; i < 4; i++) {
    await page.getByRole("button", { name: `Accept all ${spans.length} suggested` }).click();
    if (i === 3) break;
    await page.getByRole("button", { name: /^Send/ }).click();
    await page.getByText(`${i + 1} of 12 for you`).waitFor(); // the next task is there
    await page.getByText("All saved").waitFor();
  }
  await page.getByRole("heading", { name: "11 marks" }).waitFor();
  await page.getByRole("heading", { name: "3 relations" }).waitFor();
  await page.getByText("3 of 12 for you").waitFor();
  await text.focus();
  await page.keyboard.press("Control+Home");
  for (let i = 0; i < 6; i++) await page.keyboard.press("Tab");
  await page.locator(".chip").filter({ hasText: "person" }).waitFor();
  await becomes(() => page.locator(".over path.curve").count(), 3);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.complaints, []);
  if (!process.env.PICTURE) return;
  await page.screenshot({ path: process.env.PICTURE });
  assert.ok(statSync(process.env.PICTURE).size < 200_000);
}, 90);

await test("what a labeler loads is under 350 kB as it is sent", async () => {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  await session.send("Storage.clearDataForOrigin", { origin: tilth.url, storageTypes: "service_workers,cache_storage" });
  await page.goto("about:blank");
  await page.goto(`${tilth.url}/label/people`);
  await page.getByRole("textbox", { name: /text to mark/i }).waitFor();
  const sent = await page.evaluate(() => [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")].filter((each) => !each.name.includes("/api/")).reduce((sum, each) => sum + each.encodedBodySize, 0));
  assert.ok(sent > 20_000 && sent < 350_000, `${sent} bytes`);
});

await finish(tilth);
