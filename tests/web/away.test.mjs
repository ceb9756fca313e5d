// A reload where the service cannot be reached: the work in hand opens, and nothing else is kept.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { becomes, browser, finish, test } from "./harness.mjs";
import { png } from "./png.mjs";
import { wav } from "./recordings.mjs";
import { Tilth } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
const room = join(tilth.home, "pictures");
mkdirSync(room);
for (let i = 0; i < 8; i++) writeFileSync(join(room, `p${i}.png`), png(80, 60, (x, y) => [x * 3, y * 3, i * 30]));
tilth.run("ingest", room, "--source", "pictures", "--format", "images");
writeFileSync(join(tilth.home, "away.toml"), 'name = "away"\nsource = "pictures"\nkind = "boxes"\n[[class]]\nname = "cat"\n');
tilth.run("label", "project", "create", join(tilth.home, "away.toml"));
tilth.run("label", "queue", "away", "--add", "8");
const answers = () => tilth.run("--json", "label", "answers", "away").trim().split("\n").filter(Boolean).length;

const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
page.setDefaultTimeout(15_000);
const board = page.getByRole("application");
const kept = (name) => page.evaluate(async (cache) => ((await caches.has(cache)) ? (await (await caches.open(cache)).keys()).map(({ url }) => new URL(url).pathname) : []), name);

await test("the work in hand is kept: the page's own files, and the pictures of the tasks at hand, no others", async () => {
  await page.goto(`${tilth.url}/label/away`);
  await board.waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await becomes(async () => (await kept("tilth-work")).length, 4);
  await becomes(async () => (await kept("tilth-page")).includes("/"), true);
  assert.ok((await kept("tilth-page")).every((path) => path === "/" || path.startsWith("/assets/") || path === "/icon.svg"), String(await kept("tilth-page")));
  const first = new URL(await page.locator("article img").getAttribute("src"), tilth.url).pathname;
  for (const key of ["Enter", "Shift+ArrowRight", "Shift+ArrowDown", "Enter", "Control+Enter"]) await page.keyboard.press(key);
  await page.getByText("All saved").waitFor();
  await becomes(async () => (await kept("tilth-work")).includes(first), false);
  await becomes(async () => [3, 4].includes((await kept("tilth-work")).length), true);
});

await test("a reload without the service opens the task with its picture and draft; the answer goes when it is back", async () => {
  const before = answers();
  for (const key of ["Enter", "Shift+ArrowLeft", "Shift+ArrowUp", "Enter"]) await page.keyboard.press(key);
  const shown = await page.locator("article img").getAttribute("src");
  await page.getByRole("heading", { name: "1 mark" }).waitFor();
  await tilth.pause();
  await page.reload();
  await board.waitFor();
  await becomes(() => page.locator("article img").getAttribute("src"), shown);
  await page.locator("article img").evaluate((img) => img.decode());
  await page.getByRole("heading", { name: "1 mark" }).waitFor();
  await board.focus();
  await page.keyboard.press("Control+Enter");
  await page.getByText("1 answer kept here").waitFor();
  await tilth.resume();
  await page.getByText("All saved").waitFor({ timeout: 60_000 });
  await becomes(answers, before + 1);
  assert.deepEqual(page.complaints, []);
}, 120);

await test("a recording in hand plays without the service, from any place in it", async () => {
  const sounds = join(tilth.home, "sounds");
  mkdirSync(sounds);
  for (let i = 0; i < 2; i++) writeFileSync(join(sounds, `s${i}.wav`), wav(12, [[1, 3]]));
  writeFileSync(join(tilth.home, "long.wav"), wav(3700, [[1, 3]])); // 59 MB: there is no room for it
  const play = page.getByRole("button", { name: "Play", exact: true });
  for (const [name, from] of [["long", "long.wav"], ["heard", "sounds"]]) {
    tilth.run("ingest", join(tilth.home, from), "--source", name);
    writeFileSync(join(tilth.home, `${name}.toml`), `name = "${name}"\nsource = "${name}"\nkind = "segments"\n[[class]]\nname = "speech"\n`);
    tilth.run("label", "project", "create", join(tilth.home, `${name}.toml`));
    tilth.run("label", "queue", name, "--add", "2");
    await page.goto(`${tilth.url}/label/${name}`);
    await play.waitFor();
  }
  const heard = async () => (await kept("tilth-work")).filter((place) => place.endsWith("/media"));
  await becomes(async () => (await heard()).length, 2);
  const shown = await page.locator("article audio").getAttribute("src");
  assert.match(shown, /version=1$/);
  await tilth.pause();
  await page.reload();
  await play.waitFor();
  const part = async (range) =>
    page.evaluate(
      async ([url, range]) => {
        const answer = await fetch(url, { headers: { Range: range } });
        return [answer.status, answer.headers.get("Content-Range"), (await answer.arrayBuffer()).byteLength];
      },
      [new URL((await page.locator("article audio").getAttribute("src")) ?? "", tilth.url).href, range],
    );
  const size = 44 + 12 * 16000;
  assert.deepEqual(await part("bytes=100-199"), [206, `bytes 100-199/${size}`, 100]);
  assert.deepEqual(await part("bytes=-10"), [206, `bytes ${size - 10}-${size - 1}/${size}`, 10]);
  assert.deepEqual(await part(`bytes=${size}-`), [416, `bytes */${size}`, 0]);
  await page.getByRole("slider", { name: "Position" }).waitFor();
  await page.keyboard.press("End");
  await becomes(() => page.locator("article audio").evaluate((one) => [one.duration, one.currentTime, one.seeking].join()), "12,12,false");
  await tilth.resume();
  await page.getByText("All saved").waitFor({ timeout: 60_000 });
}, 180);

await test("signing out leaves nothing of it", async () => {
  await page.goto(`${tilth.url}/`);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to tilth" }).waitFor();
  await becomes(async () => (await kept("tilth-work")).length + (await kept("tilth-page")).length, 0);
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("tilth.hand.") || key === "tilth.account")), []);
});

await finish(tilth);
