// A labeler's work in the browser, against the service of serve_fixture.
import assert from "node:assert/strict";
import { becomes, browser, closed, finish, reads, settled, signedIn, test } from "./harness.mjs";
import { Service, violations } from "./stage.mjs";

const [program, , dist] = process.argv.slice(2);
const service = await new Service(program, dist).start();
const { url } = service.info;

const saved = (page) => page.getByText("All saved").waitFor();
const answersOf = async (project) => (await service.api(`/projects/${project}`)).answers;
const item = (page) => page.getByRole("article", { name: "Item to label" });

// Of a page that was signed in by a link: a token sets no password.
const setsPassword = async (page) => {
  await page.getByRole("link", { name: "Password" }).click();
  await page.getByRole("heading", { name: "Password", exact: true }).waitFor();
  const set = async (present, fresh, again) => {
    if (present !== null) await page.getByLabel("Present password").fill(present);
    await page.getByLabel("New password", { exact: true }).fill(fresh);
    await page.getByLabel("New password once more").fill(again);
  };
  await becomes(() => page.getByLabel("Present password").count(), 0); // there is none yet
  await set(null, "three blind mice", "three blind rats");
  await page.getByText("The two are not the same.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Change it" }).isDisabled(), true);
  await set(null, "three blind mice", "three blind mice");
  await page.getByRole("button", { name: "Change it" }).click();
  await page.getByText("The password is changed.").waitFor();
  await set("a guess of mine", "four blind mice", "four blind mice");
  await page.getByRole("button", { name: "Change it" }).click();
  await page.getByText("is not the present password").waitFor();
  await page.getByLabel("Present password").fill("three blind mice");
  await page.getByRole("button", { name: "Change it" }).click();
  await page.getByText("The password is changed.").waitFor();
  assert.deepEqual(await violations(page), []);
};

