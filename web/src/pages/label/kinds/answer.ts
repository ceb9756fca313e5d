// What every kind of question shares: the question, the item, the value there is so far, and what is still wrong with it, as
// the service would say.
import type { Project, Task } from "../../../lib/api";
import { fault as textMarksFault } from "../marks/model";
import { textsOf } from "../marks/texts";
import { timedOf } from "../media/media";
import { segmentsFault, segmentsOf } from "../media/segments";
import { marksFault, ofPicture } from "../picture/marks";

export type Definition = Project["definition"];
export type Question = NonNullable<Definition["question"]>[number] & { some?: boolean }; // some: it has more classes than the page holds
export type Label = NonNullable<Question["class"]>[number];
// What a field of it is called; the one question of a project has no name of its own.
export const calledOf = (question: Question): string => question.title || question.name || "Your answer";
export type Item = Task["item"];
export type Value = unknown; // undefined: nothing yet

export interface PictureMark {
  label: string;
  x?: number;
  y?: number;
  width?: number;
  height?: number;
  rotation?: number;
  points?: number[][];
}

// Of every component of kinds/. It exports key(event): true if the key was its own.
export interface Asked {
  question: Question;
  item: Item;
  value: Value;
  setValue: (value: Value) => void;
  choose?: ((value: Value) => void) | undefined; // where one choice is the whole answer: it may be sent at once
  taken: string[]; // keys that are commands of the page
  disabled?: boolean;
  suggestion?: Task["suggestion"]; // of a machine, shown beside what is answered
}

export const kindOf = (question: Question): string => question.kind ?? "classification";
export const atOnce = (kind: string): boolean => ["classification", "hierarchical", "pairwise"].includes(kind);
// The questions that an answer is to: the parts of a form, else itself.
export const partsOf = (question: Question | Definition): Question[] => (question.kind === "form" ? ((question as Definition).question ?? []) : [question as Question]);
// What an answer says to a part.
export const of = (value: Value, name: string): Value => (value as Record<string, unknown> | null | undefined)?.[name];

type Kind = string | null | undefined;
export const ofText = (kind: Kind): boolean => kind === "spans" || kind === "relations";
export const ofTime = (kind: Kind): boolean => kind === "segments";
export const isMarks = (kind: Kind): boolean => ofText(kind) || ofPicture(kind) || ofTime(kind);
// Whether such marks are the answer, or a part of it.
export const marksText = (question: Question | Definition): boolean => partsOf(question).some((part) => ofText(part.kind));
export const marksPicture = (question: Question | Definition): boolean => partsOf(question).some((part) => ofPicture(part.kind));
export const marksTime = (question: Question | Definition): boolean => partsOf(question).some((part) => ofTime(part.kind));
// These show the fields themselves, and stand where the item stands.
const ofFields = (kind: Kind): boolean => ["pairwise", "ranking", "rows"].includes(kind ?? "");
export const asksFields = (question: Question | Definition): boolean => partsOf(question).some((part) => ofFields(part.kind));
export const isWide = (question: Question | Definition): boolean => partsOf(question).some((part) => ofFields(part.kind) || isMarks(part.kind));
// What of the item a question shows itself.
export const shownBy = (question: Question | Definition): string[] =>
  partsOf(question).flatMap((part) => (ofText(part.kind) ? ["text", ...(part.text_fields ?? []).map((name) => `field ${name}`)] : ofPicture(part.kind) ? ["image"] : ofTime(part.kind) ? ["media"] : [...(part.candidates ?? []), ...(part.table ? [part.table] : [])].map((name) => `field ${name}`)));

// Of each question whose answer is such marks: its classes, and what an answer says to it.
export function marked(question: Question | Definition, such: (kind: Kind) => boolean, classes?: Label[]): { name: string; title: string; question: Question; classes: Label[]; of: (value: Value) => Value }[] {
  const form = question.kind === "form";
  return partsOf(question)
    .filter((part) => such(part.kind))
    .map((part) => ({ name: part.name ?? "", title: form ? part.title || part.name : "", question: part, classes: (form ? undefined : classes) ?? part.class ?? [], of: (value) => (form ? of(value, part.name) : value) }));
}
// How many code points a text has.
export function pointsIn(text: string): number {
  let n = text.length;
  for (let i = 0; i < text.length - 1; i++) if (text.charCodeAt(i) >> 10 === 0x36 && text.charCodeAt(i + 1) >> 10 === 0x37) n--;
  return n;
}

// Of each text that is marked; counted once for an item.
const counts = new WeakMap<Item, Map<string, number>>();
function lengthsIn(question: Question, item: Item): Map<string, number> {
  const known = counts.get(item);
  if (known) return known;
  const found = new Map(textsOf(question, item).map(({ field, text }) => [field, pointsIn(text)]));
  counts.set(item, found);
  return found;
}

// The rows of a table as the item has it: a list, or a list written as JSON.
export function rowsOf(question: Question, item: Item): unknown[] | null {
  let value = item.fields.find((field) => field.name === question.table)?.value as unknown;
  if (typeof value === "string")
    try {
      value = JSON.parse(value);
    } catch {
      return null;
    }
  return Array.isArray(value) ? value : null;
}

