const whole = new Intl.NumberFormat("en");
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

export const count = (n: number): string => whole.format(n);

export const share = (part: number, all: number): number => (all > 0 ? Math.min(1, part / all) : 0);

// Never "100 %" before it is all done, never "0 %" once it began.
export function percent(value: number): string {
  if (value > 0 && value < 0.01) return "< 1 %";
  if (value < 1 && value > 0.99) return "> 99 %";
  return `${Math.round(value * 100)} %`;
}

export const fixed = (value: number, digits = 3): string => value.toFixed(digits);

// A line breaks between the date and the time, and nowhere else.
export const when = (text: string | null | undefined): string => (text ? day.format(new Date(text)).replaceAll(/ (?!\d+:)/g, "\u00a0") : "–");

export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6000) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export const plural = (n: number, one: string, many = one + "s"): string => `${count(n)} ${n === 1 ? one : many}`;
