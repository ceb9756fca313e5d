// Settings as TOML that people read: a text of several lines stands on them, not behind one another with \n.
import { stringify } from "smol-toml";

const literal = (text: string): boolean => text.includes("\n") && !/'''|'$|\r/.test(text) && !/[\0-\x08\x0b-\x1f\x7f]/.test(text);

export function tomlOf(of: Record<string, unknown>): string {
  const given = Object.entries(of).filter(([, value]) => value !== null);
  const long = given.filter((entry): entry is [string, string] => typeof entry[1] === "string" && literal(entry[1]));
  const rest = given.filter(([name]) => !long.some(([other]) => other === name));
  const tables = rest.filter(([, value]) => value !== null && typeof value === "object" && (!Array.isArray(value) || value.some((each) => typeof each === "object")));
  const plain = rest.filter((entry) => !tables.includes(entry));
  const lines = long.map(([name, text]) => `${stringify({ [name]: 0 }).replace(/ = 0\n?$/, "")} = '''\n${text}'''\n`);
  return stringify(Object.fromEntries(plain)) + (plain.length > 0 && lines.length > 0 ? "\n" : "") + lines.join("") + (tables.length > 0 ? `\n${stringify(Object.fromEntries(tables))}` : "");
}
