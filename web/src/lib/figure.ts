// How measured values are written.
import { fixed } from "./format";

// 6.9 × 10⁻⁷
function power(value: number): string {
  const [digits = "", exponent = ""] = value.toExponential(1).split("e");
  return `${digits} × 10${[...exponent.replace("+", "")].map((each) => (each === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(each)])).join("")}`;
}

// Few digits, whatever the size.
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e15)) return power(value);
  if (size !== 0 && (size >= 1000 || size < 0.001)) return value.toLocaleString("en", { maximumSignificantDigits: 4 });
  return Number.isInteger(value) && Math.abs(value) > 1 ? String(value) : fixed(value);
}

export const range = (low: number | null | undefined, high: number | null | undefined): string => (low === null || low === undefined || high === null || high === undefined ? "" : `${figure(low)} to ${figure(high)}`);
export const words = (name: string): string => name.replaceAll("_", " ");
// A value in a line: lists with commas, and what has a name as that with what is told of it.
export function plain(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : figure(value);
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(plain).join(", ");
  if (value === null || typeof value !== "object" || !("name" in value)) return JSON.stringify(value);
  const { name, ...more } = value;
  const told = Object.values(more).map(plain).join(", ");
  return told ? `${plain(name)} (${told})` : plain(name);
}
export const signed = (value: number): string => (value > 0 ? `+${figure(value)}` : figure(value).replace("-", "−"));
// Of a test: what is smaller says nothing more.
export const chance = (p: number | null | undefined): string => (typeof p === "number" && p < 0.0001 ? "< 0.0001" : figure(p));
