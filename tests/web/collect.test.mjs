// From what a run knows too little of to a crawl that asks for it first, in the browser.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { becomes, browser, finish, test } from "./harness.mjs";
import { file } from "./notes.mjs";
import { Tilth, violations } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();

// The front page leads to 60 ships, 5 birds and a list of 25 birds more.
const pages = { "/": ["/list"], "/list": [] };
const add = (kind, from, to, links) => {
  for (let i = from; i < to; ++i) links.push(`/${kind}/${i}`);
};
add("ships", 0, 60, pages["/"]);
add("birds", 0, 5, pages["/"]);
add("birds", 5, 30, pages["/list"]);
let asked = [];
const site = createServer((request, answer) => {
  asked.push(request.url);
  const kind = /^\/(ships|birds)\//.exec(request.url)?.[1];
  if (!kind && !pages[request.url]) return void answer.writeHead(404).end();
  const links = (pages[request.url] ?? []).map((path) => `<a href="${path}">${path}</a>`).join(" ");
  let state = [...request.url].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 2147483647, 7);
  const words = Array.from({ length: 40 }, () => `word${(state = (state * 48271) % 2147483647) % 900}`);
  answer.writeHead(200, { "Content-Type": "text/html" }).end(`<html lang="en"><title>A page</title><body><i>${kind ?? ""}</i><p>${words.join(" ")}</p>${links}</body></html>`);
});
await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
const birds = () => asked.filter((path) => path.startsWith("/birds/")).length;

// The site answers from this process, so this command is waited for without blocking it.
const rules = file(tilth, "rules.toml", 'main = "p"\n[fields.kind]\ncss = "i"\nindex = 0\n');
const crawl = spawn(program, ["--home", tilth.home, "--quiet", "crawl", `http://127.0.0.1:${site.address().port}/`, "--source", "site", "--allow-private", "--delay", "0", "--max-pages", "67", "--extract", rules], { stdio: "inherit" });
await once(crawl, "exit");
tilth.run("label", "project", "create", file(tilth, "kinds.toml", 'name = "kinds"\nkind = "classification"\nsource = "site"\noverlap = 1\n'));
tilth.run("label", "project", "import", "--project", "kinds", "--field", "kind", "--add-classes");
tilth.run("snapshot", "create", "kinds-1", "--project", "kinds");
const run = JSON.parse(tilth.run("--json", "train", "kinds-1", "--model", "majority")).run;
asked = [];

const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();

await test("more pages are gathered first where a run knows too little", async () => {
  await page.goto(`${tilth.url}/runs/${run}?tab=errors`);
  await page.getByRole("button", { name: "Look at the errors" }).click();
  const gather = page.getByRole("region", { name: "Gather more" });
  await gather.getByRole("row", { name: /\/birds\/.*25.*5.*5 of its 30 known pages were seen/ }).waitFor({ timeout: 60_000 });
  assert.deepEqual(await violations(page), []);
  await gather.getByLabel("Pages").fill("20");
  await gather.getByRole("button", { name: "Gather 20 pages" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Gather 20 pages" }).click();
  await page.getByText("A crawl of site for 20 pages waits for a worker").waitFor({ timeout: 60_000 });
  await becomes(() => birds() >= 8, true);
}, 120);

site.close();
await finish(tilth);