function counted(question: Question, n: number, of: string): string {
  if (question.at_least != null && n < question.at_least) return `${n} ${of}; ${question.at_least} at least`;
  if (question.at_most != null && n > question.at_most) return `${n} ${of}; ${question.at_most} at most`;
  return "";
}

function numberFault(question: Question, value: Value): string {
  if (typeof value !== "number" || !Number.isFinite(value)) return "Give a number";
  if (question.low != null && value < question.low) return `The lowest is ${question.low}`;
  if (question.high != null && value > question.high) return `The highest is ${question.high}`;
  if (question.step != null) {
    const steps = (value - (question.low ?? 0)) / question.step;
    if (Math.abs(steps - Math.round(steps)) > 1e-6) return `It lies between two steps of ${question.step}`;
  }
  return "";
}

function textFault(question: Question, value: Value): string {
  const text = typeof value === "string" ? value.trim() : "";
  if (!text) return "Write something, or skip the task";
  return counted(question, pointsIn(text), "characters");
}

// Whether a part of a form is asked, by what is answered before it.
export function isAsked(part: Question, answers: Record<string, unknown>): boolean {
  if (!part.when) return true;
  const given = answers[part.when.question];
  const all = Array.isArray(given) ? given.map(String) : given === undefined ? [] : [String(given)];
  return all.some((each) => part.when!.is.includes(each));
}

// The parts that are asked, in order; an answer to a part that is not asked does not ask another.
export function askedParts(definition: Definition, value: Value): Question[] {
  const given = (value ?? {}) as Record<string, unknown>;
  const live: Record<string, unknown> = {};
  return (definition.question ?? []).filter((part) => {
    if (!isAsked(part, live)) return false;
    if (given[part.name] !== undefined) live[part.name] = given[part.name];
    return true;
  });
}

function formFault(definition: Definition, item: Item, value: Value): string {
  const given = (value ?? {}) as Record<string, unknown>;
  for (const part of askedParts(definition, value)) {
    const title = part.title || part.name;
    if (isBlank(part, given[part.name])) {
      if (part.required !== false) return `‘${title}’ is not answered yet`;
      continue;
    }
    const fault = faultOf(part, item, given[part.name]);
    if (fault) return `${title}: ${fault}`;
  }
  return "";
}

function isBlank(question: Question, value: Value): boolean {
  if (value === undefined || value === null) return true;
  return kindOf(question) === "text" && typeof value === "string" && value.trim() === "";
}

// Why the service would not take it; empty: it would.
export function faultOf(question: Question | Definition, item: Item, value: Value): string {
  const asked = question as Question;
  const list = Array.isArray(value) ? value : [];
  if (ofTime(question.kind)) {
    const recording = timedOf(item);
    if (!recording) return "This item has no recording to mark; skip it";
    return segmentsFault(value, asked, recording.seconds) || counted(asked, segmentsOf(value).length, "ranges");
  }
  switch (question.kind ?? "classification") {
    case "form":
      return formFault(question as Definition, item, value);
    case "multilabel":
      return counted(asked, list.length, "classes");
    case "spans":
    case "relations":
      return textMarksFault(value, asked as Parameters<typeof textMarksFault>[1], lengthsIn(asked, item));
    case "text":
      return textFault(asked, value);
    case "regression":
      return numberFault(asked, value);
    case "ranking": {
      const n = list.flat().length;
      const all = question.candidates?.length ?? 0;
      return n < all ? `${all - n} of ${all} are not ranked yet` : "";
    }
    case "rows": {
      const rows = rowsOf(asked, item);
      if (!rows) return `This item has no table in ‘${question.table ?? ""}’; skip it`;
      return counted(asked, list.filter((each) => each !== null).length, "rows with a class");
    }
    case "boxes":
    case "polygons":
    case "keypoints":
      if (!item.image) return "This item has no picture to mark; skip it";
      return marksFault(asked.kind as "boxes", value) || counted(asked, list.length, "marks");
    default:
      return typeof value === "string" ? "" : "Nothing is chosen yet";
  }
}

// What is sent: without blanks around it, with each part that a form asks and no other.
export function answerOf(question: Question | Definition, item: Item, value: Value): Value {
  const kind = question.kind ?? "classification";
  if (kind === "text") return String(value).trim();
  if (kind === "multilabel" || kind === "spans" || ofPicture(kind) || ofTime(kind)) return value ?? [];
  if (kind === "relations") return value ?? { spans: [], relations: [] };
  if (kind === "rows") return value ?? (rowsOf(question as Question, item) ?? []).map(() => null);
  if (kind !== "form") return value;
  const given = (value ?? {}) as Record<string, unknown>;
  const parts = askedParts(question as Definition, value).filter((part) => !isBlank(part, given[part.name]));
  return Object.fromEntries(parts.map((part) => [part.name, answerOf(part, item, given[part.name])]));
}

// A value in a few words.
export function inWords(value: Value): string {
  if (value === undefined || value === null) return "–";
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return "none";
    if (value.every((each) => each === null || typeof each !== "object" || Array.isArray(each))) return value.map(inWords).join(", ");
    return `${value.length} × ${[...new Set(value.map((each) => String((each as PictureMark).label)))].join(", ")}`;
  }
  return Object.entries(value as object).map(([name, each]) => `${name}: ${inWords(each)}`).join("; ");
}
