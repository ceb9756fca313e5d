// The texts of a record that are marked: its own, and those of fields. They are shown and gone through as one text, with a blank line above
// each for its name; an answer tells a mark by its field and its place there. No mark stands in two of them.
import { Places, type Span } from "./offsets";

export interface Part extends Span {
  field: string; // empty: the record's own text
}
interface Marked {
  text_fields?: string[] | undefined;
}
interface Shown {
  text: string;
  fields: readonly { name: string; value?: unknown }[];
}

// What of an item a question has marked; parts without text are none.
export function textsOf(question: Marked, { text, fields }: Shown): { field: string; text: string }[] {
  const value = (name: string): unknown => fields.find((each) => each.name === name)?.value;
  const found = (question.text_fields ?? []).map((field) => ({ field, text: value(field) }));
  return [...found, { field: "", text }].filter((each): each is { field: string; text: string } => typeof each.text === "string" && each.text !== "");
}

export class Texts extends Places {
  readonly parts: readonly Part[];

  constructor(texts: readonly { field: string; text: string }[], language?: string) {
    const several = texts.length > 1 || texts.some((each) => each.field !== "");
    let whole = "";
    const parts = texts.map(({ field, text }) => {
      whole += whole ? "\n\n" : several ? "\n" : "";
      const start = whole.length;
      whole += text;
      return { field, start, end: whole.length };
    });
    super(whole, language);
    this.parts = parts;
  }
  // What is told above the parts: nothing where there is only the record's text.
  get captions(): { at: number; name: string }[] {
    return this.parts[0]?.start ? this.parts.map(({ field, start }) => ({ at: start - 1, name: field || "text" })) : [];
  }

  partAt(at: number): Part | undefined {
    return this.parts.find((part) => part.start <= at && at <= part.end);
  }
  // As an answer tells it, in code points.
  told({ start, end }: Span): { start: number; end: number; field?: string } {
    const part = this.partAt(start) ?? { start: 0, field: "" };
    const base = this.point(part.start);
    return { start: this.point(start) - base, end: this.point(end) - base, ...(part.field ? { field: part.field } : {}) };
  }
  // Where it stands here; undefined if the field is not shown.
  found({ start, end, field = "" }: { start: number; end: number; field?: string }): Span | undefined {
    const part = this.parts.find((each) => each.field === field);
    if (!part) return undefined;
    const base = this.point(part.start);
    return { start: Math.min(part.end, this.unit(base + start)), end: Math.min(part.end, this.unit(base + end)) };
  }
  // Of a span what lies in the part that it begins in, or comes to first.
  clipped(span: Span): Span | undefined {
    const part = this.parts.find((each) => each.start < span.end && span.start < each.end);
    return part && { start: Math.max(part.start, span.start), end: Math.min(part.end, span.end) };
  }
  override snapped(from: number, to: number, words: boolean): Span | undefined {
    const span = super.snapped(from, to, words);
    return span && this.clipped(span);
  }
}
