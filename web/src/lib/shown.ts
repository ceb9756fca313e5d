// A value of a record as people read it.
import { count } from "./format";

export function shownValue(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(6)));
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

// What a record holds, member by member.
export function fieldsOf(payload: unknown): { name: string; value: unknown }[] {
  return payload && typeof payload === "object" && !Array.isArray(payload) ? Object.entries(payload).map(([name, value]) => ({ name, value })) : [];
}
