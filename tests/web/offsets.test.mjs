// Places in texts and marks as values, without a browser: emoji, combining marks, right to left, words, overlaps.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const web = new URL("../../web/", import.meta.url);
const vite = await import(pathToFileURL(createRequire(new URL("package.json", web)).resolve("vite/package.json")).href.replace("package.json", "dist/node/index.js"));
async function loaded(name) {
  const entry = new URL(`src/pages/label/marks/${name}.ts`, web).pathname;
  const made = await vite.build({ configFile: false, logLevel: "silent", build: { write: false, target: "es2022", lib: { entry, formats: ["es"] } } });
  const folder = mkdtempSync(join(tmpdir(), "tilth-marks-"));
  writeFileSync(join(folder, "made.mjs"), made[0].output[0].code);
  const module = await import(join(folder, "made.mjs"));
  rmSync(folder, { recursive: true });
  return module;
}
const { Places, stepped } = await loaded("offsets");
const { Texts, textsOf } = await loaded("texts");
const { differing, fault, fits, fitting, lanes, marksAt, put, read, remove, write } = await loaded("model");

const hard = "a👩‍🚒b e\u0301x שלום 🇩🇪!\r\n日本語 ok";

test("each unit has its code point, and each code point its unit", () => {
  const places = new Places(hard);
  const points = [...hard];
  assert.equal(places.points, points.length);
  let unit = 0;
  points.forEach((character, point) => {
    assert.equal(places.point(unit), point);
    assert.equal(places.unit(point), unit);
    if (character.length > 1) assert.equal(places.point(unit + 1), point, "the middle of a pair is its code point");
    unit += character.length;
  });
  assert.equal(places.point(hard.length), points.length);
  assert.equal(places.unit(points.length), hard.length);
});

test("a caret steps over a family of emoji, an accent, a flag and a line end at once", () => {
  const places = new Places(hard);
  const seen = [];
  for (let at = 0; at < hard.length; ) {
    const next = stepped(places, at, "character", true);
    assert.equal(stepped(places, next, "character", false), at);
    seen.push(hard.slice(at, next));
    at = next;
  }
  for (const one of ["👩‍🚒", "e\u0301", "🇩🇪", "\r\n"]) assert.ok(seen.includes(one), JSON.stringify(one));
});

test("steps stay in the text, also in an empty one", () => {
  for (const text of ["", "x", hard])
    for (const step of ["character", "word", "sentence", "edge", "text"])
      for (const forward of [true, false]) {
        const places = new Places(text);
        for (const at of [0, text.length]) {
          const to = stepped(places, at, step, forward);
          assert.ok(to >= 0 && to <= text.length, `${step} ${at} ${to}`);
        }
      }
});

test("steps by words end at words, and by sentences begin sentences", () => {
  const places = new Places("One, two. Three four!", "en");
  assert.deepEqual([0, 3, 8].map((at) => stepped(places, at, "word", true)), [3, 8, 15]);
  assert.deepEqual([21, 15, 8].map((at) => stepped(places, at, "word", false)), [16, 10, 5]);
  assert.equal(stepped(places, 0, "sentence", true), 10);
  assert.equal(stepped(places, 15, "sentence", false), 10);
  assert.equal(stepped(places, 10, "sentence", false), 0);
});

test("what is marked never cuts a character, and whole words only if wished", () => {
  const places = new Places(hard);
  assert.deepEqual(places.snapped(2, 4, false), { start: 1, end: 6 });
  const accent = hard.indexOf("e\u0301");
  assert.deepEqual(places.snapped(accent + 1, accent + 2, false), { start: accent, end: accent + 2 });
  const words = new Places("  so: well done  ");
  assert.deepEqual(words.snapped(6, 9, true), { start: 6, end: 10 });
  assert.deepEqual(words.snapped(7, 13, true), { start: 6, end: 15 });
  assert.deepEqual(words.snapped(7, 12, false), { start: 7, end: 12 });
  assert.deepEqual(words.snapped(0, 17, true), { start: 2, end: 15 });
  assert.equal(words.snapped(0, 2, true), undefined);
  assert.equal(words.snapped(3, 3, false), undefined);
  assert.deepEqual(words.snapped(13, 7, true), { start: 6, end: 15 }, "backwards too");
});

test("the direction is that of the paragraph", () => {
  const places = new Places("abc שלום\n12 שלום abc\nمرحبا");
  assert.deepEqual([2, 6, 12, 24].map((at) => places.leftwards(at)), [false, false, true, true]);
});

const ids = () => {
  let last = 0;
  return () => ++last;
};

const alone = (text) => new Texts([{ field: "", text }]);

test("an answer is read into places and written back as it was", () => {
  const places = alone(hard);
  const spans = [{ start: 1, end: 4, label: "x" }, { start: 1, end: 4, label: "y" }, { start: 9, end: 13, label: "x" }];
  const value = { spans, relations: [{ from: 2, to: 0, label: "r" }] };
  const marked = read(value, places, ids());
  assert.equal(hard.slice(marked.marks[0].start, marked.marks[0].end), "👩‍🚒");
  assert.deepEqual(write(marked, places, true), value);
  assert.deepEqual(write(read(spans, places, ids()), places, false), spans);
  for (const none of [undefined, null, "x", 3, {}, [{}], { spans: [{ start: "a" }], relations: [{ from: 0, to: 9 }] }]) assert.deepEqual(write(read(none, places, ids()), places, false), []);
});

