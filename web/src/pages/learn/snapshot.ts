// What the pages about snapshots share.
import { client, ok } from "../../lib/client";

export const listSnapshots = (after?: string, limit = 100) => ok(client.GET("/api/v1/snapshots", { params: { query: { limit, after: after === undefined ? undefined : Number(after) } } }));
export type Snapshot = Awaited<ReturnType<typeof listSnapshots>>["items"][number];

export interface Counts {
  training?: number;
  validation?: number;
  test?: number;
  stale?: number;
  unsure?: number;
  left_out?: number;
  no_time?: number;
  clusters?: number;
  largest_cluster?: number;
  consent_denied?: number;
  warnings?: string[];
  label_columns?: unknown[];
  label_in_text?: unknown[];
}
export const countsOf = (snapshot: Snapshot): Counts => (snapshot.counts ?? {}) as Counts;
export const at = (snapshot: string) => ({ params: { path: { snapshot } } });
