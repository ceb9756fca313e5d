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
export const plain = (value: unknown): string => (typeof value === "number" ? (Number.isInteger(value) ? String(value) : figure(value)) : typeof value === "string" ? value : JSON.stringify(value));
export const signed = (value: number): string => (value > 0 ? `+${figure(value)}` : figure(value).replace("-", "−"));
// Of a test: what is smaller says nothing more.
export const chance = (p: number | null | undefined): string => (typeof p === "number" && p < 0.0001 ? "< 0.0001" : figure(p));
