// The console of a browser stays empty: whoever looks through all pages asks for nothing that the service refuses. What is not there is told
// once, under a heading, and with one refusal.
import assert from "node:assert/strict";
import { browser, finish, signedIn, test } from "./harness.mjs";
import { Service } from "./stage.mjs";

const [fixture, , dist] = process.argv.slice(2);
const service = await new Service(fixture, dist).start();
const { url } = service.info;
const record = (await (await fetch(`${url}/api/v1/sources/pages/records?limit=1`, { headers: { Authorization: `Bearer ${service.info.operator}` } })).json()).items[0].id;

const tabs = (path, ...names) => [path, ...names.map((name) => `${path}?tab=${name}`)];
const projects = ["topics", "clothes", "sections"].flatMap((name) => tabs(`/projects/${name}`, "queue", "tasks", "review", "answers", "people", "quality", "audit", "machines", "exchange", "settings"));
const everybody = ["/", "/password", "/access", "/projects", ...projects];
const seers = [
  "/sources",
  ...tabs("/sources/pages", "log", "rejects", "records", "columns", "settings"),
  "/sources/pages?tab=records&q=vector",
  "/sources/pages?tab=records&q=words+that+are+no+key",
  "/sources/pages?tab=records&where=depth+%3E+1",
  "/sources/packages",
  `/records/${record}`,
  "/jobs",
  "/quality",
  ...tabs("/quality/packages", "profile", "errors", "outliers", "duplicates", "texts", "checks", "drift", "bias", "preparation"),
  "/snapshots",
  ...tabs("/snapshots/topics-1", "card", "diff"),
  "/runs",
  ...[1, 2].flatMap((run) => tabs(`/runs/${run}`, "classes", "curves", "parameters", "errors", "log")),
  "/compare",
  "/models",
];
const runners = ["/new/source", "/new/project", "/disk", "/webhooks"];
const admins = ["/users", "/audit"];

// When nothing is under way any more but the stream of events, for a while.
async function quiet(page) {
  let under = 0;
  let last = Date.now();
  const counts = (request) => !request.url().includes("/events");
  const more = (request) => counts(request) && ((under += 1), (last = Date.now()));
  const less = (request) => counts(request) && ((under -= 1), (last = Date.now()));
  page.on("request", more).on("requestfinished", less).on("requestfailed", less);
  return {
    async come() {
      for (const end = Date.now() + 20_000; Date.now() < end && (under > 0 || Date.now() - last < 250); ) await new Promise((resolve) => setTimeout(resolve, 25));
    },
  };
}

const alerts = async (page) => (await page.getByRole("alert").allInnerTexts()).filter(Boolean);

async function walk(page, paths) {
  const rest = await quiet(page);
  const refused = [];
  for (const path of paths) {
    page.refused = [];
    await page.goto(url + path);
    await page.locator("h1").first().waitFor();
    await rest.come();
    for (const each of page.refused) refused.push(`${path}: ${each.replace(url, "")}`);
    for (const each of await alerts(page)) refused.push(`${path}: ${each}`);
  }
  assert.deepEqual(refused, []);
  assert.deepEqual(page.complaints, []);
}

const ways = { admin: [...everybody, ...seers, ...runners, ...admins], operator: [...everybody, ...seers, ...runners], analyst: [...everybody, ...seers], labeler: [...everybody, "/label/topics", "/label/clothes"] };
for (const [role, paths] of Object.entries(ways))
  await test(`${role}: no page asks for what is refused`, async () => walk(await signedIn(url, service.info[role]), paths), 300);

await test("what is not there is told once, under a heading", async () => {
  const page = await signedIn(url, service.info.operator);
  const rest = await quiet(page);
  const wrong = [];
  for (const path of ["/sources/999", "/sources/999?tab=log", "/sources/pages/records/999", "/records/999", "/quality/999", "/quality/999?tab=drift", "/projects/999", "/projects/999?tab=quality", "/label/999", "/snapshots/999", "/snapshots/999?tab=diff", "/runs/999", "/runs/999?tab=errors", "/compare?run=998&run=999", "/models/999", "/models/999?tab=card", "/nowhere"]) {
    page.refused = [];
    await page.goto(url + path);
    await page.locator("h1, [role=alert]").first().waitFor();
    await rest.come();
    const headings = await page.locator("h1").count();
    const told = await alerts(page);
    const loading = await page.getByText("Loading …").count();
    const says = (await page.locator("main").first().innerText()).match(/no such|is none of|not found|nothing (here|at this)/gi) ?? [];
    if (headings !== 1 || told.length > 1 || says.length === 0 || page.refused.length > 1 || loading > 0) wrong.push({ path, headings, told, says, refused: page.refused, loading });
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual(page.complaints, []);
}, 120);

await finish(service);
