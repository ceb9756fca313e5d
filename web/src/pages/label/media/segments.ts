// Ranges of time with a class, as values: kept in order, to the millisecond, and apart where the question wants them apart.
import type { Question } from "../kinds/answer";

export interface Segment {
  from: number; // seconds
  to: number;
  label: string;
  text?: string;
}
export interface Room {
  from: number;
  to: number;
}
export const shortest = 0.02; // of what is drawn, in seconds
export const milli = (seconds: number): number => Math.round(seconds * 1000) / 1000;

export function segmentsOf(value: unknown): Segment[] {
  return Array.isArray(value) ? (value.filter((each) => each !== null && typeof each === "object" && "from" in each && "to" in each) as Segment[]) : [];
}
export const ordered = (all: readonly Segment[]): Segment[] => [...all].sort((a, b) => a.from - b.from || a.to - b.to);
export const overlaps = (a: Room, b: Room): boolean => a.from < b.to && b.from < a.to;

// Where a range about `at` can lie, between those that are there; null: one is there already.
export function roomAt(all: readonly Segment[], at: number, length: number): Room | null {
  const room = { from: 0, to: length };
  for (const each of all) {
    if (each.from < at && at < each.to) return null;
    if (each.to <= at) room.from = Math.max(room.from, each.to);
    else room.to = Math.min(room.to, each.from);
  }
  return room;
}

// Without what is beyond the room; null: too little is left.
export function within(range: Room, room: Room): Room | null {
  const from = milli(Math.max(room.from, Math.min(range.from, range.to)));
  const to = milli(Math.min(room.to, Math.max(range.from, range.to)));
  return to - from >= shortest ? { from, to } : null;
}

// Why the service would not take them; empty: it would.
export function segmentsFault(value: unknown, question: Question, length: number | null): string {
  const all = ordered(segmentsOf(value));
  const names = new Set((question.class ?? []).map((each) => each.name));
  for (const [i, one] of all.entries()) {
    const where = `Range ${i + 1}`;
    if (!(one.from >= 0 && one.from < one.to)) return `${where} ends before it begins`;
    if (length !== null && one.to > length + 0.5) return `${where} ends after the recording`;
    if (names.size > 0 && !names.has(one.label) && !(question.some && one.label)) return `${where} has no class`;
    const next = all[i + 1];
    if (next && question.overlapping_spans !== true && overlaps(one, next)) return `${where} overlaps the next one`;
  }
  return "";
}
