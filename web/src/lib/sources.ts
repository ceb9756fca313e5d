// What the pages about sources share: their rows, and what a state is called and coloured.
import { client, ok } from "./client";
import { count, plural } from "./format";

export const listSources = (archived: boolean) => (after?: string) => ok(client.GET("/api/v1/sources", { params: { query: { archived, limit: 200, after } } }));
export type SourceLine = Awaited<ReturnType<ReturnType<typeof listSources>>>["items"][number];
export const readSource = (source: string) => ok(client.GET("/api/v1/sources/{source}", { params: { path: { source } } }));
export type SourceWhole = Awaited<ReturnType<typeof readSource>>;
export type SourceRun = SourceWhole["runs"][number];

export const listJobs = (after?: string) => ok(client.GET("/api/v1/jobs", { params: { query: { limit: 100, after: after === undefined ? undefined : Number(after) } } }));
export type Job = Awaited<ReturnType<typeof listJobs>>["items"][number];

const bad = ["failed", "empty", "interrupted", "cancelled"];
const good = ["running", "done", "active", "delivered"];
export const tone = (state: string): "good" | "bad" | "" => (bad.includes(state) ? "bad" : good.includes(state) ? "good" : "");

// A run that ended well but brought nothing at all is no success in the eyes of who waits for records.
export const gotNothing = (run: { state: string; read: number; added: number; changed: number; unchanged: number; rejected: number }): boolean =>
  run.state === "empty" || (run.state === "done" && run.read + run.added + run.changed + run.unchanged + run.rejected === 0);
export const stateOf = (run: Parameters<typeof gotNothing>[0]): string => (gotNothing(run) ? "got nothing" : run.state);
export const toneOf = (run: Parameters<typeof gotNothing>[0]): "good" | "bad" | "" => (gotNothing(run) ? "bad" : tone(run.state));

export function bytes(n: number | null | undefined): string {
  if (n === null || n === undefined) return "–";
  if (n < 1000) return plural(n, "byte");
  const units = ["kB", "MB", "GB", "TB"];
  let value = n;
  let unit = -1;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : count(Math.round(value))} ${units[unit] ?? "B"}`;
}

export function took(from: string | null | undefined, to: string | null | undefined): number | null {
  return from && to ? Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000) : null;
}

// The source that a job is about, as its specification says it.
export function sourceOf(job: Job): string {
  const spec = (job.spec ?? {}) as Record<string, unknown>;
  const source = spec["source"] ?? spec["name"];
  return typeof source === "string" ? source : "";
}

// Jobs of a source that can still be taken back.
export async function pending(source: string): Promise<Job[]> {
  const lists = await Promise.all((["waiting", "running"] as const).map((state) => ok(client.GET("/api/v1/jobs", { params: { query: { state, limit: 200 } } }))));
  return lists.flatMap((list) => list.items).filter((job) => sourceOf(job) === source);
}

export const cancelJob = (job: number) => ok(client.DELETE("/api/v1/jobs/{job}", { params: { path: { job: String(job) } } }));

// What an object of settings is, from what was typed; throws with what is wrong.
export function settingsOf(text: string): Record<string, unknown> {
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`The settings are no JSON: ${error instanceof Error ? error.message : ""}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error("The settings are no JSON object: write them in { }");
  return value as Record<string, unknown>;
}

export const kinds: { kind: string; says: string; example: Record<string, unknown> }[] = [
  { kind: "files", says: "Files, downloads and archives: CSV, JSON, XML, HTML, pictures and more. For files of your own, go to “Upload a file”.", example: { inputs: ["https://example.org/data.csv"] } },
  { kind: "crawl", says: "Web pages, followed politely from the first ones. To crawl a server of your own network, add \"allow_private\": true.", example: { urls: ["https://example.org/"], scope: "host", max_pages: 100, delay_ms: 1000 } },
  { kind: "folder", says: "A folder of the server that is watched: what comes, changes and goes.", example: { path: "/data/deliveries", names: ["*.csv"] } },
  { kind: "feed", says: "RSS, Atom and JSON feeds.", example: { urls: ["https://example.org/feed.xml"] } },
  { kind: "api", says: "An HTTP API with pages of JSON. Secrets are given as env:NAME or file:PATH.", example: { base_url: "https://api.example.org/v2", stream: [{ name: "items", path: "/items", records: "/data", key: "/id" }] } },
  { kind: "database", says: "A table or query of PostgreSQL, SQLite or ODBC.", example: { url: "env:SHOP_URL", table: "orders", key: ["id"] } },
  { kind: "push", says: "Webhooks that others send to /api/v1/push/NAME.", example: { scheme: "standard", secrets: ["env:ORDERS_SECRET"], key: "id" } },
];

// A name for a record without a title: its key, unless that is a hash as long as a line.
export const nameOf = (record: { title: string; excerpt?: string; key: string }): string =>
  record.title || (/^[0-9a-f]{32,}$/.test(record.key) ? `Record ${record.key.slice(0, 8)}` : record.key);

export const base64Of = (from: File): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ""));
    reader.onerror = () => reject(new Error(`${from.name} cannot be read here`));
    reader.readAsDataURL(from);
  });

// Gives a file to a source, which is made if there is none.
export async function upload(source: string, file: File): Promise<void> {
  if (file.size === 0) throw new Error(`${file.name} is empty`);
  await ok(client.POST("/api/v1/sources/{source}/upload", { params: { path: { source } }, body: { name: file.name, base64: await base64Of(file) } }));
}
