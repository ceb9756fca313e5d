// A small world for suites: notes on three topics, a few words each, with numbers and a region; labelled with one error in twenty.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const topics = { soil: ["clay", "humus", "compost", "dung", "worm"], water: ["pump", "tank", "rain", "canal", "well"], pest: ["slug", "mite", "beetle", "weevil", "blight"] };
export const names = Object.keys(topics);

// A file in the program's home; its path.
export function file(tilth, name, text) {
  writeFileSync(join(tilth.home, name), text);
  return join(tilth.home, name);
}

// The source "notes" of so many records, of which `labelled` have a label in the project "notes".
export function notes(tilth, rows, labelled = rows) {
  let state = 7;
  const below = (n) => (state = (state * 48271) % 2147483647) % n;
  const records = ["id,title,body,hectares,region"];
  const labels = ["key,label"];
  for (let i = 0; i < rows; ++i) {
    const topic = names[below(3)];
    const words = Array.from({ length: 8 }, () => (below(4) > 0 ? topics[topic][below(5)] : topics[names[below(3)]][below(5)]));
    records.push(`n${i},note ${i},${words.join(" ")} own${i} mark${i * 7} field${i * 13},${1 + below(60)},${["north", "south", "east"][below(3)]}`);
    labels.push(`n${i},${below(20) === 0 ? names[below(3)] : topic}`);
  }
  tilth.run("ingest", file(tilth, "notes.csv", records.join("\n")), "--source", "notes", "--key", "id");
  tilth.run("label", "project", "create", file(tilth, "notes.toml", `name = "notes"\ntitle = "Notes"\nsource = "notes"\n${names.map((name) => `[[class]]\nname = "${name}"\n`).join("")}`));
  tilth.run("label", "project", "import", "--project", "notes", file(tilth, "labels.csv", labels.slice(0, labelled + 1).join("\n")));
}

// Calls the API as an administrator, by a token.
export function caller(tilth) {
  const token = /tilth_[\w-]+/.exec(tilth.run("token", "create", "--user", "admin", "--json"))[0];
  return async (path, body, method = body === undefined ? "GET" : "POST") => {
    const response = await fetch(`${tilth.url}/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
  };
}
