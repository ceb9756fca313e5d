// What the pages about a source's quality share.
import { client, ok } from "../../../lib/client";

export const at = (source: string) => ({ params: { path: { source } } });
export const findErrors = (source: string, body: Record<string, unknown>) => ok(client.POST("/api/v1/sources/{source}/quality/errors", { ...at(source), body: body as never }));
export type Wrong = Awaited<ReturnType<typeof findErrors>>["items"][number];

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
