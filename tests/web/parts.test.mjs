// Models of answers of several parts in the page: what they give no answer to is said, by run and where runs are compared.
import assert from "node:assert/strict";
import { browser, finish, reads, sound, test } from "./harness.mjs";
import { file } from "./notes.mjs";
import { Tilth } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
// Bills whose tables have a class for each row; of one in ten the table was lost after it had been labelled.
const bills = (lost) =>
  Array.from({ length: 150 }, (_, i) => {
    const rows = [["word", "n"], [["apple", "pear", "plum"][i % 3], String(i)], ["sum", String(i)]];
    return JSON.stringify({ id: `r${i}`, body: `bill ${i}`, ...(lost && i % 10 === 3 ? {} : { rows }) });
  }).join("\n");
const ingest = (lost) => tilth.run("ingest", file(tilth, "bills.jsonl", bills(lost)), "--source", "bills", "--key", "id");
ingest(false);
tilth.run("label", "project", "create", file(tilth, "bills.toml", `name = "bills"\nsource = "bills"\nkind = "rows"\ntable = "rows"\n${["header", "item", "total"].map((each) => `[[class]]\nname = "${each}"\n`).join("")}`));
const labels = Array.from({ length: 150 }, (_, i) => JSON.stringify({ key: `r${i}`, answer: ["header", "item", "total"] })).join("\n");
tilth.run("label", "project", "import", "--project", "bills", file(tilth, "labels.jsonl", labels));
ingest(true);
tilth.run("snapshot", "create", "bills-1", "--project", "bills", "--split", "0.6,0.2,0.2");
for (const model of ["majority", "logistic"]) tilth.run("train", "bills-1", "--model", model);
const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();

await test("a run says how many records got no answer, beside figures of those that did", async () => {
  const { analysis } = JSON.parse(tilth.run("--json", "runs", "show", "2"));
  assert.ok(analysis.test.unanswered > 0, JSON.stringify(analysis.test));
  await page.goto(`${tilth.url}/runs/2`);
  await page.getByText(`${analysis.test.unanswered} records got no answer, which counts as wrong.`).waitFor();
  await reads(page.getByRole("region", { name: "Figures on Test" }).getByRole("row", { name: /^row accuracy/ }), /\d\.\d+/);
});

await test("runs of such answers are compared, and their pages are sound", async () => {
  await page.goto(`${tilth.url}/compare?run=1&run=2`);
  await reads(page.getByRole("region", { name: "Differences" }).getByRole("row", { name: /^row accuracy/ }), /\+0\.\d+[\s\S]*logistic #2 is better/);
  await sound(page, tilth.url, ["/runs/2", "/compare?run=1&run=2"]);
});

await finish(tilth);
