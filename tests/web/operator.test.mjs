// What an operator does in the browser: makes sources, watches them, looks at what they brought and at what went wrong.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { becomes, browser, finish, reads, test } from "./harness.mjs";
import { file } from "./notes.mjs";
import { Tilth, violations } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();

// A few pages of the web, and a site that has none.
const words = { "/": "the garden", "/apples": "apples and how they keep in a cool cellar", "/pears": "pears which ripen after they were picked" };
const site = createServer((request, answer) => {
  if (request.url === "/slow") return void setTimeout(() => answer.writeHead(404).end(), 15_000).unref();
  const about = words[request.url];
  if (!about) return void answer.writeHead(404, { "Content-Type": "text/plain" }).end("no");
  const links = Object.keys(words).map((path) => `<a href="${path}">${path}</a>`).join(" ");
  const text = `<p>This page tells at some length of ${about}, so that whoever reads it knows more than before, and can tell others about it.</p>`;
  answer.writeHead(200, { "Content-Type": "text/html" }).end(`<html lang="en"><title>About ${about}</title><body><main><h1>About ${about}</h1>${text.repeat(3)}</main>${links}</body></html>`);
});
await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
const web = `http://127.0.0.1:${site.address().port}`;

const rows = ["id,price,title"];
for (let i = 0; i < 60; i++) rows.push(`${i},${10 + (i % 17)}.5,Red apple number ${i} of the garden`);
rows.splice(30, 0, "77,only two");
const csv = { name: "shop.csv", mimeType: "text/csv", buffer: Buffer.from(`${rows.join("\n")}\n`) };

const toml = () => page.getByLabel("Settings as TOML");
const tab = (name) => page.getByRole("navigation", { name: "Parts of the source" }).getByRole("link", { name });

await test("without sources the page says what to do first", async () => {
  await page.getByRole("link", { name: "Sources", exact: true }).click();
  await page.getByRole("heading", { name: "No source yet" }).waitFor();
  await page.getByRole("link", { name: "Make the first one" }).click();
  await page.getByRole("heading", { name: "New source", level: 1 }).waitFor();
});

await test("settings that the service does not take are refused with its words, and stay typed", async () => {
  await page.getByLabel("Name", { exact: true }).fill("wrong");
  await toml().fill("inputs = [");
  await page.getByRole("alert").getByText(/no TOML/).waitFor();
  assert.ok(await page.getByRole("button", { name: "Make it" }).isDisabled());
  await toml().fill("inputz = []");
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByRole("alert").getByText(/inputz/).waitFor();
  assert.equal(await toml().inputValue(), "inputz = []");
});

await test("the form of a kind and its TOML say the same, whichever is written", async () => {
  await page.goto(`${tilth.url}/new/source`);
  await page.getByLabel("Kind", { exact: true }).selectOption("crawl");
  await page.waitForFunction(() => /urls =/.test(document.getElementById("spec-toml").value)); // an example of the kind, as nothing was typed
  await toml().fill('urls = ["https://example.org/"]\ndepth = 2\n');
  const form = page.getByRole("group", { name: "Settings by form" });
  await becomes(() => form.getByLabel(/^urls/).inputValue(), "https://example.org/");
  await form.getByText("More settings").click();
  await becomes(() => form.getByLabel("depth", { exact: true }).inputValue(), "2");
  await form.getByLabel("depth", { exact: true }).fill("5");
  await form.getByLabel("exclude", { exact: true }).fill("/private/\n/old/");
  await form.getByLabel("feeds", { exact: true }).uncheck();
  const said = await toml().inputValue();
  assert.match(said, /depth = 5/);
  assert.match(said, /exclude = \[ "\/private\/", "\/old\/" \]/);
  assert.match(said, /feeds = false/);
  await form.getByLabel("feeds", { exact: true }).check();
  assert.doesNotMatch(await toml().inputValue(), /feeds/);
  await form.getByLabel("depth", { exact: true }).fill("deep");
  await page.getByRole("alert").getByText(/depth: 'deep' is no whole number/).waitFor();
});

