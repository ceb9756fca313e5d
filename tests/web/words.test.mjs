// How the page writes settings, and what it makes of the service's words, without a browser.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const web = new URL("../../web/", import.meta.url);
const from = createRequire(new URL("package.json", web));
const { buildSync } = createRequire(from.resolve("vite"))("esbuild");
const room = mkdtempSync(join(tmpdir(), "tilth-words-"));
async function loaded(contents) {
  const outfile = join(room, "made.mjs");
  buildSync({ stdin: { contents, resolveDir: fileURLToPath(web) }, bundle: true, format: "esm", platform: "node", outfile });
  return import(pathToFileURL(outfile).href);
}
const { asSentence, inThePage, parse, placeOf, plain, tomlOf } = await loaded('export { plain } from "./src/lib/figure"; export { tomlOf } from "./src/pages/gather/toml"; export { parse } from "smol-toml"; export * from "./src/lib/commands";');
rmSync(room, { recursive: true });

test("settings are written so that the same are read, whatever their names and texts", () => {
  const texts = ["plain", "two\nlines", "ends in '\n'", "'''\n", '\\ \n "', "a\rb\n", "\n", ""];
  for (const name of ["rules", "a = b", "a = 0", " = ", "a.b", "ü 'x' \"y\"", "= 0\n", ""])
    for (const text of texts) {
      const of = { [name]: text, depth: 3, other: "two\nmore lines", table: { inner: text, list: [{ x: 1 }, { x: 2 }] } };
      assert.deepEqual(JSON.parse(JSON.stringify(parse(tomlOf(of)))), of, JSON.stringify(of));
    }
});

test("a text of several lines stands on them", () => {
  assert.equal(tomlOf({ "a = b": "one\ntwo\n", none: null, n: 1 }), `n = 1\n\n"a = b" = '''\none\ntwo\n'''\n`);
});

test("a value stands in a line as people read it", () => {
  assert.equal(plain([{ name: "size", type: "number", unit: "By" }, { name: "free" }, "a", 0.00012345]), "size (number, By), free, a, 0.0001235");
  assert.equal(plain({ x: 1 }), '{"x":1}');
  assert.equal(plain(null), "null");
});

test("what the service says of the command line is said of the page", () => {
  assert.equal(inThePage("source 'x': no such source; see 'tilth source list'"), "source 'x': no such source; see Sources");
  assert.equal(inThePage("see 'tilth label members list news', or give --yes"), "see People of the project, or give 'yes'");
  assert.equal(inThePage("the words of `tilth crawl --dry-run`"), "the words of the preview of New source");
  assert.equal(inThePage("a -- b, x--y and 'tilth is down'"), "a -- b, x--y and 'tilth is down'");
});

test("what went wrong is told in sentences, and names in them stay", () => {
  assert.equal(asSentence("name 'x': is not free; see 'tilth source list'"), "Name 'x': is not free; see Sources.");
  assert.equal(asSentence("'sample': is missing"), "'sample': is missing.");
  assert.equal(asSentence("pages.csv, line 3: has no key"), "pages.csv, line 3: has no key.");
  assert.equal(asSentence("run7: no such model"), "run7: no such model.");
  assert.equal(asSentence("user ann is needed"), "User ann is needed.");
  assert.equal(asSentence("Is it there?"), "Is it there?");
  assert.equal(asSentence("stopped"), "Stopped.");
  assert.equal(asSentence(asSentence("truth: there are no answers")), "Truth: there are no answers.");
  assert.equal(asSentence(""), "");
});

// A text that the service may say, as one string: neighbours in C++ are one.
function texts(folder) {
  return readdirSync(new URL(`../../${folder}`, import.meta.url), { recursive: true })
    .filter((name) => /\.(cpp|hpp)$/.test(name))
    .map((name) => readFileSync(new URL(`../../${folder}/${name}`, import.meta.url), "utf8").replaceAll(/"\s*"/g, ""));
}
test("every command that the service may name has its place in the page", () => {
  const named = new Set();
  for (const folder of ["api", "base", "crawler", "formats", "ingest", "labeling", "quality", "schema", "service", "training", "worker"])
    for (const text of texts(folder)) for (const [, command] of text.matchAll(/['`]tilth ([a-z]+(?: [a-z]+)*)/g)) named.add(command);
  assert.ok(named.size > 40, `${named.size} commands`);
  assert.deepEqual([...named].filter((command) => !placeOf(command)), []);
});
