// Marks in pictures: by keys alone, by mouse and by touch; what the service stored is what was meant, however the picture was looked at.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { becomes, browser, closed, finish, settled, test } from "./harness.mjs";
import { heldAs, png } from "./png.mjs";
import { Tilth, violations } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
const file = (name, data) => {
  writeFileSync(join(tilth.home, name), data);
  return join(tilth.home, name);
};
// A source of pictures, each a [name, bytes].
function source(name, pictures, ...more) {
  const room = join(tilth.home, name);
  for (const [called, bytes] of pictures) {
    mkdirSync(dirname(join(room, called)), { recursive: true });
    writeFileSync(join(room, called), bytes);
  }
  tilth.run("ingest", room, "--source", name, "--format", "images", ...more);
}
const slope = (i) => (x, y) => [x / 2, y / 2 + i * 9, (x ^ y) & 31 ? 120 : 250];
source("shots", Array.from({ length: 12 }, (_, i) => [`shot${String(i).padStart(2, "0")}.png`, png(400, 300, slope(i))]));
source("dots", [["dot.png", png(1, 1, () => [200, 30, 30])]]);
source("strips", [["strip.png", png(6000, 3, slope(0))]]);

const classes = (...names) => names.map((name) => `[[class]]\nname = "${name}"\n`).join("");
const body = '[[class]]\nname = "person"\nkeypoints = ["head", "left hand", "right hand"]\n';
function project(name, of, kind, settings, tasks = 12) {
  tilth.run("label", "project", "create", file(`${name}.toml`, `name = "${name}"\nsource = "${of}"\nkind = "${kind}"\n${settings}`));
  if (tasks) tilth.run("label", "queue", name, "--add", String(tasks));
}
project("boxes", "shots", "boxes", classes("cat", "dog"));
project("outlines", "shots", "polygons", classes("cat", "dog"));
project("bodies", "shots", "keypoints", body);
project("views", "shots", "boxes", classes("cat"));
project("fine", "shots", "boxes", classes("cat"));
project("touched", "shots", "boxes", classes("cat"));
project("dot", "dots", "boxes", classes("cat"));
project("strip", "strips", "boxes", classes("cat"));
project("race", "shots", "boxes", classes("cat"));
project("kinds", "shots", "classification", classes("cat", "dog"));
project("parts", "shots", "form", `suggestions = "before"\n[[question]]\nname = "good"\n[[question.class]]\nname = "yes"\n[[question.class]]\nname = "no"\n[[question]]\nname = "where"\nkind = "boxes"\n[[question.class]]\nname = "cat"\n`);
project("checked", "shots", "boxes", `hidden_gold = 0.5\ngold_feedback = true\n${classes("cat", "dog")}`);
project("disputed", "shots", "boxes", `overlap = 2\n${classes("cat", "dog")}`, 1);
// Pictures whose folder is their text.
source("told", Array.from({ length: 2 }, (_, i) => [`Ada sits on a mat/cat${i}.png`, png(200, 150, slope(i))]), "--map", file("told.rules", 'body = "folder"\n'));
project("both", "told", "form", '[[question]]\nname = "who"\nkind = "spans"\n[[question.class]]\nname = "person"\n[[question]]\nname = "where"\nkind = "boxes"\n[[question.class]]\nname = "cat"\n[[question]]\nname = "good"\n[[question.class]]\nname = "yes"\n[[question.class]]\nname = "no"\n', 2);
project("hinted", "shots", "boxes", `suggestions = "before"\n${classes("cat", "dog")}`);

const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
page.setDefaultTimeout(8_000);
await page.setViewportSize({ width: 1440, height: 900 });

const board = (of = page) => of.getByRole("application");
async function open(name, of = page) {
  await of.goto(`${tilth.url}/label/${name}`);
  await board(of).waitFor();
  await of.locator("article img").evaluate((img) => img.decode());
}
const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
const times = async (n, key) => {
  for (let i = 0; i < n; i++) await page.keyboard.press(key);
};
const given = (name) =>
  tilth.run("--json", "label", "answers", name).trim().split("\n").filter(Boolean).map((line) => JSON.parse(line)).filter((one) => !one.withdrawn_at)
    .sort((a, b) => (a.submitted_at < b.submitted_at ? -1 : 1)).map((one) => one.value);