await test("a source is checked and seen before anything of it is stored", async () => {
  await page.goto(`${tilth.url}/new/source`);
  const path = file(tilth, "fruit.csv", "id,price,title\n1,2.5,Red apple\n2,3.5,Green pear\n3,only two\n");
  await page.getByRole("group", { name: "Settings by form" }).getByLabel(/^inputs/).fill(path);
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.getByText("The settings are right.").waitFor();
  await page.getByRole("button", { name: "Preview", exact: true }).click();
  await page.getByRole("region", { name: "First records" }).getByText(/price: 2.5/).waitFor();
  await page.getByRole("region", { name: "First rejects" }).getByText("csv.too_few_fields").waitFor();
  await page.getByText(/Nothing was stored/).waitFor();
  await page.getByRole("group", { name: "Settings by form" }).getByLabel(/^inputs/).fill("/nowhere/at/all.csv");
  await page.getByRole("button", { name: "Preview", exact: true }).click();
  await page.getByRole("alert").getByText(/all.csv/).waitFor();
  assert.deepEqual(JSON.parse(`[${tilth.run("source", "list", "--json").trim().split("\n").join(",")}]`), []);
});

await test("the look at a crawl tells its pages, and where it would go; a slow one is cancelled", async () => {
  await page.goto(`${tilth.url}/new/source`);
  await page.getByLabel("Kind", { exact: true }).selectOption("crawl");
  await toml().fill(`urls = ["${web}/"]\ndelay = "0s"\n`);
  await page.getByRole("button", { name: "Preview", exact: true }).click();
  await page.getByRole("region", { name: "What the crawl would do" }).getByText(/private|address/).first().waitFor({ timeout: 30_000 });
  await toml().fill(`urls = ["${web}/"]\ndelay = "0s"\nallow_private = true\n`);
  await page.getByRole("button", { name: "Preview", exact: true }).click();
  await page.getByRole("region", { name: "First records" }).getByText("About apples").first().waitFor({ timeout: 30_000 });
  await reads(page.getByRole("region", { name: "What the crawl would do" }), /\/pears\s+fetch/);
  await toml().fill(`urls = ["${web}/slow"]\ndelay = "0s"\nallow_private = true\n`);
  await page.getByRole("button", { name: "Preview", exact: true }).click();
  await page.getByText(/^Reading … [1-9]/).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Cancel" }).waitFor({ state: "detached" });
}, 90);