test("texts of several fields are one to go through, and each mark is told by its field", () => {
  const item = { text: "👩‍🚒 came", fields: [{ name: "title", value: "Fire" }, { name: "count", value: 3 }, { name: "lead", value: "" }] };
  const texts = textsOf({ text_fields: ["title", "lead", "count", "none"] }, item);
  assert.deepEqual(texts.map((each) => each.field), ["title", ""], "only what is text, and not empty");
  const places = new Texts(texts);
  assert.deepEqual(places.captions.map(({ at, name }) => [places.text[at], name]), [["\n", "title"], ["\n", "text"]], "above each an empty line");
  assert.deepEqual(alone("Fire").captions, []);
  assert.equal(alone("Fire").text, "Fire");
  const spans = [{ start: 4, end: 8, label: "x" }, { start: 0, end: 4, label: "x", field: "title" }];
  const marked = read(spans, places, ids());
  assert.deepEqual(marked.marks.map((mark) => places.text.slice(mark.start, mark.end)), ["Fire", "came"]);
  assert.deepEqual(write(marked, places, false), [spans[1], spans[0]]);
  assert.deepEqual(write(read([{ start: 0, end: 1, label: "x", field: "other" }], places, ids()), places, false), [], "of a field that is not there");
});

test("no mark stands in two texts", () => {
  const places = new Texts([{ field: "title", text: "One" }, { field: "", text: "Two three" }]);
  const cut = (from, to) => places.told(places.snapped(from, to, true));
  const two = places.text.indexOf("Two");
  assert.deepEqual(cut(places.text.indexOf("One"), two + 3), { start: 0, end: 3, field: "title" });
  assert.deepEqual(cut(two - 2, two + 3), { start: 0, end: 3 });
  assert.equal(places.snapped(0, 1, false), undefined, "nor in what stands between them");
});

test("marks overlap only where the project allows it, and none stands twice", () => {
  const one = { id: 1, start: 0, end: 4, label: "a" };
  const marked = put({ marks: [], links: [] }, one, false);
  assert.match(put(marked, { id: 2, start: 3, end: 6, label: "b" }, false), /overlap/);
  assert.equal(put(marked, { id: 2, start: 4, end: 6, label: "b" }, false).marks.length, 2);
  assert.equal(put(marked, { id: 2, start: 3, end: 6, label: "b" }, true).marks.length, 2);
  assert.match(put(marked, { ...one, id: 2 }, true), /already/);
  assert.deepEqual(put(marked, { ...one, end: 9 }, false).marks, [{ ...one, end: 9 }], "a mark does not hinder itself");
});

test("a relation goes with its marks, and with classes that it does not fit", () => {
  const marked = { marks: [{ id: 1, start: 0, end: 1, label: "p" }, { id: 2, start: 2, end: 3, label: "c" }], links: [{ id: 3, from: 1, to: 2, label: "r" }] };
  const kind = { name: "r", from: ["p"], to: "c" };
  assert.equal(fits(kind, "p", "c"), true);
  assert.equal(fits(kind, "c", "p"), false);
  assert.equal(fits({ name: "any" }, "c", "p"), true);
  assert.deepEqual(remove(marked, 2), { marks: [marked.marks[0]], links: [] });
  assert.deepEqual(remove(marked, 3), { marks: marked.marks, links: [] });
  assert.equal(fitting(marked, [kind]).links.length, 1);
  assert.equal(fitting({ ...marked, marks: marked.marks.map((mark) => ({ ...mark, label: "p" })) }, [kind]).links.length, 0);
});

test("marks that overlap get underlines of their own", () => {
  const marks = [[0, 10], [2, 4], [3, 6], [4, 8], [10, 12]].map(([start, end], id) => ({ id, start, end, label: "a" }));
  assert.deepEqual([...lanes(marks).values()], [0, 1, 2, 1, 0]);
  assert.deepEqual(marksAt(marks, 3).map((mark) => mark.id), [1, 2, 0]);
});

test("faults are those of the service", () => {
  const question = { class: [{ name: "a" }] };
  const span = (start, end, label = "a") => ({ start, end, label });
  const four = new Map([["", 4], ["title", 2]]);
  assert.equal(fault([span(0, 2), span(2, 4)], question, four), "");
  assert.equal(fault([span(0, 2), { ...span(0, 2), field: "title" }], question, four), "", "the same place of two fields");
  assert.match(fault([{ ...span(0, 3), field: "title" }], question, four), /outside/);
  assert.match(fault([{ ...span(0, 1), field: "other" }], question, four), /outside/);
  assert.equal(fault(undefined, question, new Map()), "");
  assert.match(fault([span(0, 3), span(2, 4)], question, four), /overlap/);
  assert.equal(fault([span(0, 3), span(2, 4)], { ...question, overlapping_spans: true }, four), "");
  assert.match(fault([span(0, 5)], question, four), /outside/);
  assert.match(fault([span(0, 1, "b")], question, four), /no class ‘b’/);
  assert.match(fault({ spans: [], relations: [] }, { ...question, at_least: 1 }, four), /1 at least/);
  assert.deepEqual([...differing([span(0, 1), span(1, 2)], [span(1, 2)])], [0]);
});
