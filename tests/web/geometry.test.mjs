// The geometry of marks in pictures, without a browser: each sentence of the pure modules of web/src/pages/label/picture.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const web = new URL("../../web/", import.meta.url);
const { buildSync } = createRequire(createRequire(new URL("package.json", web)).resolve("vite"))("esbuild");
const room = mkdtempSync(join(tmpdir(), "tilth-geometry-"));
async function module(name) {
  const outfile = join(room, `${name}.mjs`);
  buildSync({ entryPoints: [fileURLToPath(new URL(`src/pages/label/picture/${name}.ts`, web))], bundle: true, format: "esm", platform: "node", outfile });
  return import(pathToFileURL(outfile).href);
}
const g = await module("geometry");
const s = await module("shapes");
const m = await module("marks");
rmSync(room, { recursive: true });

let failed = 0;
let passed = 0;
function test(sentence, body) {
  try {
    body();
    passed++;
    console.log(`ok      ${sentence}`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${sentence}\n        ${error.stack}`);
  }
}
const near = (a, b, by = 1e-6) => a.forEach((each, i) => assert.ok(Math.abs(each - b[i]) < by, `${a} is not ${b}`));
// The same numbers in each run.
let seed = 7;
const random = (to) => ((seed = (seed * 16807) % 2147483647) / 2147483647) * to;
const size = { width: 400, height: 300 };
const window = { width: 900, height: 500 };
const views = [];
for (const turn of [0, 1, 2, 3]) for (const zoom of [0.1, 1, 1.5, 7, 40]) views.push({ zoom, turn, x: random(400), y: random(300) });

test("a point of the window is one of the picture and back, at each zoom and turn", () => {
  for (const view of views)
    for (let i = 0; i < 50; i++) {
      const point = [random(400), random(300)];
      near(g.toPicture(view, window, g.toWindow(view, window, point)), point);
    }
});

test("turned a quarter, what was right of the middle is below it", () => {
  const at = (turn) => g.toWindow({ zoom: 2, turn, x: 200, y: 150 }, window, [210, 150]);
  near(at(0), [470, 250]);
  near(at(1), [450, 270]);
  near(at(2), [430, 250]);
  near(at(3), [450, 230]);
});

test("a picture fits its window, turned too, and a tiny or very wide one has a zoom of use", () => {
  near([g.fitted(size, window).zoom, g.fitted(size, window, 1).zoom], [500 / 300, 500 / 400]);
  assert.equal(g.fitted({ width: 1, height: 1 }, window).zoom, 64);
  near([g.fitted({ width: 20000, height: 2 }, window).zoom], [0.045]);
  assert.ok(g.zoomed(g.fitted({ width: 20000, height: 2 }, window), { width: 20000, height: 2 }, window, 1e6).zoom >= 64);
  assert.equal(g.fitted(size, { width: 0, height: 0 }).zoom, 1); // not laid out yet
});

test("zooming keeps the point under the pointer, and four quarters are none", () => {
  for (const view of views.filter((each) => each.zoom > 2)) {
    const inside = g.within({ ...view, x: 200, y: 150 }, size, window);
    const at = [500, 260];
    const after = g.zoomed(inside, size, window, 1.1, at);
    near(g.toPicture(after, window, at), g.toPicture(inside, window, at));
    let turned = inside;
    for (let i = 0; i < 4; i++) turned = g.quarter(turned, size, window, 1);
    near([turned.zoom, turned.x, turned.y, turned.turn], [inside.zoom, inside.x, inside.y, inside.turn]);
  }
});

test("no pan loses the picture", () => {
  for (const view of views)
    for (let i = 0; i < 20; i++) {
      const to = g.panned(view, size, window, [random(1e5) - 5e4, random(1e5) - 5e4]);
      const [left, top] = g.toWindow(to, window, [200 - 200, 150 - 150]);
      const [right, low] = g.toWindow(to, window, [400, 300]);
      assert.ok(Math.max(left, right) > 0 && Math.min(left, right) < window.width && Math.max(top, low) > 0 && Math.min(top, low) < window.height);
    }
});

test("a point that is revealed is in the window", () => {
  for (const view of views)
    for (let i = 0; i < 20; i++) {
      const point = [random(400), random(300)];
      const [x, y] = g.toWindow(g.revealing(g.within(view, size, window), size, window, point), window, point);
      assert.ok(x >= 0 && y >= 0 && x <= window.width && y <= window.height, `${x} ${y}`);
    }
});

test("what a hand points at is a whole pixel, far in a tenth of one, without dust", () => {
  assert.deepEqual(g.snapped([10.4, 20.6], g.grain(2)), [10, 21]);
  assert.deepEqual(g.snapped([10.32, 20.68], g.grain(10)), [10.3, 20.7]);
  assert.deepEqual(g.clipped([-3, 999], size), [0, 300]);
});

test("a box drawn in any direction is the same, inside, and never of negative size", () => {
  const wanted = { x: 10, y: 20, width: 30, height: 40 };
  for (const [a, b] of [[[10, 20], [40, 60]], [[40, 60], [10, 20]], [[40, 20], [10, 60]], [[10, 60], [40, 20]]]) assert.deepEqual(s.boxBetween(a, b, size), wanted);
  assert.deepEqual(s.boxBetween([-50, -50], [999, 999], size), { x: 0, y: 0, width: 400, height: 300 });
  assert.equal(s.boxBetween([5, 5], [5, 50], size), null);
  assert.equal(s.boxBetween([-5, 5], [-1, 50], size), null);
});

const inside = (box) => s.cornersOf(box).every(([x, y]) => x >= -0.02 && y >= -0.02 && x <= 400.02 && y <= 300.02);
test("no way of moving, pulling and turning takes a box out of the picture or through itself", () => {
  for (let i = 0; i < 2000; i++) {
    let box = s.spunBox(s.boxBetween([random(400), random(300)], [random(400), random(300)], size) ?? { x: 1, y: 1, width: 5, height: 5 }, Math.round(random(720) - 360), size);
    for (let k = 0; k < 5; k++) {
      const to = [random(900) - 250, random(900) - 300];
      if (k % 3 === 0) box = s.movedBox(box, to, size);
      else if (k % 3 === 1) box = s.pulledBox(box, s.handles[Math.floor(random(8))], to, size);
      else box = s.spunBox(box, random(720) - 360, size);
      assert.ok(inside(box), JSON.stringify(box));
      assert.ok(box.width > 0 && box.height > 0);
      assert.ok((box.rotation ?? 0) >= 0 && (box.rotation ?? 0) < 360);
    }
  }
});

test("a pulled corner leaves the opposite one, of a turned box too", () => {
  const box = { x: 100, y: 100, width: 60, height: 40, rotation: 30 };
  const anchor = s.onBox(box, -1, -1);
  const pulled = s.pulledBox(box, [1, 1], [180, 190], size);
  near(s.onBox(pulled, -1, -1), anchor, 0.02);
  near(s.onBox(pulled, 1, 1), [180, 190], 0.02);
  assert.deepEqual(s.pulledBox({ x: 10, y: 10, width: 20, height: 20 }, [1, 0], [5, 999], size), { x: 5, y: 10, width: 5, height: 20 }); // turned over
  assert.deepEqual(s.pulledBox({ x: 10, y: 10, width: 20, height: 20 }, [1, 0], [10, 15], size), { x: 10, y: 10, width: 20, height: 20 }); // would be none
});

test("a box keeps its size when it meets the edge", () => {
  assert.deepEqual(s.movedBox({ x: 10, y: 10, width: 20, height: 20 }, [1000, -1000], size), { x: 380, y: 0, width: 20, height: 20 });
});

test("an outline that crosses, touches or goes back on itself is none", () => {
  const square = [[0, 0], [10, 0], [10, 10], [0, 10]];
  assert.equal(s.isPlain(square), true);
  assert.equal(s.isPlain([...square].reverse()), true);
  assert.equal(s.isPlain([[0, 0], [10, 0], [5, 4], [10, 10], [0, 10]]), true); // hollow
  assert.equal(s.isPlain([[0, 0], [10, 10], [10, 0], [0, 10]]), false);
  assert.equal(s.isPlain([[0, 0], [10, 0], [4, 0]]), false);
  assert.equal(s.isPlain([[0, 0], [10, 0], [20, 0], [10, 0], [10, 10]]), false);
  assert.equal(s.isPlain([[0, 0], [10, 0], [10, 10], [5, 0], [0, 10]]), false); // a corner on an edge
  assert.equal(s.isPlain([[0, 0], [1, 1]]), false);
});

test("marks move, stretch and stay inside, and their points that are not there stay so", () => {
  const person = { label: "person", points: [[10, 10, 2], [0, 0, 0], [50, 90, 1]] };
  assert.deepEqual(m.moved(person, [-100, 5], size).points, [[0, 15, 2], [0, 0, 0], [40, 95, 1]]);
  assert.deepEqual(m.stretched(person, [40, 0], false, size).points, [[10, 10, 2], [0, 0, 0], [90, 90, 1]]);
  assert.deepEqual(m.stretched(person, [0, -999], true, size).points, [[10, 0, 2], [0, 0, 0], [50, 90, 1]]);
  const box = m.ofBox({ x: 10, y: 10, width: 20, height: 20 }, "cat");
  assert.deepEqual(m.stretched(box, [5, 0], false, size), { x: 10, y: 10, width: 25, height: 20, label: "cat" });
  assert.deepEqual(m.stretched(box, [0, 5], true, size), { x: 10, y: 15, width: 20, height: 15, label: "cat" });
  assert.deepEqual(m.stretched(box, [-20, 0], false, size), box); // would be none
});

test("of marks upon each other the line in reach is hit, else the smallest", () => {
  const marks = [m.ofBox({ x: 0, y: 0, width: 100, height: 100 }, "a"), m.ofBox({ x: 20, y: 20, width: 20, height: 20 }, "b")];
  assert.equal(m.markAt(marks, [30, 30], 5), 1);
  assert.equal(m.markAt(marks, [70, 70], 5), 0);
  assert.equal(m.markAt(marks, [99, 50], 5), 0);
  assert.equal(m.markAt(marks, [200, 200], 5), -1);
  assert.equal(m.markAt([{ label: "p", points: [[0, 0, 0], [50, 50, 2]] }], [1, 1], 5), -1); // what is not there is not hit
});

test("what the service would refuse is told before", () => {
  const box = m.ofBox({ x: 0, y: 0, width: 1, height: 1 }, "a");
  assert.equal(m.marksFault("boxes", [box]), "");
  assert.match(m.marksFault("boxes", [box, { ...box }]), /twice/);
  assert.match(m.marksFault("polygons", [{ label: "a", points: [[0, 0], [2, 2], [2, 0], [0, 2]] }]), /crosses itself/);
  assert.match(m.marksFault("keypoints", [{ label: "a", points: [[0, 0, 0]] }]), /no point/);
  assert.equal(m.marksFault("boxes", undefined), "");
});

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
