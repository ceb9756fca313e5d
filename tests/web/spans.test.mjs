// Marks of texts and relations between them: by keyboard alone, by mouse, by touch; what the service stored is what was meant.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { becomes, browser, finish, reads, settled, test } from "./harness.mjs";
import { Tilth, violations } from "./stage.mjs";

const [, program, dist] = process.argv.slice(2);
const tilth = await new Tilth(program, dist).start();
const file = (name, text) => {
  writeFileSync(join(tilth.home, name), text);
  return join(tilth.home, name);
};
const english = "Ada Lovelace works for Babbage Ltd.\nIt stands in London. She wrote well.";
const hard = "a 👩‍🚒 met Zoe\u0301 🇩🇪 ok.\nדנה גרה בחיפה היום.\n日本 end";
const classes = '[[class]]\nname = "person"\nhotkey = "p"\ncolour = "#aa3377"\n[[class]]\nname = "company"\nhotkey = "c"\n[[class]]\nname = "place"\nhotkey = "l"\n';
const relation = '[[relation]]\nname = "works for"\nfrom = "person"\nto = "company"\n[[relation]]\nname = "lives in"\nfrom = "person"\nto = "place"\n';
function source(name, text, n) {
  const records = Array.from({ length: n }, (_, i) => JSON.stringify({ id: `${name}${i}`, text }));
  tilth.run("ingest", file(`${name}.jsonl`, records.join("\n")), "--source", name, "--map", file("rules.toml", "key = \"id\"\nbody = \"text\"\n"));
}
function project(name, of, settings, tasks) {
  tilth.run("label", "project", "create", file(`${name}.toml`, `name = "${name}"\nsource = "${of}"\n${settings}`));
  tilth.run("label", "queue", name, "--add", String(tasks));
}
source("plain", english, 8);
source("hard", hard, 4);
project("names", "plain", `kind = "spans"\n${classes}`, 8);
project("nested", "plain", `kind = "spans"\noverlapping_spans = true\n${classes}`, 4);
project("wild", "hard", `kind = "spans"\n${classes}`, 3);
project("facts", "plain", `kind = "relations"\n${classes}${relation}`, 4);
project("offered", "plain", `kind = "spans"\nsuggestions = "before"\n${classes}`, 4);
project("judged", "plain", `kind = "spans"\noverlap = 2\n${classes}`, 2);
project("both", "plain", `kind = "form"\n[[question]]\nname = "good"\n[[question.class]]\nname = "yes"\n[[question.class]]\nname = "no"\n[[question]]\nname = "who"\nkind = "spans"\n[[question.class]]\nname = "person"\nhotkey = "p"\n`, 2);

const page = await browser.page(tilth.link);
await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
page.setDefaultTimeout(8_000);
const text = page.getByRole("textbox", { name: /text to mark/i });

async function open(name) {
  await page.goto(`${tilth.url}/label/${name}`);
  await text.waitFor();
}
const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
const times = (n, key) => Array.from({ length: n }, () => key);
const answers = (name) =>
  tilth.run("--json", "label", "answers", name).trim().split("\n").filter(Boolean).map((line) => JSON.parse(line)).filter((one) => !one.withdrawn_at)
    .sort((a, b) => (a.submitted_at < b.submitted_at ? -1 : 1)).map((one) => one.value);
const sorted = (value) => JSON.stringify(value, (_, each) => (each && typeof each === "object" && !Array.isArray(each) ? Object.fromEntries(Object.entries(each).sort()) : each));
const stored = async (name, wanted) => {
  await page.getByText("All saved").waitFor();
  await becomes(() => sorted(answers(name).at(-1)), sorted(wanted));
};
// The span of a word, counted as Python or PostgreSQL would.
const span = (of, word, label) => {
  const start = [...of.slice(0, of.indexOf(word))].length;
  return { end: start + [...word].length, label, start };
};
const marks = () => page.locator(".layer .box:not(.selected)");
// Where a place of the text stands on the screen.
const at = (unit) =>
  text.evaluate((element, place) => {
    const range = document.createRange();
    range.setStart(element.firstChild, place);
    range.setEnd(element.firstChild, place + 1);
    const box = range.getClientRects()[0];
    return { x: box.left + box.width / 2, y: box.top + box.height / 2, left: box.left + 1 };
  }, unit);

