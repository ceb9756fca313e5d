// What the pages about runs share: the shapes of an analysis, and which figure speaks for a run.
import { client, ok } from "../../lib/client";
export { figure, plain, words } from "../../lib/figure";

export const listRuns = (after?: string, limit = 100) => ok(client.GET("/api/v1/runs", { params: { query: { limit, after } } }));
export const showRun = (run: string) => ok(client.GET("/api/v1/runs/{run}", { params: { path: { run } } }));


// As they are typed: NAME=VALUE, one a line. Throws for a line that is none.
export const tagsText = (tags: Record<string, unknown> | undefined): string => Object.entries(tags ?? {}).map(([name, value]) => `${name}=${String(value)}`).join("\n");
function tagsFrom(text: string): Record<string, string> {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const odd = lines.find((line) => line.indexOf("=") < 1);
  if (odd) throw new Error(`'${odd}' is no tag: write NAME=VALUE, one a line.`);
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")).trim(), line.slice(line.indexOf("=") + 1).trim()]));
}

// Changes the run as it is now; what somebody else changes in the same moment is refused.
export async function editRun(id: number, part: "name" | "note" | "tags", text: string): Promise<Run> {
  const run = await showRun(String(id));
  let body: Record<string, unknown> = { [part]: text };
  if (part === "tags") {
    const tag = tagsFrom(text);
    body = { tag, untag: Object.keys(run.tags ?? {}).filter((each) => !(each in tag)) };
  }
  return ok(client.PATCH("/api/v1/runs/{run}", { params: { path: { run: String(id) }, header: { "If-Match": `"${run.version}"` } }, body: body as never }));
}

export type RunLine = Awaited<ReturnType<typeof listRuns>>["items"][number];
export type Run = Awaited<ReturnType<typeof showRun>>;
export type Metric = RunLine["metrics"][number];

export interface ClassFigures {
  name: string;
  support: number;
  predicted: number;
  precision: number | null;
  recall: number | null;
  f1: number | null;
  roc_auc?: number | null;
  precision_interval?: [number, number] | null;
  recall_interval?: [number, number] | null;
  f1_interval?: [number, number] | null;
}
export interface Step {
  epoch: number;
  loss: number;
  validation?: number | null;
}
export interface Trial {
  kind: string;
  params: Record<string, number>;
  cost: number | null;
  seconds: number;
  fraction: number;
  failure: string;
  curve?: Step[];
}
export interface Side {
  rows?: number;
  unanswered?: number; // records that it gives no answer to
  bins?: { rows: number; accuracy: number; confidence: number }[];
  curves?: { name: string; roc: [number, number][]; precision_recall: [number, number][] }[];
  classes?: ClassFigures[];
  coverage?: [number, number][];
}
export interface Analysis {
  rows?: number; // it was fitted on
  features?: number;
  kind?: string; // that was fitted, where several were tried
  label_columns?: string[]; // left out, as they tell the label
  test?: Side;
  validation?: Side;
  epochs?: Step[];
  trials?: Trial[];
  curve?: { rows: number; error: number }[];
  params?: Record<string, unknown>;
  leakage?: { allowed?: string; findings?: { kind: string; text: string; gravity: string }[] };
  summary?: Record<string, unknown>;
  class_names?: string[];
}

export const analysisOf = (run: Run): Analysis => (run.analysis ?? {}) as Analysis;
export const parts = ["Training", "Validation", "Test"];

// The first of these that a run has speaks for it: of classes, of values, of groups.
const first = ["accuracy", "rmse", "subset_accuracy", "micro_f1", "span_f1", "silhouette", "explained_variance", "log_loss"];
export function mainMetric(metrics: Metric[]): Metric | null {
  for (const split of [2, 1, 0])
    for (const name of first) {
      const found = metrics.find((metric) => metric.split === split && metric.name === name);
      if (found) return found;
    }
  return metrics.find((metric) => metric.split === 2) ?? metrics[0] ?? null;
}

// Drawn from 0 to 1 only what lies there.
export const isShare = (metric: Metric): boolean => metric.value !== null && metric.value >= 0 && metric.value <= 1 && (metric.low ?? 0) >= 0 && (metric.high ?? 0) <= 1;

export const called = (run: { name?: string; kind: string; id: number }): string => (run.name ? `${run.name}` : `${run.kind} #${run.id}`);
export const tone = (state: string): string => (state === "done" || state === "running" ? "good" : state === "failed" ? "bad" : "");
