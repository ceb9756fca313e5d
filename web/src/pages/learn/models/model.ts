// What the pages about models share: their versions, what a version sees, and the run that speaks for it.
import type { How } from "../../../lib/asked";
import { client, ok } from "../../../lib/client";
import { analysisOf, listRuns, type Run, type RunLine } from "../run";

export const listModels = (after?: string, limit = 100) => ok(client.GET("/api/v1/models", { params: { query: { limit, after } } }));
export type Version = Awaited<ReturnType<typeof listModels>>["items"][number];
export type Stage = Version["stage"];
export const stages: Stage[] = ["candidate", "staging", "production", "retired"];

export const at = (model: string) => ({ params: { path: { model } } });
export const showModel = (model: string) => ok(client.GET("/api/v1/models/{model}", at(model)));
export type Model = Awaited<ReturnType<typeof showModel>>;
export const cardOf = (model: string, version: number, how?: How) => ok(client.GET("/api/v1/models/{model}/card", { params: { path: { model }, query: { version } }, ...how }));
export type Card = Awaited<ReturnType<typeof cardOf>>;

// All versions of one model, the newest first, and how each did in its tests.
const listVersions = (model: string) => ok(client.GET("/api/v1/models/{model}/versions", at(model)));
export type Tested = Awaited<ReturnType<typeof listVersions>>["items"][number];
export const versionsOf = async (model: string): Promise<Tested[]> => (await listVersions(model)).items;
// The tests that are kept for a model, and how its versions did in them.
export const testsOf = (model: string) => ok(client.GET("/api/v1/models/{model}/tests", at(model)));

// Runs by their number; the list is read, the newest first, until all were met.
export async function runsOf(wanted: number[]): Promise<Map<number, RunLine>> {
  const found = new Map<number, RunLine>();
  const left = new Set(wanted);
  let after: string | undefined;
  do {
    const page = await listRuns(after, 200);
    for (const run of page.items) if (left.delete(run.id)) found.set(run.id, run);
    after = page.next ?? undefined;
  } while (after && left.size > 0);
  return found;
}

export const toneOf = (stage: Stage): "good" | "" => (stage === "production" ? "good" : "");

export interface Input {
  name: string;
  type: string; // number, category, time, flag
  unit?: string;
}
export interface Signature {
  text: boolean;
  columns: Input[];
  fields?: string[]; // of the records, as they were received
  picture?: { width: number; channels: number };
}

// What the version that a run made takes.
export const signatureOf = (run: Run): Signature => ({ text: false, columns: [], ...(analysisOf(run).summary?.["inputs"] as Partial<Signature> | undefined) });

// Values of a category that the model tells by name, where its features say them ("region = north").
export function valuesOf(run: Run, column: string): string[] {
  const features = analysisOf(run).summary?.["features"] as { numeric?: { outputs?: string[] } } | undefined;
  const start = `${column} = `;
  return (features?.numeric?.outputs ?? []).filter((each) => each.startsWith(start)).map((each) => each.slice(start.length));
}

export interface Span {
  start: number;
  end: number;
  label: string;
  probability?: number;
}
// An answer of a model: what is in it depends on its kind.
export interface Answer {
  key?: string;
  class?: string | null;
  classes?: string[];
  probability?: number;
  probabilities?: Record<string, number>;
  abstained?: boolean;
  value?: number;
  spans?: Span[];
  answer?: unknown; // as people's are, of a question of several parts
  unknown?: string[];
  unknown_values?: string[];
  left_out?: string[];
  [other: string]: unknown;
}

export const predict = async (model: string, body: Record<string, unknown>): Promise<{ predictions: Answer[]; next: string | null }> =>
  (await ok(client.POST("/api/v1/models/{model}/predict", { ...at(model), body: body as never }))) as { predictions: Answer[]; next: string | null };