await test("a text is marked by keyboard alone: words, borders, classes, undone and done again", async () => {
  await open("names");
  await press("p"); // the word at the caret
  await press("Shift+Tab", "Control+Shift+ArrowRight"); // back to it, one word longer
  await page.getByText("Ada Lovelace", { exact: true }).waitFor();
  await press("ArrowRight", ...times(3, "Control+ArrowRight")); // behind Babbage
  await press("Control+Shift+ArrowLeft", "l"); // the wrong class, and too short
  await press("Shift+Tab", "c", ...times(4, "Shift+ArrowRight"));
  await press("Control+End", "Control+Shift+ArrowLeft", "p", "Shift+Tab", "Delete", "Control+z", "Control+z", "Control+y", "Control+z");
  await press("Enter");
  await stored("names", [span(english, "Ada Lovelace", "person"), span(english, "Babbage Ltd", "company")]);
});

await test("sentences and lines are steps too, and the start of a mark moves", async () => {
  await open("names");
  await press("Control+ArrowDown", "Control+ArrowDown", "Control+Shift+ArrowDown", "l"); // She wrote well.
  await press("Shift+Tab", ...times(4, "Alt+Shift+ArrowRight"));
  await press("Home", "Shift+End", "ArrowUp", "Home", "Shift+ArrowRight", "p"); // a part of a word: all of it
  await press("Enter");
  await stored("names", [span(english, "Ada", "person"), span(english, "wrote well.", "place")]);
});

await test("nothing to mark is an answer", async () => {
  await open("names");
  await press("Enter");
  await stored("names", []);
});

await test("Tab goes through the marks and out of the text, Escape and Tab at once", async () => {
  await open("names");
  await press("p", "Control+ArrowRight", "Control+ArrowRight", "c", "Control+Home", "Tab");
  const current = () => page.locator("[aria-current=true] .words").textContent();
  await becomes(current, "Ada");
  await press("Tab");
  await becomes(current, "works");
  await press("Tab");
  await becomes(() => text.evaluate((element) => element === document.activeElement), false);
  await text.focus();
  await press("Control+Home", "Escape", "Tab");
  await becomes(() => text.evaluate((element) => element === document.activeElement), false);
});

await test("the list beside the text is gone along by arrows, a class key and Delete act there", async () => {
  await page.getByRole("region", { name: "Marks", exact: true }).locator("button.row").first().focus();
  await press("ArrowDown", "l", "ArrowUp", "Delete");
  await page.getByText("1 mark", { exact: true }).waitFor();
  await becomes(async () => /works\s*place · 13–18/.test(await page.locator("button.row").textContent()), true);
  await press("Enter"); // into the text
  await becomes(() => text.evaluate((element) => element === document.activeElement), true);
  await press("Enter");
  await stored("names", [span(english, "works", "place")]);
});

await test("marks that would overlap are refused and told; where they may, they lie one below the other", async () => {
  await open("names");
  await press("Control+Shift+ArrowRight", "Control+Shift+ArrowRight", "p", "Control+Home", "c");
  await page.getByText("It would overlap a mark ‘person’").waitFor();
  await press("Control+z");
  await open("nested");
  await press("Control+Shift+ArrowRight", "Control+Shift+ArrowRight", "p", "Control+Home", "c", "l");
  await page.getByText("3 marks", { exact: true }).waitFor();
  const lines = () => marks().evaluateAll((boxes) => new Set(boxes.map((box) => Math.round(box.getBoundingClientRect().bottom))).size);
  await becomes(lines, 3);
  await press("Enter");
  await stored("nested", [span(english, "Ada", "company"), span(english, "Ada", "place"), span(english, "Ada Lovelace", "person")]);
});

