// A model that looks at pictures, tried in the browser with a picture of one's own and with those of records.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { browser, finish, reads, sound, test } from "./harness.mjs";
import { file } from "./notes.mjs";
import { png } from "./png.mjs";
import { Tilth } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();

// Sixty pictures: half are bright at the left, half at the right.
const folder = join(tilth.home, "sights");
mkdirSync(folder);
const shade = (i, left) => (x, y) => {
  const bright = x < 8 === left ? 200 : 30;
  const v = bright + ((x * 7 + y * 13 + i * 29) % 40);
  return [v, v, v];
};
const labels = ["key,label"];
for (let i = 0; i < 60; i++) {
  writeFileSync(join(folder, `s${i}.png`), png(16, 16, shade(i, i % 2 === 0)));
  labels.push(`s${i}.png,${i % 2 === 0 ? "left" : "right"}`);
}
tilth.run("ingest", folder, "--source", "sights");
tilth.run("label", "project", "create", file(tilth, "sides.toml", 'name = "sides"\ntitle = "Sides"\nsource = "sights"\n[[class]]\nname = "left"\n[[class]]\nname = "right"\n'));
tilth.run("label", "project", "import", "--project", "sides", file(tilth, "sides.csv", labels.join("\n")));
tilth.run("snapshot", "create", "sides-1", "--project", "sides", "--split", "0.6,0.2,0.2");
tilth.run("train", "sides-1", "--model", "softmax", "--name", "sides");

const answer = page.getByRole("region", { name: "Answer" });

await test("a picture of one's own is uploaded, shown and answered", async () => {
  await page.goto(`${tilth.url}/models/sides?tab=try`);
  await page.getByLabel("image", { exact: true }).setInputFiles({ name: "mine.png", mimeType: "image/png", buffer: png(40, 40, (x) => (x < 20 ? [20, 20, 20] : [220, 220, 220])) });
  await page.getByRole("img", { name: "Given: mine.png" }).waitFor();
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await answer.getByText("right", { exact: true }).first().waitFor();
});

await test("the picture of a record is taken too", async () => {
  await page.getByRole("button", { name: "Fill with a record" }).click();
  const given = page.getByRole("img", { name: /^Given: of s\d+\.png/ });
  await given.waitFor();
  const number = Number(/s(\d+)/.exec(await given.getAttribute("alt"))[1]);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await answer.getByText(number % 2 === 0 ? "left" : "right", { exact: true }).first().waitFor();
});

await test("what is no picture is refused in one line", async () => {
  await page.getByLabel("image", { exact: true }).setInputFiles({ name: "broken.png", mimeType: "image/png", buffer: Buffer.from("no picture at all") });
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.getByRole("alert").getByText(/'image' cannot be read/).waitFor();
});

await test("a list of what the model says of records shows their pictures", async () => {
  await page.goto(`${tilth.url}/models/sides?tab=try&ask=records`);
  const shown = () => page.evaluate(() => [...document.querySelectorAll("tbody img")].filter((img) => img.naturalWidth === 16).length);
  await page.getByRole("link", { name: /^s\d+\.png$/ }).first().waitFor();
  await page.waitForFunction(() => document.querySelector("tbody img")?.naturalWidth === 16);
  assert.ok((await shown()) < 50, "only what is in view is asked for");
  await page.getByRole("link", { name: /^s\d+\.png$/ }).last().scrollIntoViewIfNeeded();
  await page.waitForFunction(() => [...document.querySelectorAll("tbody tr")].at(-1)?.querySelector("img")?.naturalWidth === 16);
});

await test("a picture whose look-up failed is asked for again", async () => {
  let failed = 0;
  await page.route("**/record?*", (route) => (failed < 5 ? (failed++, route.abort()) : route.continue()));
  await page.reload();
  await page.waitForFunction(() => document.querySelector("tbody tr:first-child img")?.naturalWidth === 16);
  assert.equal(failed, 5);
  await page.unroute("**/record?*");
});

await test("every version is listed with its tests, and the page is sound", async () => {
  tilth.run("model", "test", "sides", "--keep", "--file", file(tilth, "tests.toml", '[[test]]\nname = "good enough"\nkind = "floor"\nfigure = "accuracy"\nat_least = 0.5\n'));
  await page.goto(`${tilth.url}/models/sides?tab=tests`);
  await reads(page.getByRole("region", { name: "Kept tests" }), /good enough\s+floor/);
  await reads(page.getByRole("region", { name: "Results of tests" }), /1\s+all 1 pass/);
  await page.goto(`${tilth.url}/models/sides`);
  await page.getByRole("link", { name: "Tests of version 1" }).getByText("pass").waitFor();
  await sound(page, tilth.url, ["/models/sides", "/models/sides?tab=try", "/models/sides?tab=try&ask=records", "/models/sides?tab=tests"]);
}, 90);

await finish(tilth);