const plain = (value) => JSON.stringify(value, (_, each) => (each && typeof each === "object" && !Array.isArray(each) ? Object.fromEntries(Object.entries(each).sort()) : each));
// The last answer is these marks; the service keeps them in its own order.
const inOrder = (marks) => [...(marks ?? [])].map(plain).sort().join();
async function storedBy(of, name, ...marks) {
  await of.getByText("All saved").waitFor();
  await becomes(() => inOrder(given(name).at(-1)), inOrder(marks));
}
const stored = (name, ...marks) => storedBy(page, name, ...marks);
const send = () => press("Control+Enter");
// A point of the picture on the screen, as the page shows it: by the picture's own transform.
async function at([x, y], of = page) {
  return of.locator("article img").evaluate((img, [px, py]) => {
    const box = img.parentElement.getBoundingClientRect();
    const point = new DOMPoint(px, py).matrixTransform(new DOMMatrix(getComputedStyle(img).transform));
    return [box.left + img.parentElement.clientLeft + point.x, box.top + img.parentElement.clientTop + point.y];
  }, [x, y]);
}
async function drag(from, to, of = page) {
  const [a, b] = [await at(from, of), await at(to, of)];
  await of.mouse.move(...a);
  await of.mouse.down();
  await of.mouse.move((a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
  await of.mouse.move(...b);
  await of.mouse.up();
}
const click = async (point) => page.mouse.click(...(await at(point)));
const box = (x, y, width, height, label, more = {}) => ({ x, y, width, height, label, ...more });
const listed = (name) => page.getByRole("list", { name: "Marks" }).getByRole("button", { name: new RegExp(`^${name}`) }).first();
const shape = () => page.locator("article img").evaluate((img) => getComputedStyle(img).transform);
async function wheel(by) {
  const before = await shape();
  await page.mouse.wheel(0, by);
  await becomes(async () => (await shape()) !== before, true);
}

await test("boxes by keys alone: drawn, walked through, moved, resized, turned, of another class, deleted, undone", async () => {
  await open("boxes");
  await press("Enter"); // from the middle, 200, 150
  await times(3, "Shift+ArrowRight");
  await times(2, "Shift+ArrowDown");
  await press("ArrowRight", "Enter");
  await listed("1: cat, 200, 150 · 31 × 20").waitFor();
  await press("ArrowLeft", "Shift+ArrowUp", "Control+ArrowRight", "Control+Shift+ArrowDown", "Alt+ArrowLeft", "2");
  await listed("1: dog, 198, 140 · 33 × 30").waitFor();
  await press("Escape", "1", "Shift+ArrowLeft", "Enter", "Shift+ArrowLeft", "Shift+ArrowUp", "Enter"); // the crosshair went on from 231, 170
  await listed("2: cat, 211, 160 · 10 × 10").waitFor();
  await press("Escape", "Tab", "Tab", "Delete");
  await becomes(() => listed("2:").count(), 0);
  await press("Control+z");
  await listed("2: cat").waitFor();
  await press("Control+Shift+z");
  await becomes(() => listed("2: cat").count(), 0);
  await press("Control+z", "Tab", "Tab", "]", "]", "Shift+}");
  await listed("2: cat, 211, 160 · 10 × 10 · 17°").waitFor();
  await send();
  await stored("boxes", box(198, 140, 33, 30, "dog"), box(211, 160, 10, 10, "cat", { rotation: 17 }));
});

await test("outlines by keys alone: a corner is added, moved, taken away; one that crosses itself is not sent", async () => {
  await open("outlines");
  await press("Enter");
  await times(4, "Shift+ArrowRight");
  await press("Enter");
  await times(4, "Shift+ArrowDown");
  await press("Enter", "Backspace", "Enter", "Enter"); // a corner taken back and set again; on the same place: closed
  await listed("1: cat, 200, 150 · 40 × 40 · 3 points").waitFor();
  await press("Enter", "Enter"); // to its corners; one more after the first
  await listed("1: cat, 200, 150 · 40 × 40 · 4 points").waitFor();
  await times(2, "Shift+ArrowDown"); // it lies on an edge now
  await times(6, "Shift+ArrowDown"); // and across
  await page.getByText("An outline crosses itself").waitFor();
  assert.equal(await page.getByRole("button", { name: "Send" }).isDisabled(), true);
  await times(9, "Shift+ArrowUp"); // above
  await press("Tab", "ArrowRight", "Escape", "Escape");
  await send();
  await stored("outlines", { label: "cat", points: [[200, 150], [220, 140], [241, 150], [240, 190]] });
});

await test("named points by keys alone, in order: seen, hidden, not there; how one is seen is changed", async () => {
  await open("bodies");
  await press("Enter");
  await page.getByText("Next: left hand").first().waitFor();
  await press("Shift+ArrowRight", "Space", "Shift+ArrowDown", "Delete");
  await listed("1: person, 200, 150 · 10 × 0 · 3 points").waitFor();
  await press("Enter", "Tab", "Space", "Space", "Space", "Tab", "Space", "Escape", "ArrowUp"); // hidden, not there, seen, hidden again; the third is seen
  await send();
  await stored("bodies", { label: "person", points: [[200, 149, 2], [210, 149, 1], [210, 159, 2]] });
});

await test("boxes by mouse: dragged in any direction, moved, pulled by a corner, turned by the knob, one in another selected", async () => {
  await open("boxes");
  await drag([300, 250], [100, 50]);
  await listed("1: cat, 100, 50 · 200 × 200").waitFor();
  await drag([200, 150], [210, 160]); // inside the selected one: moves it
  await drag([110, 60], [90, 40]); // its corner
  await listed("1: cat, 90, 40 · 220 × 220").waitFor();
  await press("Escape");
  await drag([150, 100], [180, 120]); // in an unselected one: a new one
  await listed("2: cat, 150, 100 · 30 × 20").waitFor();
  await click([250, 200]);
  await becomes(() => listed("1:").getAttribute("aria-pressed"), "true");
  await press("2", "Escape");
  await drag([350, 290], [999, 999]); // leaves the picture
  await listed("3: dog, 350, 290 · 50 × 10").waitFor();
  await send();
  await stored("boxes", box(90, 40, 220, 220, "dog"), box(150, 100, 30, 20, "cat"), box(350, 290, 50, 10, "dog"));
  await drag([100, 100], [200, 140]);
  const [x, y] = await at([150, 100]);
  await page.mouse.move(x, y - 28); // the knob
  await page.mouse.down();
  await page.mouse.move(...(await at([250, 110])));
  await page.mouse.move(...(await at([250, 120])));
  await page.mouse.up();
  await listed("1: cat, 100, 100 · 100 × 40 · 90°").waitFor();
  await send();
  await stored("boxes", box(100, 100, 100, 40, "cat", { rotation: 90 }));
});

await test("outlines and points by mouse: the first corner closes, an edge gives a corner, a corner is dragged", async () => {
  await open("outlines");
  for (const point of [[50, 50], [150, 50], [150, 150], [50, 150], [50, 50]]) await click(point);
  await listed("1: cat, 50, 50 · 100 × 100 · 4 points").waitFor();
  await drag([100, 50], [100, 20]);
  await drag([150, 150], [160, 170]);
  await send();
  await stored("outlines", { label: "cat", points: [[50, 50], [100, 20], [150, 50], [160, 170], [50, 150]] });
  await open("bodies");
  await click([30, 40]);
  await page.getByRole("button", { name: "Not there" }).click();
  await click([90, 100]);
  await page.getByRole("button", { name: "right hand is seen; change it" }).click();
  await drag([30, 40], [35, 45]);
  await send();
  await stored("bodies", { label: "person", points: [[35, 45, 2], [0, 0, 0], [90, 100, 1]] });
});

await test("drawn zoomed, panned and turned, the answer is the same; looking changes none", async () => {
  const wanted = box(185, 140, 30, 20, "cat");
  for (const look of [["+", "+", "+"], [".", "-"], ["+", "+", ".", "."], [","]]) {
    await open("views");
    await press(...look);
    const light = page.getByRole("button", { name: "Light" });
    await light.click();
    await page.getByLabel("Brightness").fill("1.8");
    await page.getByLabel("Contrast").fill("0.6");
    await becomes(() => page.locator("article img").evaluate((img) => getComputedStyle(img).filter), "brightness(1.8) contrast(0.6)");
    await page.mouse.move(...(await at([200, 150])));
    await wheel(-120);
    await page.mouse.down({ button: "middle" });
    await page.mouse.move(...(await at([215, 150])));
    await page.mouse.up({ button: "middle" });
    await board().focus();
    await becomes(() => page.getByText("Nothing is marked yet").count(), 1);
    await drag([185, 140], [215, 160]);
    await listed("1: cat, 185, 140 · 30 × 20").waitFor();
    await send();
    await stored("views", wanted);
  }
}, 120);

// The same person at another screen.
async function screen(options) {
  const context = await browser.context.browser().newContext({ ...options, storageState: await browser.context.storageState() });
  const other = await context.newPage();
  other.setDefaultTimeout(8_000);
  return other;
}

await test("a screen of more pixels draws the same", async () => {
  const fine = await screen({ viewport: { width: 1440, height: 900 }, deviceScaleFactor: 2.5 });
  await open("fine", fine);
  await becomes(() => fine.locator("canvas").first().evaluate(({ width, clientWidth }) => width > 0 && Math.abs(width - clientWidth * 2.5) <= 2), true);
  await drag([40, 30], [90, 70], fine);
  await fine.keyboard.press("Control+Enter");
  await storedBy(fine, "fine", box(40, 30, 50, 40, "cat"));
  await fine.context().close();
});

await test("by touch: a finger draws, two zoom and draw nothing, large handles resize", async () => {
  const phone = await screen({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
  await open("touched", phone);
  const session = await phone.context().newCDPSession(phone);
  const touch = (type, ...points) => session.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  const swipe = async (from, to) => {
    const [a, b] = [await at(from, phone), await at(to, phone)];
    await touch("touchStart", a);
    await touch("touchMove", [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
    await touch("touchMove", b);
    await touch("touchEnd");
  };
  const rows = phone.getByRole("list", { name: "Marks" }).locator(".row");
  const zoomOf = () => phone.locator("article img").evaluate((img) => Math.abs(new DOMMatrix(getComputedStyle(img).transform).a));
  const numbers = async () => (await rows.first().getAttribute("aria-label")).match(/[\d.]+/g).slice(1).map(Number);
  await swipe([100, 100], [200, 180]);
  const first = await numbers();
  [100, 100, 100, 80].forEach((each, i) => assert.ok(Math.abs(first[i] - each) <= 1, String(first)));
  const before = await zoomOf();
  const [mx, my] = await at([200, 150], phone);
  for (const [type, apart] of [["touchStart", 30], ["touchMove", 60], ["touchMove", 90]]) await touch(type, [mx - apart, my], [mx + apart, my]);
  await touch("touchEnd");
  await becomes(async () => (await zoomOf()) > before * 2, true);
  await becomes(() => rows.count(), 1);
  const [cx, cy] = [first[0] + first[2], first[1] + first[3]];
  await swipe([cx + 4, cy + 4], [cx + 24, cy + 14]); // a finger beside the corner
  await becomes(async () => (await numbers())[2] > first[2] + 15, true);
  await phone.getByRole("button", { name: "Fit" }).tap();
  if (process.env.SHOTS) await phone.screenshot({ path: `${process.env.SHOTS}/pictures-touch.png` });
  const meant = await numbers();
  await phone.getByRole("button", { name: "Send" }).tap();
  await storedBy(phone, "touched", box(...meant, "cat"));
  await phone.context().close();
});

await test("a picture of one pixel and one of a strip are marked to the edge", async () => {
  await open("dot");
  await drag([-0.4, -0.4], [1.4, 1.4]);
  await send();
  await stored("dot", box(0, 0, 1, 1, "cat"));
  await open("strip");
  await press(".", "."); // the far end is at the left
  await page.mouse.move(...(await at([5998, 1])));
  while ((await page.getByText("6400 %").count()) === 0) await wheel(-240);
  await drag([5992, 0], [6000, 3]);
  await send();
  await stored("strip", box(5992, 0, 8, 3, "cat"));
});

await test("what a camera noted of how it was held turns no coordinate", async () => {
  const jpeg = Buffer.from(await page.evaluate(async () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [80, 40];
    const context = canvas.getContext("2d");
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, 80, 40);
    context.fillStyle = "#ff0000";
    context.fillRect(60, 0, 20, 10); // right upper corner
    const bytes = new Uint8Array(await (await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95))).arrayBuffer());
    return [...bytes];
  }));
  source("held", [["held.jpg", heldAs(jpeg, 6)], ["upside.jpg", heldAs(jpeg, 3)]]);
  project("held", "held", "boxes", classes("cat"));
  for (let i = 0; i < 2; i++) {
    await open("held");
    const [x, y] = (await at([70, 5])).map(Math.round);
    const shot = await page.screenshot({ clip: { x, y, width: 4, height: 4 } });
    const red = await page.evaluate(async (bytes) => {
      const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
      const canvas = new OffscreenCanvas(4, 4);
      const context = canvas.getContext("2d");
      context.drawImage(picture, 0, 0);
      return [...context.getImageData(1, 1, 1, 1).data];
    }, [...shot]);
    assert.ok(red[0] > 180 && red[1] < 90, `${red}`);
    await drag([60, 0], [80, 10]);
    await send();
    await stored("held", box(60, 0, 20, 10, "cat"));
  }
  await page.getByRole("button", { name: "My answers" }).click();
  const shape = await page.getByRole("dialog").locator(".marked svg").first().getAttribute("viewBox");
  assert.equal(shape, "0 0 80 40");
  await closed(page);
}, 60);

await test("what is begun is there after a reload, and in the next undone", async () => {
  await open("boxes");
  await drag([10, 10], [60, 60]);
  await listed("1: cat, 10, 10 · 50 × 50").waitFor();
  await page.reload();
  await board().waitFor();
  await listed("1: cat, 10, 10 · 50 × 50").waitFor();
  await send();
  await stored("boxes", box(10, 10, 50, 50, "cat"));
  await page.getByRole("button", { name: "Undo", exact: false }).last().click();
  await board().waitFor();
  await drag([100, 100], [130, 130]);
  await send();
  await page.getByText("All saved").waitFor();
});

await test("own answers are shown with their marks and corrected", async () => {
  await open("boxes");
  await drag([20, 20], [70, 70]);
  await send();
  await stored("boxes", box(20, 20, 50, 50, "cat"));
  await page.getByRole("button", { name: "My answers" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.locator(".marked polygon").first().waitFor();
  await dialog.getByRole("button", { name: "Answer again" }).first().click();
  await dialog.getByRole("application").waitFor();
  await dialog.getByRole("application").focus();
  await press("Tab", "Shift+ArrowRight", "2");
  await dialog.getByRole("button", { name: "1: dog, 30, 20 · 50 × 50" }).first().waitFor();
  await press("Escape"); // what is selected, not the dialog
  await dialog.getByRole("button", { name: "Correct it" }).click();
  await becomes(() => given("boxes").some((marks) => inOrder(marks) === inOrder([box(30, 20, 50, 50, "dog")])), true);
  await closed(page);
});

await test("what is suggested is dashed, taken over one by one or all, or set aside", async () => {
  const suggested = [box(10, 10, 20, 20, "cat"), box(50, 50, 20, 20, "dog"), box(90, 90, 20, 20, "cat")];
  const keys = tilth.run("--json", "records", "list", "--source", "shots").trim().split("\n").filter(Boolean).map((line) => JSON.parse(line).key);
  const lines = keys.map((key) => JSON.stringify({ key, answer: suggested, score: 0.75 }));
  tilth.run("label", "suggest", "import", "hinted", file("hints.jsonl", lines.join("\n")), "--annotator", "seer", "--version", "1");
  await open("hinted");
  await page.getByText("by seer · score 0.75").waitFor();
  await press("Tab", "Enter"); // the first
  await listed("1: cat, 10, 10 · 20 × 20").waitFor();
  await page.getByRole("button", { name: "Set aside 3: dog" }).click();
  await page.getByRole("button", { name: "Take all 1 suggested" }).click();
  await send();
  await stored("hinted", suggested[0], suggested[2]);
  await page.getByRole("button", { name: "Take all 3 suggested" }).click();
  await send();
  await stored("hinted", ...suggested);
});

await test("marks are a part of a form: suggested, none of them, looked at and corrected later", async () => {
  const where = [box(10, 10, 20, 20, "cat")];
  const keys = tilth.run("--json", "records", "list", "--source", "shots").trim().split("\n").filter(Boolean).map((line) => JSON.parse(line).key);
  tilth.run("label", "suggest", "import", "parts", file("parts.jsonl", keys.map((key) => JSON.stringify({ key, answer: { good: "yes", where }, score: 0.5 })).join("\n")), "--annotator", "seer");
  const last = (wanted) => becomes(() => plain(given("parts").at(-1)), plain(wanted));
  await open("parts");
  await press("2");
  await page.getByText("‘where’ is not answered yet").first().waitFor();
  await page.getByRole("button", { name: "Nothing to mark" }).click();
  await send();
  await last({ good: "no", where: [] });
  await press("1");
  await page.getByRole("button", { name: "Take all 1 suggested" }).click();
  await send();
  await last({ good: "yes", where });
  await page.getByRole("button", { name: "My answers" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.locator(".marked polygon").first().waitFor();
  await dialog.getByRole("button", { name: "Answer again" }).first().click();
  await dialog.getByRole("application").focus();
  await press("Tab", "Shift+ArrowRight");
  await dialog.getByRole("button", { name: "1: cat, 20, 10 · 20 × 20" }).first().waitFor();
  await dialog.getByRole("button", { name: "Correct it" }).click();
  await becomes(() => given("parts").some((each) => plain(each) === plain({ good: "yes", where: [box(20, 10, 20, 20, "cat")] })), true);
  await closed(page);
});

await test("a wrong answer to a picture whose marks are known shows both, a right one says so", async () => {
  const keys = tilth.run("--json", "records", "list", "--source", "shots").trim().split("\n").filter(Boolean).map((line) => JSON.parse(line).key);
  const truth = box(40, 40, 60, 50, "cat");
  tilth.run("label", "project", "import", file("truth.jsonl", keys.map((key) => JSON.stringify({ key, answer: [truth] })).join("\n")), "--project", "checked");
  tilth.run("label", "gold", "add", "checked", "--n", "12", "--explanation", "The whole cat, with its tail.");
  await open("checked");
  const told = page.getByRole("status").filter({ hasText: /right/ });
  // Gold comes unseen among the others: whatever is answered meanwhile is answered.
  async function until(words, answer) {
    for (let i = 0; i < 12; i++) {
      if (await page.getByRole("heading", { name: "Nothing left for you here" }).count()) break;
      await answer();
      await send();
      await page.getByText("All saved").waitFor();
      if (await told.filter({ hasText: words }).count()) return;
    }
    await told.filter({ hasText: words }).waitFor();
  }
  await until("The right answer was: 1 × cat", () => drag([200, 150], [230, 180]));
  await page.getByText("The whole cat, with its tail.").waitFor();
  const marked = page.locator(".told .marked");
  await becomes(() => marked.locator("polygon.halo").count(), 2, "the truth, and dashed what was answered");
  assert.deepEqual(await violations(page), []);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/pictures-gold.png`, fullPage: true });
  await until("That was right", () => drag([40, 40], [100, 90]));
  await becomes(() => marked.count(), 0);
}, 120);

await test("a dispute about marks shows what each drew, and one answer is accepted", async () => {
  const said = { third: [box(10, 10, 60, 60, "cat")], fourth: [box(200, 100, 50, 40, "dog")] };
  let key = "";
  for (const [user, value] of Object.entries(said)) {
    tilth.run("user", "add", user, "--role", "labeler");
    const [task] = JSON.parse(tilth.run("--json", "label", "claim", "disputed", "--user", user, "--n", "1")).tasks;
    key = task.item.key;
    tilth.run("label", "submit", String(task.id), "--lease", task.lease, "--user", user, "--value", file("value.json", JSON.stringify(value)));
  }
  await page.goto(`${tilth.url}/projects/disputed?tab=review`);
  const task = page.getByRole("article", { name: `Task ${key}` });
  for (const user of Object.keys(said)) await task.getByRole("img", { name: new RegExp(`What ${user} marked`) }).waitFor();
  await becomes(() => task.locator(".marked polygon.halo").count(), 2);
  assert.deepEqual(await violations(page), []);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/pictures-dispute.png`, fullPage: true });
  await task.getByRole("button", { name: "Accept the answer of third" }).click();
  await task.getByText("decided by").waitFor();
  tilth.run("label", "project", "export", "disputed", "--format", "jsonl", "--out", tilth.home);
  assert.equal(plain(JSON.parse(readFileSync(join(tilth.home, "labels.jsonl"), "utf8")).answer), plain(said.third));
}, 90);

await test("a form asks for marks in a text and in its picture, and each gets its own", async () => {
  await open("both");
  const text = page.getByRole("textbox", { name: /text to mark/i });
  await text.focus();
  await press("Control+Home", "1");
  await page.getByRole("region", { name: "Marks" }).getByText("person · 0–3").waitFor();
  await drag([20, 20], [80, 70]);
  await listed("1: cat, 20, 20 · 60 × 50").waitFor();
  await page.getByText("‘good’ is not answered yet").first().waitFor();
  await page.getByRole("button", { name: /^yes/ }).click();
  assert.deepEqual(await violations(page), []);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/pictures-both.png`, fullPage: true });
  await send();
  await page.getByText("All saved").waitFor();
  await becomes(() => plain(given("both").at(-1)), plain({ who: [{ start: 0, end: 3, label: "person" }], where: [box(20, 20, 60, 50, "cat")], good: "yes" }));
  await page.getByRole("button", { name: "My answers" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.locator(".marked polygon").first().waitFor();
  await dialog.getByRole("button", { name: "See it in the text" }).click();
  await dialog.locator(".box").first().waitFor();
  await closed(page);
}, 90);

await test("two people at one project get different pictures, and both answers stand", async () => {
  const link = /https?:\S+/.exec(tilth.run("user", "add", "second", "--role", "labeler"))?.[0] ?? "";
  const other = await (await browser.context.browser().newContext()).newPage();
  await other.goto(`${tilth.url}/sign-in${new URL(link).hash}`);
  await other.getByRole("heading", { name: "Overview", exact: true }).waitFor();
  await Promise.all([open("race"), open("race", other)]);
  const [mine, theirs] = await Promise.all([page, other].map((each) => each.locator("article img").getAttribute("src")));
  assert.notEqual(mine, theirs);
  await other.getByRole("application").focus();
  for (const key of ["Enter", "Shift+ArrowRight", "Shift+ArrowDown", "Enter", "Control+Enter"]) await other.keyboard.press(key);
  await drag([5, 5], [25, 25]);
  await send();
  await page.getByText("All saved").waitFor();
  await other.getByText("All saved").waitFor();
  await becomes(() => given("race").map((marks) => inOrder(marks)).sort().join("|"), [inOrder([box(5, 5, 20, 20, "cat")]), inOrder([box(200, 150, 10, 10, "cat")])].sort().join("|"));
  await other.context().close();
});

await test("any kind's picture is zoomed, panned, turned and fitted by keys, and answered as before", async () => {
  await page.goto(`${tilth.url}/label/kinds`);
  const image = page.locator("article img");
  await image.waitFor();
  const matrix = () => image.evaluate((img) => getComputedStyle(img).transform);
  const fit = await matrix();
  await press("+", "+", "+");
  await becomes(async () => (await matrix()) !== fit, true);
  await settled(page);
  const near = await matrix();
  await press("ArrowRight");
  await becomes(async () => (await matrix()) !== near, true);
  await press(".", "0", ",");
  await becomes(matrix, fit);
  await press("2");
  await page.getByText("All saved").waitFor();
  await becomes(() => page.getByText("1 of 12 for you").count(), 1);
});

await test("no page has a violation, complains, or is wider than a phone", async () => {
  for (const name of ["boxes", "outlines", "bodies", "kinds", "hinted"])
    for (const [colorScheme, width] of [["light", 1440], ["dark", 390]]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`${tilth.url}/label/${name}`);
      await page.locator("article img").waitFor();
      if (name === "boxes" && width === 1440) await drag([30, 30], [90, 90]);
      if (name === "bodies" && width === 1440) for (const point of [[30, 30], [90, 90], [60, 200]]) await click(point);
      assert.deepEqual(await violations(page), [], `${name} ${colorScheme}`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${name} ${colorScheme}`);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/pictures-${name}-${colorScheme}.png` });
    }
  assert.deepEqual(page.complaints, []);
}, 180);

await finish(tilth);