await test("emoji, accents, flags and right to left are marked whole, in code points", async () => {
  await open("wild");
  await press("ArrowRight", "ArrowRight", "Shift+ArrowRight", "p"); // one step over the woman who puts out fires
  await press("Control+ArrowRight", "Control+ArrowRight", "Control+Shift+ArrowLeft", "Shift+ArrowRight", "Shift+ArrowRight", "l"); // a part of Zoé, with the accent
  await press("ArrowRight", "Shift+ArrowRight", "c"); // the flag
  await press("ArrowDown", "Home", "Shift+ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowLeft", "p"); // the paragraph is written to the left
  await press("Enter");
  await stored("wild", [span(hard, "👩‍🚒", "person"), span(hard, "Zoe\u0301", "place"), span(hard, "🇩🇪", "company"), span(hard, "דנה", "person")]);
});

await test("single characters are marked where whole words are turned off", async () => {
  await open("wild");
  await page.getByRole("checkbox", { name: "whole words" }).uncheck();
  await text.focus();
  await press("Control+Home", ...times(9, "ArrowRight"), "Shift+ArrowRight", "Shift+ArrowRight", "p"); // oé of Zoé
  await press("Enter");
  const start = [...hard.slice(0, hard.indexOf("oe\u0301"))].length;
  await stored("wild", [{ start, end: start + 3, label: "person" }]);
  await open("wild");
  await page.getByRole("checkbox", { name: "whole words" }).check();
});

await test("two marks are related by keyboard alone", async () => {
  await open("facts");
  await press("Control+Shift+ArrowRight", "Control+Shift+ArrowRight", "p", "Control+ArrowRight", "Control+ArrowRight", "Control+Shift+ArrowRight", "Control+Shift+ArrowRight", "c");
  await press("Control+ArrowDown", ...times(4, "Control+ArrowRight"), "l");
  await press("Control+Home", "Tab", "+", "Tab", "1");
  await page.getByText("1 relation", { exact: true }).waitFor();
  await press("Shift+Tab", "+", "2", "Tab", "Tab"); // the relation first, then the mark; a company is no place
  await page.getByText("2 relations", { exact: true }).waitFor();
  await press("Enter");
  const spans = [span(english, "Ada Lovelace", "person"), span(english, "Babbage Ltd", "company"), span(english, "London", "place")];
  await stored("facts", { spans, relations: [{ from: 0, label: "works for", to: 1 }, { from: 0, label: "lives in", to: 2 }] });
});

await test("a relation goes when a class no longer fits it, and comes back", async () => {
  await open("facts");
  await press("p", ...times(4, "Control+ArrowRight"), "c", "Control+Home", "Tab", "+", "Tab", "1");
  await page.getByText("1 relation", { exact: true }).waitFor();
  await press("l");
  await page.getByText("0 relations", { exact: true }).waitFor();
  await press("Control+z");
  await page.getByText("1 relation", { exact: true }).waitFor();
});

await test("a mouse selects and clicks a class, or clicks a class and selects; a double click takes a word", async () => {
  await open("names");
  const [a, b] = [await at(0), await at(11)];
  await page.mouse.move(a.left, a.y);
  await page.mouse.down();
  await page.mouse.move(b.x, b.y, { steps: 5 });
  await page.mouse.up();
  await page.getByRole("button", { name: "person", exact: true }).click();
  await page.getByText("1 mark", { exact: true }).waitFor();
  await page.mouse.click((await at(14)).x, (await at(14)).y);
  await page.getByRole("button", { name: "company", exact: true }).click(); // nothing is selected: it waits
  const word = await at(english.indexOf("Babbage") + 2);
  await page.mouse.dblclick(word.x, word.y);
  await page.getByText("2 marks", { exact: true }).waitFor();
  // Pressed again where it is selected, it is at hand as before; and it is grown by its handle.
  await page.mouse.click(word.x, word.y);
  await settled(page);
  assert.equal(await page.locator(".chip").textContent(), "company");
  await settled(page); // the handles are those of this mark
  const handle = await page.locator(".handle.end").boundingBox();
  const to = await at(english.indexOf("Ltd") + 1);
  await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y + 14, { steps: 6 });
  await page.mouse.up();
  await page.locator("button.row").getByText("Babbage Ltd", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Send" }).click();
  await stored("names", [span(english, "Ada Lovelace", "person"), span(english, "Babbage Ltd", "company")]);
});

