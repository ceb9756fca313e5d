// The pages that can be mailed: reports on runs (of classes and of values) and on the quality of records, opened as files.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { browser, finish, test } from "./harness.mjs";
import { file, notes } from "./notes.mjs";
import { Tilth, violations } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
notes(tilth, 300, 280);
tilth.run("snapshot", "create", "notes-1", "--project", "notes", "--split", "0.6,0.2,0.2");
tilth.run("train", "notes-1", "--model", "majority");
tilth.run("train", "notes-1", "--model", "softmax", "--tune", "random:2", "--curve");
tilth.run("label", "project", "create", file(tilth, "sizes.toml", 'name = "sizes"\nsource = "notes"\nkind = "regression"\n'));
tilth.run("label", "project", "import", "--project", "sizes", "--field", "hectares");
tilth.run("snapshot", "create", "sizes-1", "--project", "sizes", "--split", "0.6,0.2,0.2");
tilth.run("train", "sizes-1", "--model", "ridge");

const page = await browser.page();
const at = (name) => join(tilth.home, name);
tilth.run("report", "2", "--out", at("classes.html"));
tilth.run("report", "3", "--out", at("values.html"));
tilth.run("quality", "report", "notes", "--out", at("quality.html"));

for (const name of ["classes", "values", "quality"])
  await test(`the report of ${name} has no violation and is no wider than the window, with all its parts open`, async () => {
    for (const colorScheme of ["light", "dark"])
      for (const width of [1440, 390]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await page.goto(`file://${at(`${name}.html`)}`);
        assert.ok((await page.locator("details").count()) >= 3, name);
        await page.evaluate(() => document.querySelectorAll("details").forEach((part) => (part.open = true)));
        assert.deepEqual(await violations(page), [], `${name} ${colorScheme} ${width}`);
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${name} ${colorScheme} ${width} is too wide`);
      }
    assert.deepEqual(page.complaints, []);
  }, 90);

await test("a report takes nothing from elsewhere", async () => {
  for (const name of ["classes", "values", "quality"]) assert.doesNotMatch(readFileSync(at(`${name}.html`), "utf8"), /<script|<link|src="(?!data:)|url\((?!["']?data:)|@import/);
});

await finish(tilth);
