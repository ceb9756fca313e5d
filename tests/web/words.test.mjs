// How the page writes settings, without a browser.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
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
const { tomlOf, parse } = await loaded('export { tomlOf } from "./src/pages/gather/toml"; export { parse } from "smol-toml";');
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