await test("what was marked outlives a reload, and a service that is not there for a while", async () => {
  await open("names");
  await press("p");
  await page.reload();
  await page.getByText("1 mark", { exact: true }).waitFor();
  await press("Control+End", "Control+Shift+ArrowLeft");
  await tilth.pause();
  await press("l", "Enter");
  await page.getByText("Offline").waitFor();
  await tilth.resume();
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await stored("names", [span(english, "Ada", "person"), span(english, "well.", "place")]);
}, 60);

await test("marks are a part of a form", async () => {
  await open("both");
  await press("1");
  await text.focus();
  await press("Control+Shift+ArrowRight", "p", "Enter");
  await stored("both", { good: "yes", who: [span(english, "Ada", "person")] });
  await open("both");
  await press("2");
  await page.getByText("‘who’ is not answered yet").first().waitFor();
  await page.getByRole("button", { name: "Nothing to mark" }).click();
  await page.getByRole("button", { name: "Send" }).click();
  await stored("both", { good: "no", who: [] });
});

await test("a finger that rests selects a word, moving on selects more, and a handle moves a border", async () => {
  const cdp = await browser.context.newCDPSession(page);
  await page.setViewportSize({ width: 390, height: 800 });
  await cdp.send("Emulation.setTouchEmulationEnabled", { enabled: true, maxTouchPoints: 1 });
  const touch = (type, place) => cdp.send("Input.dispatchTouchEvent", { type, touchPoints: place ? [{ x: place.x, y: place.y }] : [] });
  const middle = async (locator) => {
    await settled(page);
    const { x, y, width, height } = await locator.boundingBox();
    return { x: x + width / 2, y: y + height / 2 };
  };
  const tap = async (place) => {
    await touch("touchStart", place);
    await touch("touchEnd");
  };
  await open("nested");
  const [from, to] = [await at(english.indexOf("works") + 1), await at(english.indexOf("for"))];
  await touch("touchStart", from);
  await page.locator(".box.selected").waitFor();
  await touch("touchMove", { x: (from.x + to.x) / 2, y: from.y });
  await touch("touchMove", to);
  await touch("touchEnd");
  const size = (await middle(page.getByRole("button", { name: "place", exact: true }))) && (await page.getByRole("button", { name: "place", exact: true }).boundingBox());
  assert.ok(size.height >= 44, `${size.height}`);
  await tap(await middle(page.getByRole("button", { name: "place", exact: true })));
  await page.getByText("works for", { exact: true }).waitFor();
  await tap(await at(english.indexOf("works") + 2));
  const handle = await middle(page.locator(".handle.end"));
  const end = await at(english.indexOf("works") + 3);
  await touch("touchStart", handle);
  await touch("touchMove", { x: (handle.x + end.x) / 2, y: handle.y });
  await touch("touchMove", { x: end.x, y: end.y + 34 });
  await touch("touchEnd");
  await page.locator("button.row").getByText("works", { exact: true }).waitFor();
  await cdp.send("Emulation.setTouchEmulationEnabled", { enabled: false });
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole("button", { name: "Send" }).click();
  await stored("nested", [span(english, "works", "place")]);
});

