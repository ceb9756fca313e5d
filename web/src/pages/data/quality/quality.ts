// What the pages about a source's quality share.
import { asked, type How } from "../../../lib/asked";
import { client, ok } from "../../../lib/client";

export const at = (source: string) => ({ params: { path: { source } } });
const errors = (source: string, body: Record<string, unknown>, how: How) => ok(client.POST("/api/v1/sources/{source}/quality/errors", { ...at(source), ...how, body: body as never }));
export const findErrors = (source: string, body: Record<string, unknown>) => asked((how) => errors(source, body, how));
export const decideErrors = errors;
export type Wrong = Awaited<ReturnType<typeof findErrors>["of"]>["items"][number];

// A column of a profile.
export interface Profile {
  type: string;
  present: number;
  missing: number;
  spelled_missing: number;
  distinct: number;
  numbers?: { min: number; max: number; mean: number; deviation: number; quantiles: Record<string, number> };
  length?: { min: number; mean: number; max: number };
  top?: { value: string; count: number }[];
  patterns?: { pattern: string; count: number }[];
}
