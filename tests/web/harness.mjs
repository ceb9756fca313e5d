// What every suite of tests in the browser begins with: its world, and how a test is told. A suite is a file NAME.test.mjs: its tests are
// sentences, and its last line is finish().
import assert from "node:assert/strict";
import { Browser, violations } from "./stage.mjs";

export const browser = await new Browser().start();
let passed = 0;
let failed = 0;

export async function test(sentence, body, seconds = 40) {
  const started = Date.now();
  let limit;
  try {
    const late = new Promise((_, reject) => (limit = setTimeout(() => reject(new Error(`took over ${seconds} s`)), seconds * 1000)));
    await Promise.race([body(), late]);
    passed++;
    console.log(`ok      ${sentence} (${Date.now() - started} ms)`);
  } catch (error) {
    failed++;
    const told = `${error.stack ?? error}\n${await browser.seen()}`;
    console.log(`FAILED  ${sentence}\n        ${told.replaceAll("\n", "\n        ")}`);
  } finally {
    clearTimeout(limit);
  }
}

// Waits until what `read` gives is as wanted; then it must be equal. What a page shows is asked for in no other way: after a key or a click
// it stands there a frame later, on a busy machine some more.
export async function becomes(read, wanted, said) {
  for (const end = Date.now() + 10_000; Date.now() < end; ) {
    if ((await read()) === wanted) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(await read(), wanted, said);
}

// Waits until the text of `place` is as told; then it must be.
export async function reads(place, pattern) {
  for (const end = Date.now() + 10_000; Date.now() < end && !pattern.test(await place.innerText()); ) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.match(await place.innerText(), pattern);
}

// When what came of the last press or click is on the screen. What is painted once a frame stands where it was until then.
export const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));

// Escape closes the dialog.
export async function closed(page) {
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

export async function signedIn(url, token) {
  await browser.context.clearCookies();
  const page = await browser.page(`${url}/sign-in#${token}`);
  await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
  return page;
}

// Each address, in the light on a desk and in the dark on a phone: no violation, nothing asked for that is refused, and nothing wider than the window. `ready` waits for what
// a page loads after its heading.
export async function sound(page, origin, paths, ready = () => page.getByText("Loading …").first().waitFor({ state: "detached" })) {
  page.refused = [];
  for (const path of paths)
    for (const [colorScheme, width] of [["light", 1440], ["dark", 360]]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.goto(origin + path);
      await page.locator("h1").waitFor();
      await ready(path);
      assert.deepEqual(await violations(page), [], `${path} ${colorScheme}`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${path} ${colorScheme} is too wide`);
    }
  await page.setViewportSize({ width: 1280, height: 800 });
  assert.deepEqual(page.complaints, []);
  assert.deepEqual(page.refused, []);
}

// Ends the suite, with the world it ran in.
export async function finish(...services) {
  await browser.stop();
  for (const service of services) await service.stop();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
}