await test("a link signs in once, leaves no token in the address bar, and lets one set one's own password", async () => {
  const page = await signedIn(url, service.info.admin);
  assert.equal(page.url(), `${url}/`);
  await page.reload();
  await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
  await setsPassword(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to tilth" }).waitFor();
  await page.goto(`${url}/sign-in`);
  await page.goto(`${url}/sign-in#${service.info.admin}`); // only the part after '#' changes
  await page.getByText("was used, revoked or is over").waitFor();
  await page.close();
});

await test("a labeler sees the projects and nothing of sources and models", async () => {
  const page = await signedIn(url, service.info.labeler);
  await page.getByRole("link", { name: "Label clothes" }).waitFor();
  await becomes(() => page.getByRole("heading", { name: "Sources", exact: true }).count(), 0);
  await becomes(() => page.getByRole("heading", { name: "Models", exact: true }).count(), 0);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

await test("ten items are labeled by keyboard only, and the next one is there at once", async () => {
  const page = await signedIn(url, service.info.labeler);
  const link = page.getByRole("link", { name: "Label clothes" });
  while (!(await link.evaluate((node) => node === document.activeElement))) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await item(page).waitFor();
  await becomes(() => page.evaluate(() => document.querySelector("article img")?.naturalWidth ?? 0), 28);
  const times = [];
  for (let i = 0; i < 10; i++) {
    const before = await page.locator("article img").getAttribute("src");
    const took = await page.evaluate(
      ([key, old]) =>
        new Promise((resolve) => {
          const start = performance.now();
          const look = () => {
            const now = document.querySelector("article img")?.getAttribute("src");
            if (now && now !== old) resolve(performance.now() - start);
            else requestAnimationFrame(look);
          };
          window.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
          look();
        }),
      [String(i), before],
    );
    times.push(took);
    await page.waitForTimeout(150); // as a person would look
  }
  await saved(page);
  await becomes(() => answersOf("clothes"), 10);
  times.sort((a, b) => a - b);
  console.log(`        next item after key press: median ${times[5].toFixed(1)} ms, worst ${times[9].toFixed(1)} ms`);
  assert.ok(times[5] < 100, `median ${times[5]} ms`);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

await test("undo takes the last answer back, and the item returns", async () => {
  const page = await browser.page(`${url}/label/clothes`);
  await item(page).waitFor();
  const first = await page.locator("article img").getAttribute("src");
  const before = await answersOf("clothes");
  await page.keyboard.press("3");
  await saved(page);
  await becomes(() => answersOf("clothes"), before + 1);
  await page.keyboard.press("z");
  await becomes(() => page.locator("article img").getAttribute("src"), first);
  await becomes(() => answersOf("clothes"), before);
  await page.keyboard.press("4");
  await saved(page);
  await becomes(() => answersOf("clothes"), before + 1);
  await page.close();
});

await test("a dialog is read before it is closed, and Enter closes one that only tells", async () => {
  const page = await browser.page(`${url}/label/topics`);
  await item(page).waitFor();
  if ((await page.getByRole("dialog").count()) === 0) await page.keyboard.press("i");
  const heading = page.getByRole("dialog").getByRole("heading", { name: "Instructions" });
  await becomes(() => heading.evaluate((node) => node === document.activeElement), true);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.goto(`${url}/label/nowhere`);
  await page.getByRole("heading", { name: "This project can not be opened" }).waitFor();
  await becomes(() => page.getByRole("button", { name: /Instructions|My answers|Keys/ }).count(), 0); // there is nothing that they are of
  await page.close();
});

await test("a skip needs a reason, by keyboard too", async () => {
  const page = await browser.page(`${url}/label/clothes`);
  await item(page).waitFor();
  const before = await page.locator("article img").getAttribute("src");
  await page.keyboard.press("s");
  await page.getByRole("dialog", { name: "Why skip it?" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await becomes(() => page.locator("article img").getAttribute("src"), before);
  await page.keyboard.press("s");
  await page.getByRole("dialog").waitFor();
  await page.getByPlaceholder("Another reason").focus();
  await page.keyboard.type("1 is not it"); // digits are letters here, not commands
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.notEqual(await page.locator("article img").getAttribute("src"), before);
  await saved(page);
  await page.close();
});

await test("answers given offline are kept and sent when the network is back", async () => {
  const page = await browser.page(`${url}/label/clothes`);
  await item(page).waitFor();
  await page.waitForTimeout(500);
  const before = await answersOf("clothes");
  await browser.context.setOffline(true);
  for (const key of ["1", "2", "3"]) await page.keyboard.press(key);
  await page.getByText("Offline · 3 answers kept here").waitFor();
  assert.equal(await answersOf("clothes"), before);
  await page.keyboard.press("z"); // the last one was never sent: it comes back at once
  await page.getByText("Offline · 2 answers kept here").waitFor();
  await page.keyboard.press("5");
  await page.getByText("Offline · 3 answers kept here").waitFor();
  await browser.context.setOffline(false);
  await saved(page);
  await becomes(() => answersOf("clothes"), before + 3);
  await page.close();
});

await test("answers survive a service that is down and a window that is closed", async () => {
  const page = await browser.page(`${url}/label/clothes`);
  await item(page).waitFor();
  await page.waitForTimeout(500);
  const before = await answersOf("clothes");
  await service.pause();
  await page.keyboard.press("6");
  await page.keyboard.press("7");
  await page.getByText("Offline · 2 answers kept here").waitFor();
  await page.close();
  await service.resume();
  assert.equal(await answersOf("clothes"), before);
  const again = await browser.page(`${url}/label/clothes`);
  await saved(again);
  await becomes(() => answersOf("clothes"), before + 2);
  await again.close();
});

await test("two windows of one person lose none of each other's answers", async () => {
  const before = [await answersOf("clothes"), await answersOf("sections")];
  let open = false;
  await browser.context.route("**/submit", (route) => (open ? route.continue() : route.abort()));
  const clothes = await browser.page(`${url}/label/clothes`);
  await item(clothes).waitFor();
  const sections = await browser.page(`${url}/label/sections`);
  await item(sections).waitFor();
  await clothes.bringToFront();
  await clothes.keyboard.press("1");
  await clothes.getByText("1 answer kept here").waitFor();
  await sections.bringToFront();
  await sections.keyboard.press("1");
  await sections.getByText("2 answers kept here").waitFor();
  await clothes.close();
  open = true;
  await sections.reload();
  await becomes(() => answersOf("clothes"), before[0] + 1);
  await becomes(() => answersOf("sections"), before[1] + 1);
  await saved(sections);
  await becomes(() => sections.getByText("could not be saved").count(), 0);
  assert.equal(await sections.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("tilth.outbox")).length), 0);
  await browser.context.unroute("**/submit");
  await sections.close();
});

await test("an answer that was taken although its reply was lost counts once", async () => {
  const page = await browser.page();
  const before = await answersOf("clothes");
  let sent = 0;
  await page.route("**/submit", async (route) => {
    if (sent++ > 0) return route.continue();
    await route.fetch(); // the service takes it
    await route.abort(); // the page hears nothing
  });
  await page.goto(`${url}/label/clothes`);
  await item(page).waitFor();
  await page.keyboard.press("8");
  await becomes(() => answersOf("clothes"), before + 1);
  await becomes(async () => (sent > 1 ? "again" : `${sent} sent`), "again");
  await saved(page);
  assert.equal(await answersOf("clothes"), before + 1);
  await becomes(() => page.getByText("could not be saved").count(), 0);
  await page.close();
});

await test("an answer that the service refuses is shown, not dropped", async () => {
  const page = await browser.page();
  await page.route("**/submit", (route) =>
    route.fulfill({ status: 409, contentType: "application/problem+json", body: JSON.stringify({ title: "Lease over", detail: "went back to the queue" }) }),
  );
  await page.goto(`${url}/label/sections`);
  await item(page).waitFor();
  await page.keyboard.press("1");
  await page.getByText("1 answer could not be saved").waitFor();
  await page.getByRole("button", { name: "Look at it" }).click();
  await page.getByText("went back to the queue").waitFor();
  await page.getByRole("button", { name: "Forget it" }).click();
  await page.keyboard.press("Escape");
  await page.getByText("could not be saved").waitFor({ state: "detached" });
  await page.close();
});

await test("what one has answered is counted once, however claims and answers overtake each other", async () => {
  const page = await browser.page(`${url}/label/clothes`);
  await item(page).waitFor();
  await saved(page);
  const standing = page.locator(".standing");
  const counted = async () => Number(/^([\d,]+) /.exec(await standing.innerText())?.[1].replace(",", ""));
  const before = await counted();
  assert.ok(before >= 0);
  let looked;
  let taken;
  const early = new Promise((done) => (looked = done));
  const late = new Promise((done) => (taken = done));
  let claims = 0;
  await page.route("**/claim", async (route) => {
    if (claims++ > 0) return route.continue();
    const response = await route.fetch(); // the service counts before it has the answer
    looked();
    await late;
    await page.getByText("All saved").waitFor();
    await route.fulfill({ response });
  });
  await page.route("**/submit", async (route) => {
    await early;
    await route.fulfill({ response: await route.fetch() });
    taken();
  });
  await page.keyboard.press("1");
  await page.waitForResponse("**/claim");
  await settled(page);
  assert.equal(await counted(), before + 1);
  await page.unroute("**/submit");
  await page.keyboard.press("2");
  await saved(page);
  await becomes(counted, before + 2);
  await page.route("**/submit", (route) => route.fulfill({ status: 409, contentType: "application/problem+json", body: JSON.stringify({ title: "Lease over", detail: "went back to the queue" }) }));
  await page.keyboard.press("3");
  await page.getByText("1 answer could not be saved").waitFor();
  await becomes(counted, before + 2); // it is not among them
  await page.getByRole("button", { name: "Look at it" }).click();
  await page.getByRole("button", { name: "Forget it" }).click();
  await page.close();
});

await test("among many classes one is found by typing", async () => {
  const page = await browser.page(`${url}/label/sections`);
  await item(page).waitFor();
  const before = await answersOf("sections");
  await page.keyboard.press("/");
  await page.keyboard.type("scien");
  await becomes(() => page.locator(".answers ul button").count(), 1);
  await page.keyboard.press("Enter");
  await saved(page);
  await becomes(() => answersOf("sections"), before + 1);
  await page.close();
});

await test("choose first, send later: the choice is a draft that outlives the window", async () => {
  const page = await browser.page(`${url}/label/clothes`);
  await item(page).waitFor();
  const before = await answersOf("clothes");
  await page.keyboard.press("?");
  await page.getByLabel("Choose first, then send").check();
  await closed(page);
  await page.keyboard.press("2");
  await page.getByRole("button", { name: "trousers", pressed: true }).waitFor();
  await page.reload();
  await page.getByRole("button", { name: "trousers", pressed: true }).waitFor();
  assert.equal(await answersOf("clothes"), before);
  await page.keyboard.press("Enter");
  await saved(page);
  await becomes(() => answersOf("clothes"), before + 1);
  await page.evaluate(() => localStorage.removeItem("tilth.settings"));
  await page.close();
});

await test("a browser that keeps nothing more still sends answers, and drafts are one person's", async () => {
  const full = await browser.page();
  await full.addInitScript(() => {
    const set = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, text) {
      if (this === localStorage) throw new DOMException("no room", "QuotaExceededError");
      set.call(this, key, text);
    };
  });
  await full.goto(`${url}/label/clothes`);
  await item(full).waitFor();
  const told = full.getByRole("alert").filter({ hasText: "no room left to keep answers" });
  assert.equal(await told.count(), 0);
  const before = await answersOf("clothes");
  for (const key of ["1", "2"]) {
    const shown = await full.locator("article img").getAttribute("src");
    await full.keyboard.press(key);
    await becomes(async () => (await full.locator("article img").getAttribute("src")) === shown, false);
  }
  await told.waitFor();
  await saved(full);
  await becomes(() => answersOf("clothes"), before + 2);
  assert.equal(await told.count(), 1);
  await full.keyboard.press("?");
  await full.getByLabel("Choose first, then send").check();
  await closed(full);
  await full.keyboard.press("3"); // a draft that is not kept here
  await full.getByRole("button", { pressed: true }).waitFor();
  await full.waitForTimeout(400);
  await full.keyboard.press("Enter");
  await saved(full);
  await becomes(() => answersOf("clothes"), before + 3);
  assert.deepEqual(full.complaints, []);
  await full.close();

  const page = await browser.page();
  const claimed = page.waitForResponse((response) => response.url().endsWith("/claim"));
  await page.goto(`${url}/label/clothes`);
  const task = (await (await claimed).json()).tasks[0].id;
  await item(page).waitFor();
  const account = await page.evaluate(() => JSON.parse(localStorage.getItem("tilth.account")).id);
  const opened = async (key) => {
    await page.evaluate((key) => {
      localStorage.setItem("tilth.settings", '{"confirm": true}');
      localStorage.setItem(key, '{"value": "trousers"}');
    }, key);
    await page.reload();
    await item(page).waitFor();
    await settled(page);
    return page.getByRole("button", { name: "trousers", pressed: true }).count();
  };
  assert.equal(await opened(`tilth.draft.clothes.${task}`), 0); // as an older page kept it, for whoever came
  assert.equal(await opened(`tilth.draft.${account + 1}.clothes.${task}`), 0);
  assert.equal(await opened(`tilth.draft.${account}.clothes.${task}`), 1);
  await page.evaluate(() => localStorage.removeItem("tilth.settings"));
  await becomes(() => page.evaluate(() => "tilth.hand.clothes" in localStorage), true);
  await page.close();
  const other = await signedIn(url, service.info.other);
  assert.deepEqual(await other.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("tilth.hand."))), []);
  await other.close();
  await (await signedIn(url, service.info.labeler)).close();
});

await test("single keys do nothing once they are turned off", async () => {
  const page = await browser.page(`${url}/label/clothes`);
  await item(page).waitFor();
  const before = await page.locator("article img").getAttribute("src");
  await page.keyboard.press("?");
  await page.getByLabel("Single keys choose and command").uncheck();
  await closed(page);
  for (const key of ["1", "s", "z"]) await page.keyboard.press(key);
  await settled(page); // and what they would have done is there
  await becomes(() => page.getByRole("dialog").count(), 0);
  await becomes(() => page.locator("article img").getAttribute("src"), before);
  await page.evaluate(() => localStorage.removeItem("tilth.settings"));
  await page.close();
});

await test("what comes from the wild is shown as text and runs nothing", async () => {
  const page = await browser.page(`${url}/label/topics`);
  await page.keyboard.press("Escape");
  await item(page).waitFor();
  await reads(item(page), /<script>document\.title = 'owned'<\/script>/);
  assert.notEqual(await page.title(), "owned");
  await becomes(() => page.locator("article script, article b").count(), 0);
  await page.close();
});

await test("two people never hold the same task", async () => {
  const seen = new Set();
  for (const who of [service.info.labeler, service.info.other]) {
    const response = await fetch(`${url}/api/v1/projects/sections/claim`, {
      method: "POST",
      headers: { Authorization: `Bearer ${who}`, "Content-Type": "application/json" },
      body: JSON.stringify({ n: 10 }),
    });
    for (const task of (await response.json()).tasks) {
      assert.ok(!seen.has(task.id), `task ${task.id} twice`);
      seen.add(task.id);
    }
  }
  assert.ok(seen.size >= 20);
});

const pages = { overview: "/", project: "/projects/topics", run: "/runs/2", labeling: "/label/clothes", "a missing page": "/nowhere" };
const admin = service.info.operator;
for (const scheme of ["light", "dark"]) {
  await test(`no page breaks WCAG A or AA, ${scheme}`, async () => {
    const opened = await signedIn(url, admin);
    await opened.emulateMedia({ colorScheme: scheme });
    const found = [];
    for (const [name, path] of Object.entries(pages)) {
      await opened.goto(url + path);
      await opened.waitForLoadState("load");
      await opened.locator("h1").waitFor();
      await opened.waitForTimeout(600);
      for (const each of await violations(opened)) found.push(`${name}: ${each}`);
    }
    await opened.goto(`${url}/label/topics`);
    await opened.keyboard.press("Escape");
    await opened.getByRole("article").waitFor();
    await opened.keyboard.press("s");
    await opened.getByRole("dialog").waitFor();
    for (const each of await violations(opened)) found.push(`skip dialog: ${each}`);
    assert.deepEqual(found, []);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });
}

await test("no page is wider than a phone", async () => {
  const page = await signedIn(url, admin);
  await page.setViewportSize({ width: 360, height: 740 });
  for (const path of Object.values(pages)) {
    await page.goto(url + path);
    await page.locator("h1").waitFor();
    await page.waitForTimeout(400);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 360, `${path} is ${wide} wide`);
  }
  await page.close();
});

await test("nothing moves for those who asked for reduced motion", async () => {
  const page = await browser.page();
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(`${url}/`);
  await page.getByRole("progressbar").first().waitFor();
  const transition = await page.locator("[role=progressbar] > div").first().evaluate((node) => getComputedStyle(node).transitionDuration + getComputedStyle(node).transitionProperty);
  assert.match(transition, /none/);
  await page.close();
});

await finish(service);