await test("suggested marks are accepted one by one, turned down, or taken all at once", async () => {
  const said = [span(english, "Ada", "person"), span(english, "Babbage", "company"), span(english, "London", "place")];
  const lines = Array.from({ length: 8 }, (_, i) => JSON.stringify({ key: `plain${i}`, answer: said, score: 0.75 }));
  tilth.run("label", "suggest", "import", "offered", file("said.jsonl", lines.join("\n")), "--annotator", "tagger");
  await open("offered");
  await page.getByText("score 0.75").waitFor();
  await becomes(() => page.locator(".box.offered").count(), 3);
  await press("Tab", " ", "Tab", "Delete"); // Ada is right, Babbage is not
  await page.getByText("1 mark", { exact: true }).waitFor();
  await press("Tab", "c"); // London is, but a company
  await page.getByText("2 marks", { exact: true }).waitFor();
  await press("Enter");
  await stored("offered", [said[0], { ...said[2], label: "company" }]);
  await open("offered");
  await page.getByRole("button", { name: "Accept all 3 suggested" }).click();
  await page.getByText("3 marks", { exact: true }).waitFor();
  await text.focus();
  await press("Enter");
  await stored("offered", said);
});

await test("a review shows the marks of both people on the text", async () => {
  const said = { ann: [span(english, "Ada Lovelace", "person"), span(english, "London", "place")], ben: [span(english, "Ada", "person"), span(english, "London", "place")] };
  let key = "";
  for (const user of ["ann", "ben"]) {
    tilth.run("user", "add", user, "--role", "labeler");
    const { tasks } = JSON.parse(tilth.run("--json", "label", "claim", "judged", "--user", user, "--n", "2"));
    for (const task of tasks) {
      key = task.item.key;
      tilth.run("label", "submit", String(task.id), "--lease", task.lease, "--user", user, "--value", file("value.json", JSON.stringify(said[user])));
    }
  }
  tilth.run("label", "truth", "judged");
  await page.goto(`${tilth.url}/projects/judged?tab=review`);
  const task = page.getByRole("article", { name: `Task ${key}` });
  await task.getByRole("group", { name: "Marks of ann" }).waitFor();
  await task.locator(".box.apart").first().waitFor();
  await reads(task.getByRole("group", { name: "Marks of ben" }), /Not with all: ‘Ada’ person 0–3/);
  await becomes(() => task.getByRole("group", { name: "Marks of ann" }).locator(".box").count(), 2);
  assert.deepEqual(await violations(page), []);
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/marks-review.png`, fullPage: true });
}, 90);

await test("one's own answers are looked at in the text and corrected", async () => {
  await open("wild");
  await page.getByRole("button", { name: "My answers" }).click();
  await page.getByRole("button", { name: "See it in the text" }).first().click();
  await page.getByRole("dialog").locator(".box").first().waitFor();
  await page.getByRole("button", { name: "Answer again" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "place", exact: true }).waitFor();
  await page.getByRole("dialog").locator("button.row").click();
  await page.getByRole("dialog").getByRole("button", { name: "place", exact: true }).click();
  await page.getByRole("button", { name: "Correct it" }).click();
  const start = [...hard.slice(0, hard.indexOf("oe\u0301"))].length;
  await becomes(() => sorted(answers("wild").at(-1)), sorted([{ start, end: start + 3, label: "place" }]));
  await press("Escape");
});

await test("no violation, nothing wider than a phone, no complaint", async () => {
  for (const name of ["wild", "facts"])
    for (const [colorScheme, width] of [["light", 1440], ["dark", 390]]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await open(name);
      await text.focus();
      await press("Control+Home", "Control+Shift+ArrowRight", "p", "Control+End", "Control+Shift+ArrowLeft", "l", "Control+Home", "Tab");
      assert.deepEqual(await violations(page), [], `${name} ${colorScheme}`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${name} ${width}`);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/marks-${name}-${colorScheme}-${width}.png` });
    }
  assert.deepEqual(page.complaints, []);
}, 120);

await finish(tilth);