await test("a CSV is uploaded into a new source, read, and its bad row counted", async () => {
  await page.getByRole("link", { name: "Upload a file" }).click();
  await page.getByLabel("Name of the source").fill("shop");
  await page.getByLabel("File").setInputFiles(csv);
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("heading", { name: "shop", level: 1 }).waitFor();
  await page.getByText(/60 records · 1 rejected/).waitFor({ timeout: 20_000 });
  const row = page.getByRole("region", { name: "Runs" }).getByRole("row").nth(1);
  await row.getByText("done", { exact: true }).waitFor();
  await reads(row, /#1/);
});

await test("a reject is looked at with its bytes and line", async () => {
  await tab("Rejects").click();
  await page.getByRole("button", { name: /Look at reject/ }).click();
  await page.getByRole("dialog").getByText("77,only two").waitFor();
  await page.getByRole("dialog").getByText(/line 31/).waitFor();
  await page.getByRole("button", { name: "Close" }).click();
});

await test("records are browsed, found by words, and one is seen with its versions", async () => {
  await tab(/Records/).click();
  await page.getByRole("region", { name: "Records" }).waitFor();
  await becomes(() => page.getByRole("region", { name: "Records" }).getByRole("row").count(), 51);
  await page.getByRole("button", { name: "Show more" }).click();
  await page.getByRole("region", { name: "Records" }).getByRole("row").nth(60).waitFor();
  await page.getByLabel("Words in texts").fill("apple 42");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  const found = page.getByRole("region", { name: "Found records" });
  await found.getByText(/42/).waitFor();
  assert.equal(await found.getByRole("row").count(), 2);
  await found.getByRole("link").click();
  await page.getByRole("heading", { name: "Versions", exact: true }).waitFor();
  await page.getByRole("region", { name: "Payload" }).getByText(/Red apple number 42/).waitFor();
});

await test("a source is paused, goes on, and gets a schedule", async () => {
  await page.goto(`${tilth.url}/sources/shop`);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("heading", { name: "shop paused" }).waitFor();
  assert.ok(await page.getByRole("button", { name: "Run now" }).isDisabled());
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await tab("Settings").click();
  await page.getByRole("textbox", { name: "Schedule" }).fill("0 3 * * *");
  await page.getByRole("button", { name: "Set the schedule" }).click();
  await page.getByText(/runs 0 3 \* \* \*/).waitFor();
});

await test("settings are edited by the same form, and the version before comes back", async () => {
  await page.goto(`${tilth.url}/sources/shop?tab=settings`);
  const form = page.getByRole("group", { name: "Settings by form" });
  await form.getByText("More settings").click();
  assert.ok(await page.getByRole("button", { name: "Save", exact: true }).isDisabled());
  await form.getByLabel("limit", { exact: true }).fill("50");
  await page.getByRole("button", { name: "Preview", exact: true }).click();
  await page.getByRole("region", { name: "First records" }).waitFor();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("heading", { name: "Settings, version 2" }).waitFor();
  assert.match(await toml().inputValue(), /limit = 50/);
  await page.getByRole("button", { name: "Revert to version 1" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revert" }).click();
  await page.getByRole("heading", { name: "Settings, version 3" }).waitFor();
  assert.doesNotMatch(await toml().inputValue(), /limit = 50/);
});

await test("a record is found by its key, in its source and from anywhere", async () => {
  const { key, id } = JSON.parse(tilth.run("records", "list", "--source", "shop", "--limit", "1", "--json").trim());
  assert.equal(id, undefined);
  await page.goto(`${tilth.url}/sources/shop?tab=records`);
  await page.getByLabel("Words in texts, or a key").fill(key);
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.getByText("The record with this key").getByRole("link").click();
  await page.getByRole("heading", { name: "Nobody was asked about it" }).waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: /key of a record/ }).fill(key);
  await page.getByRole("option", { name: /Record of shop/ }).getByRole("link").click();
  await page.getByRole("heading", { name: "Labels", exact: true }).waitFor();
});

await test("the disk is shown once, with what lies on it", async () => {
  await page.getByRole("link", { name: "Disk", exact: true }).click();
  await page.getByText(/Holds database, blobs, uploads, downloads/).waitFor();
  await becomes(() => page.getByText(/ free$/).count(), 1);
  await reads(page.getByRole("region", { name: "Parts" }), /database[\s\S]*write-ahead log[\s\S]*uploads/);
  await page.getByRole("region", { name: "Tables" }).getByText("records").waitFor();
});

await test("a tab that is loaded again and again keeps its stream", async () => {
  const refused = [];
  page.on("response", (response) => response.status() === 429 && refused.push(response.url()));
  for (let i = 0; i < 20; i++) await page.reload({ waitUntil: "commit" });
  await page.reload();
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForTimeout(1000);
  assert.deepEqual(refused, []);
});

await test("a job that ended is looked at", async () => {
  await page.getByRole("link", { name: "Jobs", exact: true }).click();
  await page.getByRole("button", { name: "Look at job 1", exact: true }).click();
  await page.getByRole("dialog").getByRole("region", { name: "Result" }).getByText(/60/).waitFor();
  await page.getByRole("button", { name: "Close" }).click();
});

async function crawl(name, spec) {
  await page.goto(`${tilth.url}/new/source`);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Kind", { exact: true }).selectOption("crawl");
  await toml().fill(Object.entries(spec).map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join("\n"));
  await page.getByRole("button", { name: "Make it" }).click();
  await page.getByRole("heading", { name, level: 1 }).waitFor();
  await page.getByRole("button", { name: "Run now" }).click();
}

await test("a crawl of a local server keeps its pages and says why it left others", async () => {
  await crawl("garden", { urls: [`${web}/`, `${web}/gone`], allow_private: true, delay_ms: 0 });
  await page.getByText(/3 records/).waitFor({ timeout: 30_000 });
  await tab("Pages").click();
  const row = page.getByRole("row", { name: /\/gone/ });
  await row.waitFor();
  await reads(row, /404|http|gone/);
  await tab("Hosts").click();
  await page.getByRole("region", { name: "Hosts" }).getByText("127.0.0.1").first().waitFor();
}, 60);

await test("a run tells its log, and what of it did not go well", async () => {
  await tab("Log").click();
  const log = page.getByRole("region", { name: "Log" });
  await reads(log, /Ended: done[\s\S]*stored, status 200[\s\S]*Began/);
  await reads(page.getByRole("group", { name: /^Run \d+/ }), /Pages per second[\s\S]*\d\.\d/);
  await page.getByLabel("only what did not go well").check();
  await becomes(async () => /stored, status 200/.test(await log.innerText()), false);
  await tab("Runs").click();
  await page.getByRole("link", { name: /^Log of run/ }).first().click();
  await log.getByText(/Ended: done/).waitFor();
});

await test("a crawl that fetches nothing looks failed and says why", async () => {
  await crawl("closed", { urls: [`${web}/`], delay_ms: 0 });
  const row = page.getByRole("region", { name: "Runs" }).getByRole("row").nth(1);
  await row.locator(".tag.bad").waitFor({ timeout: 30_000 });
  await reads(row, /failed|got nothing/);
  await reads(row, /private|address|kept/);
}, 60);

await test("what must not be kept is counted, and destroyed when it is asked for", async () => {
  await page.goto(`${tilth.url}/disk`);
  await page.getByRole("button", { name: "Destroy records" }).click();
  const dialog = page.getByRole("dialog", { name: "Destroy records" });
  await dialog.getByLabel("What").selectOption("url");
  await dialog.getByLabel("Which").fill("https://elsewhere.example/");
  await dialog.getByRole("button", { name: "Count what would go" }).click();
  await dialog.getByText("Nothing of it is here.").waitFor();
  await dialog.getByLabel("Which").fill(`${web}/pears`);
  await becomes(() => dialog.getByText("Nothing of it is here.").count(), 0);
  await dialog.getByRole("button", { name: "Count what would go" }).click();
  await reads(dialog.getByRole("status"), /Records\s+1\s/);
  assert.deepEqual(await violations(page), []);
  await dialog.getByRole("button", { name: "Destroy them" }).click();
  await page.getByRole("dialog", { name: "Are you sure?" }).getByRole("button", { name: "Destroy them" }).click();
  await page.getByText("1 record destroyed").waitFor();
  await page.goto(`${tilth.url}/sources/garden?tab=records`);
  await page.getByRole("link", { name: /apples/ }).waitFor();
  assert.equal(await page.getByRole("link", { name: /pears/ }).count(), 0);
});

await test("no page has a violation, complains, or is wider than a phone", async () => {
  const tabs = ["", "?tab=rejects", "?tab=records", "?tab=columns", "?tab=settings"];
  const paths = ["/", "/sources", "/new/source", "/jobs", "/disk", "/sources/garden?tab=urls", "/sources/garden?tab=hosts", ...tabs.map((each) => `/sources/shop${each}`)];
  const wrong = [];
  for (const path of paths)
    for (const colorScheme of ["light", "dark"]) {
      const width = colorScheme === "dark" ? 360 : 1440;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.goto(tilth.url + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.getByText("Loading …").first().waitFor({ state: "detached" });
      await page.waitForTimeout(300);
      for (const one of await violations(page)) wrong.push(`${path} ${colorScheme}: ${one}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      if (wide > width) wrong.push(`${path}: ${wide} wide`);
      await page.screenshot({ path: `${process.env.SHOTS ?? "/tmp"}/operator-${path.replaceAll(/\W/g, "")}-${colorScheme}.png` });
    }
  assert.deepEqual(wrong, []);
  assert.deepEqual(page.complaints, []);
}, 180);

site.close();
await finish(tilth);
