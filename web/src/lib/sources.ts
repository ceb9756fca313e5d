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

let kindsAsked: Promise<SourceKind[]> | null = null;
// Kinds of sources as the service has them.
export function sourceKinds(): Promise<SourceKind[]> {
  kindsAsked ??= listKinds().then((page) => page.items);
  kindsAsked.catch(() => (kindsAsked = null));
  return kindsAsked;
}
const listKinds = () => ok(client.GET("/api/v1/source-kinds"));
export type SourceKind = Awaited<ReturnType<typeof listKinds>>["items"][number];

// What a source of these settings would bring; nothing is stored.
export const previewSource = (body: { source?: string; kind?: string; spec?: unknown; records?: number; seconds?: number }, signal?: AbortSignal) =>
  ok(client.POST("/api/v1/source-preview", { body: body as never, signal }));
export type SourcePreview = Awaited<ReturnType<typeof previewSource>>;

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
