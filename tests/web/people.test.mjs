// What an administrator does with people in the browser.
import assert from "node:assert/strict";
import { becomes, browser, finish, signedIn, test } from "./harness.mjs";
import { Tilth, violations } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();

await test("an administrator adds a user and gets a link for them", async () => {
  await page.getByRole("link", { name: "Users" }).click();
  await page.getByRole("heading", { name: "Users", level: 1 }).waitFor();
  await page.getByRole("button", { name: "Add a user" }).click();
  await page.getByLabel("name (needed)").fill("lena");
  await page.getByRole("dialog").getByRole("button", { name: "Add" }).click();
  const link = await page.getByLabel("To be copied").inputValue();
  assert.match(link, /\/sign-in#/);
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("row", { name: /lena/ }).waitFor();
});

await test("a role is changed, and a user kept out and let in again", async () => {
  await page.getByLabel("Role of lena").selectOption("analyst");
  await page.getByText("lena is analyst now").waitFor();
  await page.getByRole("button", { name: "Keep lena out" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Keep out" }).click();
  await page.getByText("kept out", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Let lena in" }).click();
  await page.getByRole("button", { name: "Keep lena out" }).waitFor();
});

await test("an account of a provider is linked to a user, shown, and taken away again", async () => {
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "Accounts of lena" }).click();
  await dialog.getByText("No account of a provider signs in as lena.").waitFor();
  await dialog.getByLabel("Provider", { exact: true }).fill("ftp://odd.test");
  await dialog.getByLabel(/What the provider calls them/).fill("248289761001");
  await dialog.getByRole("button", { name: "Link", exact: true }).click();
  await dialog.getByRole("alert").getByText("is no address").waitFor();
  await dialog.getByLabel("Provider", { exact: true }).fill("https://login.example.org");
  await dialog.getByRole("button", { name: "Link", exact: true }).click();
  await dialog.getByText("https://login.example.org, since").waitFor();
  assert.deepEqual(await violations(page), []);
  await dialog.getByRole("button", { name: "Unlink 248289761001" }).click();
  await page.getByRole("dialog", { name: "Are you sure?" }).getByRole("button", { name: "Unlink" }).click();
  await dialog.getByText("No account of a provider signs in as lena.").waitFor();
  await page.keyboard.press("Escape");
});

await test("a token is made, shown once and revoked", async () => {
  await page.getByRole("link", { name: "Tokens and sessions" }).click();
  await page.getByRole("button", { name: "Make a token" }).click();
  await page.getByLabel("label", { exact: true }).fill("nightly");
  await page.getByRole("button", { name: "Make it" }).click();
  assert.ok((await page.getByLabel("To be copied").inputValue()).length > 20);
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Revoke nightly" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.getByText("revoked", { exact: true }).waitFor();
});

await test("what was done stands in the audit, found by a word", async () => {
  await page.getByRole("link", { name: "Audit" }).click();
  await page.getByRole("region", { name: "Audit" }).waitFor();
  await page.getByLabel("Find in Audit").fill("lena");
  await becomes(() => page.url().includes("find=lena"), true);
  assert.ok((await page.getByRole("row").count()) >= 3);
  await page.reload();
  await becomes(() => page.getByLabel("Find in Audit").inputValue(), "lena");
});

await test("on a phone a row is a card: each figure stands below the other with its name, and nothing lies outside", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${tilth.url}/users`);
  const row = page.getByRole("row").filter({ has: page.getByRole("cell", { name: "admin" }) }).first();
  await row.waitFor();
  const cells = await row.getByRole("cell").evaluateAll((all) => all.filter((cell) => cell.offsetParent).map((cell) => ({ name: getComputedStyle(cell, "::before").content, left: cell.getBoundingClientRect().left, right: cell.getBoundingClientRect().right, top: cell.getBoundingClientRect().top })));
  assert.ok(cells.length >= 2);
  assert.deepEqual(cells.filter((cell) => cell.left < 0 || cell.right > 390), []);
  assert.ok(cells.every((cell, i) => i === 0 || cell.top > cells[i - 1].top));
  assert.ok(cells.some((cell) => cell.name === '"Role"'));
  await page.getByRole("button", { name: "Name" }).click();
  await page.waitForURL(/sort=/);
  await page.setViewportSize({ width: 1280, height: 800 });
});

await test("Ctrl K goes to a page by a few letters", async () => {
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: /Name of a page/ }).fill("user");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Users", level: 1 }).waitFor();
});

await test("no page has a violation, complains, or is wider than a phone", async () => {
  for (const path of ["/users", "/access", "/access?tab=sessions", "/audit"])
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: colorScheme === "dark" ? 360 : 1440, height: 900 });
      await page.goto(tilth.url + path);
      await page.getByRole("region").first().waitFor();
      assert.deepEqual(await violations(page), [], path);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= (colorScheme === "dark" ? 360 : 1440), path);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/people-${path.replaceAll(/\W/g, "")}-${colorScheme}.png` });
    }
  assert.deepEqual(page.complaints, []);
});

await test("a page that is for others says whom it is for, and asks the service nothing", async () => {
  const closed = { operator: ["/users", "/audit"], analyst: ["/new/source", "/new/project", "/disk", "/webhooks", "/users"], labeler: ["/sources", "/sources/none", "/records/1.1", "/quality", "/snapshots", "/runs/1", "/models", "/jobs", "/audit"] };
  for (const [role, paths] of Object.entries(closed)) {
    const link = /tilth_[\w-]+/.exec(tilth.run("token", "create", "--user", `the-${role}`, "--role", role, "--kind", "link", "--json"))[0];
    const theirs = await signedIn(tilth.url, link);
    const refused = [];
    theirs.on("response", (response) => response.status() === 403 && refused.push(response.url()));
    const entries = await theirs.getByRole("navigation", { name: "Areas" }).getByRole("link").evaluateAll((links) => links.map((each) => each.getAttribute("href")));
    for (const path of paths) {
      await theirs.goto(tilth.url + path);
      await theirs.getByRole("heading", { name: "This page is not open to you", level: 1 }).waitFor();
      await theirs.getByText(`you are signed in as the-${role}, ${role}`).waitFor();
      assert.equal(entries.includes(path), false, path);
    }
    for (const path of entries) {
      await theirs.goto(tilth.url + path);
      await theirs.locator("h1").waitFor();
      await theirs.getByText("Loading …").first().waitFor({ state: "detached" });
      assert.equal(await theirs.getByRole("heading", { name: /not open to you|could not be/ }).count(), 0, path);
    }
    assert.deepEqual(refused, [], role);
    assert.deepEqual(await violations(theirs), []);
    await theirs.close();
  }
}, 120);

await finish(tilth);
