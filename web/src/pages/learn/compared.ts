// Runs beside each other, as the service compares them: two or more on the test records that all of them judged.
import { asked } from "../../lib/asked";
import { client, ok } from "../../lib/client";
import { analysisOf, type Run } from "./run";

export const compareRuns = (runs: number[]) => {
  const [a, b, ...more] = runs.map(String);
  return asked((how) => ok(client.GET("/api/v1/runs/{a}/compare/{b}", { params: { path: { a: a ?? "", b: b ?? "" }, query: more.length > 0 ? { more: more.map(Number) } : {} }, ...how })));
};
export type Comparison = Awaited<ReturnType<typeof compareRuns>["of"]>;
export type Difference = Comparison["differences"][number];

// What a run was asked for and what was chosen for it, flat: "features.text.bits" and so on.
export function settingsOf(run: Run): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const take = (name: string, value: unknown): void => {
    if (value === null || value === undefined || value === "") return;
    if (typeof value === "object" && !Array.isArray(value)) for (const [inner, each] of Object.entries(value)) take(name ? `${name}.${inner}` : inner, each);
    else found.set(name, value);
  };
  take("kind", run.kind);
  take("snapshot", run.snapshot);
  take("seed", run.seed);
  take("asked", run.spec);
  take("", analysisOf(run).params);
  take("features", analysisOf(run).summary?.["features"]);
  take("decision", analysisOf(run).summary?.["decision"]);
  take("code version", run.code_version);
  return found;
}

// One axis for several lines of points: where a line has none there, nothing stands.
export function onOneAxis(lines: { name: string; points: [number, number | null | undefined][] }[]): { x: number[]; lines: { name: string; values: (number | null)[] }[] } {
  const x = [...new Set(lines.flatMap((line) => line.points.map((point) => point[0])))].sort((a, b) => a - b);
  return {
    x,
    lines: lines.map((line) => {
      const at = new Map(line.points);
      return { name: line.name, values: x.map((each) => at.get(each) ?? null) };
    }),
  };
}
