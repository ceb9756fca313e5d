// What is done about the quality of records in the browser: looked into, decided, prepared; where a record went; and who is told of it all.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { browser, finish, reads, signedIn, sound, test } from "./harness.mjs";
import { caller, file } from "./notes.mjs";
import { Tilth } from "./stage.mjs";

process.env.HOOK = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"; // that the worker signs with
const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
const api = caller(tilth);
const go = (path) => page.goto(tilth.url + path);

await test("without a source the page of quality says what to do first", async () => {
  await page.getByRole("link", { name: "Quality", exact: true }).click();
  await page.getByRole("heading", { name: "No source yet" }).waitFor();
});

// 240 orders of six towns: some towns are misspelt, one price is far off, ten orders come twice.
const towns = { Ghent: "BE", Lille: "FR", Aachen: "DE", Breda: "NL", Namur: "BE", Metz: "FR" };
const orders = ["id,town,country,price,note"];
for (let i = 0; i < 240; ++i) {
  const town = Object.keys(towns)[i % 6];
  const shown = i === 17 ? "Gehnt" : i === 40 ? "Aachne" : town;
  orders.push(`o${i},${shown},${towns[town]},${i === 99 ? 99999 : 10 + (i % 23)},"  <b>Order</b> of ${(i % 115) + 3} apples and pears from the old garden by the river, brought on a cart "`);
}
tilth.run("ingest", file(tilth, "orders.csv", orders.join("\n")), "--source", "orders", "--key", "id");
tilth.run("label", "project", "create", file(tilth, "orders.toml", 'name = "orders"\ntitle = "Orders"\nsource = "orders"\n[[class]]\nname = "big"\n[[class]]\nname = "small"\n'));
tilth.run("label", "project", "import", "--project", "orders", file(tilth, "labels.csv", ["key,label", ...Array.from({ length: 240 }, (_, i) => `o${i},${i % 23 > 11 ? "big" : "small"}`)].join("\n")));
tilth.run("snapshot", "create", "orders-1", "--project", "orders", "--split", "0.6,0.2,0.2");
tilth.run("train", "orders-1", "--model", "majority", "--name", "sizes");

const tab = async (name) => {
  await page.getByRole("navigation", { name: "Parts of quality" }).getByRole("link", { name, exact: true }).click();
};

await test("a source that is not there is told once, with no way that leads nowhere", async () => {
  for (const part of ["", "?tab=checks", "?tab=errors"]) {
    await go(`/quality/nothing${part}`);
    await page.getByRole("alert").getByRole("heading", { name: "Not found" }).waitFor();
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
    assert.equal(await page.getByRole("main").getByRole("button").count(), 0, part);
  }
});

await test("findings stand in one list, and the report is downloaded", async () => {
  await go("/quality");
  await page.getByRole("region", { name: "Sources" }).getByRole("link", { name: "orders" }).click();
  await page.getByRole("region", { name: "Findings" }).getByText(/key, or of no use/).first().waitFor();
  const [got] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download as a page" }).click()]);
  assert.equal(got.suggestedFilename(), "quality-orders.html");
});

await test("the profile tells each field's range and frequent values", async () => {
  await tab("Profile");
  const fields = page.getByRole("region", { name: "Fields" });
  await reads(fields.getByRole("row", { name: /^price/ }), /number[\s\S]*none[\s\S]*10 to 99,?999/);
  await reads(fields.getByRole("row", { name: /^country/ }), /BE/);
});

