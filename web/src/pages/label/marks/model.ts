// Marks of a text and relations between them, as values: what an answer says, in places of the text at hand.
import type { Span } from "./offsets";
import type { Texts } from "./texts";

export interface Mark extends Span {
  id: number;
  label: string;
}
export interface Link {
  id: number;
  from: number; // ids of marks
  to: number;
  label: string;
}
export interface Marked {
  marks: readonly Mark[]; // in the order of their places
  links: readonly Link[];
}
export interface RelationKind {
  name: string;
  from?: string[] | string;
  to?: string[] | string;
}
interface StoredSpan {
  start: number;
  end: number;
  label: string;
  field?: string; // of the record; absent: its text
}
interface StoredLink {
  from: number;
  to: number;
  label: string;
}

export const nothing: Marked = { marks: [], links: [] };
const fieldOf = (span: StoredSpan): string => span.field ?? "";
const byPlace = (a: StoredSpan, b: StoredSpan): number => (fieldOf(a) < fieldOf(b) ? -1 : fieldOf(a) > fieldOf(b) ? 1 : 0) || a.start - b.start || a.end - b.end || (a.label < b.label ? -1 : a.label > b.label ? 1 : 0);
export const same = (a: StoredSpan, b: StoredSpan): boolean => a.start === b.start && a.end === b.end && a.label === b.label && fieldOf(a) === fieldOf(b);
export const meet = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end;

const isSpan = (value: unknown): value is StoredSpan => {
  const span = value as StoredSpan | null;
  return typeof span === "object" && span !== null && Number.isInteger(span.start) && Number.isInteger(span.end) && typeof span.label === "string";
};
// The spans and relations of an answer of either kind; what is neither is left out.
export function partsOf(value: unknown): { spans: StoredSpan[]; relations: StoredLink[] } {
  const whole = (Array.isArray(value) ? { spans: value } : (value ?? {})) as { spans?: unknown; relations?: unknown };
  const spans = Array.isArray(whole.spans) ? whole.spans.filter(isSpan) : [];
  const relations = Array.isArray(whole.relations) ? (whole.relations as StoredLink[]) : [];
  return { spans, relations: relations.filter((each) => spans[each?.from] && spans[each?.to] && typeof each.label === "string") };
}

// `id` gives the ids, each once.
export function read(value: unknown, places: Texts, id: () => number): Marked {
  const { spans, relations } = partsOf(value);
  const ids = spans.map(() => id());
  const marks = spans
    .map((span, i) => ({ id: ids[i]!, ...(places.found(span) ?? { start: 0, end: 0 }), label: span.label }))
    .filter((mark) => mark.start < mark.end);
  const there = new Set(marks.map((mark) => mark.id));
  const links = relations.map((each) => ({ id: id(), from: ids[each.from]!, to: ids[each.to]!, label: each.label }));
  return { marks: marks.sort(byPlace), links: links.filter((each) => there.has(each.from) && there.has(each.to)) };
}

export function write({ marks, links }: Marked, places: Texts, related: boolean): unknown {
  const spans = marks.map((mark) => ({ ...places.told(mark), label: mark.label }));
  if (!related) return spans;
  const at = new Map(marks.map((mark, i) => [mark.id, i]));
  return { spans, relations: links.map((each) => ({ from: at.get(each.from)!, to: at.get(each.to)!, label: each.label })) };
}

// With a mark put in, or put in another place or class. What hinders it, if something does.
export function put(marked: Marked, mark: Mark, overlapping: boolean): Marked | string {
  const others = marked.marks.filter((each) => each.id !== mark.id);
  if (others.some((each) => same(each, mark))) return "This is marked so already";
  const hit = overlapping ? undefined : others.find((each) => meet(each, mark));
  if (hit) return `It would overlap a mark ‘${hit.label}’; marks of this project do not overlap`;
  return { ...marked, marks: [...others, mark].sort(byPlace) };
}
export const remove = (marked: Marked, id: number): Marked => ({
  marks: marked.marks.filter((each) => each.id !== id),
  links: marked.links.filter((each) => each.id !== id && each.from !== id && each.to !== id),
});

const listed = (ends: string[] | string | undefined): string[] => (ends === undefined ? [] : Array.isArray(ends) ? ends : [ends]);
export function fits(kind: RelationKind, from: string, to?: string): boolean {
  const may = (ends: string[], label: string | undefined): boolean => label === undefined || ends.length === 0 || ends.includes(label);
  return may(listed(kind.from), from) && may(listed(kind.to), to);
}
// Without the relations that their ends' classes do not allow.
export function fitting(marked: Marked, kinds: RelationKind[]): Marked {
  const labels = new Map(marked.marks.map((mark) => [mark.id, mark.label]));
  const links = marked.links.filter((each) => kinds.some((kind) => kind.name === each.label && fits(kind, labels.get(each.from)!, labels.get(each.to))));
  return links.length === marked.links.length ? marked : { ...marked, links };
}

// Which line of underlines each mark gets, so that those of marks that overlap do not.
export function lanes(marks: readonly Mark[]): Map<number, number> {
  const ends: number[] = []; // of the last mark of each lane
  const found = new Map<number, number>();
  for (const mark of marks) {
    const free = ends.findIndex((end) => end <= mark.start);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = mark.end;
    found.set(mark.id, lane);
  }
  return found;
}

// The marks that hold a place, the shortest first.
export const marksAt = (marks: readonly Mark[], at: number): Mark[] =>
  marks.filter((mark) => mark.start <= at && at < mark.end).sort((a, b) => a.end - a.start - (b.end - b.start));

// Why the service would not take it; empty: it would. `lengths` in code points, by field.
export function fault(value: unknown, question: { overlapping_spans?: boolean; at_least?: number | null; at_most?: number | null; class?: { name: string }[]; some?: boolean }, lengths: ReadonlyMap<string, number>): string {
  const { spans } = partsOf(value);
  const known = new Set((question.class ?? []).map((each) => each.name));
  const strange = question.some ? undefined : spans.find((span) => !known.has(span.label));
  if (strange) return `There is no class ‘${strange.label}’ here any more; change or delete its marks`;
  if (spans.some((span) => span.start >= span.end || span.end > (lengths.get(fieldOf(span)) ?? 0))) return "A mark lies outside the text; delete it";
  const sorted = question.overlapping_spans ? [] : [...spans].sort(byPlace);
  if (sorted.some((span, i) => i > 0 && fieldOf(span) === fieldOf(sorted[i - 1]!) && span.start < sorted[i - 1]!.end)) return "Two marks overlap, and marks of this project do not";
  if (question.at_least != null && spans.length < question.at_least) return `${spans.length} marks; ${question.at_least} at least`;
  if (question.at_most != null && spans.length > question.at_most) return `${spans.length} marks; ${question.at_most} at most`;
  return "";
}

// Of two answers to the same text: what only one of them says.
export function differing(mine: unknown, other: unknown): Set<number> {
  const theirs = partsOf(other).spans;
  return new Set(partsOf(mine).spans.flatMap((span, i) => (theirs.some((each) => same(each, span)) ? [] : [i])));
}
