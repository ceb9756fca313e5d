// How measured values are written.
import { fixed } from "./format";

// Few digits, whatever the size.
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value !== 0 && (Math.abs(value) >= 1000 || Math.abs(value) < 0.001)) return Number(value.toPrecision(4)).toLocaleString("en", { maximumSignificantDigits: 4, notation: Math.abs(value) < 0.001 || Math.abs(value) >= 1e15 ? "scientific" : "standard" });
  return Number.isInteger(value) && Math.abs(value) > 1 ? String(value) : fixed(value);
}

export const range = (low: number | null | undefined, high: number | null | undefined): string => (low === null || low === undefined || high === null || high === undefined ? "" : `${figure(low)} to ${figure(high)}`);
export const words = (name: string): string => name.replaceAll("_", " ");
export const plain = (value: unknown): string => (typeof value === "number" ? (Number.isInteger(value) ? String(value) : figure(value)) : typeof value === "string" ? value : JSON.stringify(value));
export const signed = (value: number): string => (value > 0 ? `+${figure(value)}` : figure(value).replace("-", "−"));