await test("wrong values are found with proposals, decided one by one, and accepted by field with a name", async () => {
  await tab("Wrong values");
  await page.getByRole("button", { name: "Look for wrong values" }).click();
  const row = page.getByRole("region", { name: "Wrong values" }).getByRole("row", { name: /Gehnt/ });
  await row.waitFor({ timeout: 30_000 });
  await reads(row, /Gehnt\s+Ghent/);
  await row.getByRole("button", { name: "Accept Ghent for town of o17" }).click();
  await row.getByText("accepted", { exact: true }).waitFor();
  await page.getByLabel("learn from the 1 value decided by you").waitFor();
  await row.getByRole("button", { name: "Open town of o17 again" }).click();
  await row.getByRole("button", { name: /is right as it is/ }).click();
  await row.getByText("refused", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Look again" }).click();
  await row.getByText("refused by admin").waitFor({ timeout: 30_000 });
  await row.getByRole("button", { name: "Open town of o17 again" }).click();
  await row.getByRole("button", { name: "Accept Ghent for town of o17" }).waitFor();
  await page.getByRole("button", { name: "Accept the proposals for town" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Accept" }).click();
  await page.getByText(/proposals? accepted/).waitFor({ timeout: 30_000 });
}, 90);

await test("numbers far from the others are named, and open their record", async () => {
  await tab("Outliers");
  const row = page.getByRole("region", { name: "Outliers" }).getByRole("row", { name: /99,?999/ });
  await row.waitFor();
  await row.getByRole("link", { name: "o99" }).click();
  await page.getByRole("heading", { name: "Where it went" }).waitFor();
});

await test("a record tells its labels' project, its snapshots and the models made from it", async () => {
  await page.getByRole("region", { name: "Models that were made from it" }).getByRole("link", { name: "sizes" }).waitFor();
  await page.getByRole("link", { name: "orders-1" }).first().waitFor();
  await page.getByRole("region", { name: "Versions" }).getByText(/orders\.csv/).waitFor();
  await reads(page.getByRole("region", { name: "Labels held true" }), /orders[\s\S]*(big|small)[\s\S]*100 %/);
  await go("/sources/orders/records/nothing");
  await page.getByRole("heading", { name: "There is no such record" }).waitFor();
});

await test("duplicates stand in clusters", async () => {
  await go("/quality/orders?tab=duplicates");
  await page.getByLabel("Compare").selectOption("normalised");
  await page.getByRole("button", { name: "Look for duplicates" }).click();
  await page.getByRole("heading", { name: /clusters? among 240 records/ }).waitFor({ timeout: 30_000 });
});

await test("a look that takes long tells since when, and is cancelled; what is left is stopped too", async () => {
  const held = [];
  await page.route("**/quality/duplicates", (route) => void held.push(route));
  const given = () => page.waitForEvent("requestfailed", (request) => request.url().endsWith("/quality/duplicates"));
  await page.getByRole("button", { name: "Look for duplicates" }).click();
  await page.getByText(/^[1-9] s$/).waitFor();
  await Promise.all([given(), page.getByRole("button", { name: "Cancel" }).click()]);
  await page.getByText("Stopped. Nothing was kept of it.").waitFor();
  await page.getByRole("button", { name: "Look again" }).click();
  await page.getByRole("button", { name: "Cancel" }).waitFor();
  await Promise.all([given(), tab("Profile")]);
  await page.unroute("**/quality/duplicates");
  assert.equal(held.length, 2);
});

await test("a look may take longer than what is read at once", async () => {
  const other = await browser.context.newPage();
  await other.addInitScript(() => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = (after) => timeout(after / 15); // a minute is four seconds
  });
  await other.route("**/quality/profile", () => {});
  await other.goto(`${tilth.url}/quality/orders?tab=profile`);
  await other.getByText("6 s", { exact: true }).waitFor();
  await other.getByRole("button", { name: "Cancel" }).click();
  await other.getByText("Stopped. Nothing was kept of it.").waitFor();
  await other.close();
});

await test("the texts are judged by the rules of others, and what they would drop is counted", async () => {
  await tab("Texts");
  await page.getByRole("button", { name: "Judge the texts" }).click();
  await page.getByRole("heading", { name: /^Gopher: \d+ % would stay/ }).or(page.getByRole("heading", { name: "No text to judge" })).waitFor({ timeout: 30_000 });
});

await test("the source is compared with a snapshot, and the address holds what", async () => {
  await tab("Drift");
  await page.getByRole("heading", { name: "Choose what to compare" }).waitFor();
  await page.getByLabel("From").selectOption("snapshot:orders-1:training");
  await page.getByRole("region", { name: "Drift" }).getByRole("row", { name: /^price\s+stable/ }).waitFor();
  await page.waitForURL(/before=snapshot/);
});

await test("groups of records are told with their labels, the address holds which, and shares that should be are held against them", async () => {
  await tab("Bias");
  await page.getByRole("heading", { name: "Choose a field" }).waitFor();
  await page.getByLabel("Groups by").selectOption("country");
  const groups = page.getByRole("region", { name: "By country", exact: true });
  await groups.getByRole("row", { name: /^DE\s+40\s/ }).waitFor();
  await page.getByLabel("Labels of").selectOption("project:orders");
  await reads(groups, /‘(big|small)’/);
  await page.getByLabel("and by").selectOption("town");
  await page.getByRole("region", { name: "By country and town" }).getByRole("row", { name: /^BE, Ghent/ }).waitFor();
  await page.getByText("Shares that the groups should have").click();
  await page.getByLabel(/^As CSV/).fill("field,value,share\ncountry,DE,0.6\n");
  await page.getByLabel(/^As CSV/).press("Tab");
  await reads(groups.getByRole("row", { name: /^DE/ }), /60 %\s+off/);
  await page.reload();
  await reads(groups.getByRole("row", { name: /^DE/ }), /60 %\s+off/);
  await go("/quality/orders?tab=bias&by=nothing");
  await page.getByRole("alert").getByText(/none of that name; see Profile under Quality of the source/).waitFor();
});

await test("checks are run, and what fails is named; what is no check is told", async () => {
  await tab("Checks");
  await page.getByLabel(/^Checks as TOML/).fill('[[check]]\nkind = "between"\ncolumn = "price"\nminimum = 0\nmaximum = 100\n');
  await page.getByRole("button", { name: "Run the checks" }).click();
  const row = page.getByRole("region", { name: "Outcome of the checks" }).getByRole("row").nth(1);
  await row.getByText("fails").waitFor();
  await row.getByRole("link", { name: "o99" }).waitFor();
  await page.getByLabel(/^Checks as TOML/).fill('[[check]]\nkind = "betwen"\n');
  await page.getByRole("button", { name: "Run the checks" }).click();
  await page.getByRole("alert").getByText(/betwen/).waitFor();
});

await test("a recipe gets operations, shows records before and after, and an operation is taken out", async () => {
  await tab("Preparation");
  await page.getByRole("heading", { name: "Records go to models as they are" }).waitFor();
  await page.getByRole("button", { name: "Add operations" }).click();
  await page.getByLabel("note", { exact: true }).fill("tags are noise");
  await page.getByRole("button", { name: "Make the next version" }).click();
  await page.getByRole("region", { name: "Operations" }).getByText("strip_html").waitFor();
  const first = page.getByRole("region", { name: /before and after$/ }).first();
  await first.waitFor();
  await reads(first, /<b>Order<\/b>/); // as text
  assert.ok((await first.getByText("(changed)").count()) >= 1);
  await page.getByRole("button", { name: "Fit it" }).click();
  await page.getByRole("heading", { name: "1. strip_html" }).waitFor();
  await page.getByRole("button", { name: "Take operation 2 out" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Take out" }).click();
  await page.getByRole("heading", { name: "Recipe, version 2" }).waitFor();
  await page.getByRole("region", { name: "Versions of the recipe" }).getByText("tags are noise").waitFor();
});

// A server that refuses the first message and takes the others.
let told = 0;
const server = createServer((request, answer) => {
  request.resume().on("end", () => answer.writeHead(++told === 1 ? 500 : 204).end());
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

await test("a webhook is made, tested, tried again after an error, and its log shows what was told", async () => {
  await page.getByRole("link", { name: "Webhooks", exact: true }).click();
  await page.getByRole("heading", { name: "Nobody is told of anything" }).waitFor();
  await page.getByRole("button", { name: "Add a webhook" }).click();
  await page.getByLabel("name (needed)").fill("hook");
  await page.getByLabel("url (needed)").fill(`http://127.0.0.1:${server.address().port}/in`);
  await page.getByLabel("secret (needed)").fill("env:HOOK");
  await page.getByText("More settings").click();
  await page.getByLabel("allow private").check();
  await page.getByRole("button", { name: "Add it" }).click();
  await page.getByRole("heading", { name: "hook", level: 1 }).waitFor();
  await page.getByRole("button", { name: "Send a test message" }).click();
  const row = page.getByRole("region", { name: "Messages" }).getByRole("row", { name: /^test/ });
  await row.getByText("500").waitFor({ timeout: 30_000 });
  await row.getByText("delivered").waitFor({ timeout: 30_000 });
  await reads(row, /204[\s\S]*2/);
  await row.getByRole("button", { name: /^Look at message/ }).click();
  await page.getByRole("dialog").getByRole("region", { name: "What it was told" }).getByText(/"type": "test"/).waitFor();
  await page.keyboard.press("Escape");
}, 90);

await test("a webhook is paused, goes on, and is removed", async () => {
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("heading", { name: "hook paused" }).waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await sound(page, tilth.url, ["/webhooks", "/webhooks/hook"]);
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.getByRole("heading", { name: "Nobody is told of anything" }).waitFor();
}, 90);

await test("the overview tells each role what waits for it", async () => {
  await go("/");
  await page.getByRole("link", { name: "sizes has no version in production" }).waitFor();
  await page.getByRole("heading", { name: "Lately" }).waitFor();
  await api("/projects/orders/queue", { add: 0, where: "price > 20" });
  tilth.run("user", "add", "lena", "--role", "labeler");
  const link = /tilth_[\w-]+/.exec(tilth.run("token", "create", "--user", "lena", "--role", "labeler", "--kind", "link", "--json"))[0];
  const hers = await signedIn(tilth.url, link);
  await hers.getByRole("heading", { name: "Waits for you" }).waitFor();
  assert.equal(await hers.getByText("has no version in production").count(), 0);
  await hers.close();
  tilth.run("label", "project", "create", file(tilth, "asks.toml", 'name = "asks"\nsource = "orders"\n[[class]]\nname = "big"\n[[class]]\nname = "small"\n'));
  tilth.run("label", "queue", "asks", "--add", "1");
  const { tasks } = await api("/projects/asks/claim", { n: 1, user: "lena" });
  await api(`/tasks/${tasks[0].id}/skip`, { lease: tasks[0].lease, reason: "the price is missing", user: "lena" });
  const back = /tilth_[\w-]+/.exec(tilth.run("token", "create", "--user", "admin", "--kind", "link", "--json"))[0];
  await (await signedIn(tilth.url, back)).close();
  await go(`/records/${tasks[0].item.id}`);
  await reads(page.getByRole("region", { name: "Skips" }), /asks\s+lena\s+the price is missing/);
});

await test("no page of quality has a violation, complains, or is wider than a phone", async () => {
  await sound(page, tilth.url, ["/", "/jobs", "/quality", ...["", "?tab=profile", "?tab=errors", "?tab=outliers", "?tab=texts", "?tab=duplicates", "?tab=drift", "?tab=bias&by=country&of=project:orders", "?tab=checks", "?tab=preparation"].map((each) => `/quality/orders${each}`), "/sources/orders/records/o1"]);
}, 240);

server.close();
await finish(tilth);
