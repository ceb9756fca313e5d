// One person at the marks of one text: what is marked, what is selected, the mark at hand, the relation being made, and the
// way back. It knows nothing of the screen.
import { settings } from "../../../lib/settings.svelte";
import type { Question } from "../kinds/answer";
import { fits, fitting, nothing, put, read, remove, same, write, type Link, type Mark, type Marked, type RelationKind } from "./model";
import { stepped, type Span, type Step } from "./offsets";
import { Texts } from "./texts";

const kept = 200; // steps back

interface Given {
  question: Question;
  texts: readonly { field: string; text: string }[];
  language: string;
  write: (value: unknown) => void;
  disabled: boolean;
}

export class Marking {
  marked = $state.raw<Marked>(nothing);
  offered = $state.raw<Marked>(nothing); // suggestions that are neither taken nor turned down; their ids are negative
  current = $state<number | null>(null);
  anchor = $state(0);
  caret = $state(0);
  armed = $state(""); // the class that the next selection gets
  link = $state<{ from: number; kind: string } | null>(null); // being made
  said = $state("");
  leaving = false; // after Escape Tab leaves the text
  back = $state.raw<Marked[]>([]);
  ahead = $state.raw<Marked[]>([]);
  // Marks and suggestions, in order; and the one of them at hand.
  readonly all: readonly Mark[] = $derived(this.offered.marks.length === 0 ? this.marked.marks : [...this.marked.marks, ...this.offered.marks].sort((a, b) => a.start - b.start || a.end - b.end));
  readonly at: Mark | undefined = $derived(this.all.find((mark) => mark.id === this.current));
  readonly places: Texts;
  readonly related: boolean;
  readonly kinds: RelationKind[];
  private last = 0;
  private written: unknown;
  private readonly id = (): number => ++this.last;

  constructor(private readonly given: Given) {
    this.places = new Texts(given.texts, given.language);
    this.related = given.question.kind === "relations";
    this.kinds = (given.question.relation ?? []) as RelationKind[];
  }

  get selection(): Span {
    return { start: Math.min(this.anchor, this.caret), end: Math.max(this.anchor, this.caret) };
  }
  words(span: Span): string {
    const text = this.places.text.slice(span.start, span.end).replaceAll(/\s+/g, " ");
    return text.length > 60 ? `${text.slice(0, this.places.floor(span.start + 58) - span.start)}…` : text;
  }
  name(id: number): string {
    const mark = this.all.find((each) => each.id === id);
    return mark ? `‘${this.words(mark)}’` : "–";
  }

  // A value from elsewhere: a draft, a suggestion taken over as a whole.
  take(value: unknown, suggestion: unknown): void {
    if (value !== undefined && value === this.written) return;
    this.written = value;
    this.marked = read(value, this.places, this.id);
    this.back = this.ahead = [];
    this.current = this.link = null;
    let id = 0;
    const said = read(suggestion, this.places, () => --id);
    const own = new Map(said.marks.map((mark) => [mark.id, this.marked.marks.find((each) => same(each, mark))?.id]));
    const links = said.links.map((each) => ({ ...each, from: own.get(each.from) ?? each.from, to: own.get(each.to) ?? each.to }));
    this.offered = { marks: said.marks.filter((mark) => own.get(mark.id) === undefined), links: links.filter((each) => each.from < 0 || each.to < 0) };
  }

  private set(to: Marked, said: string): void {
    const whole = this.related ? fitting(to, this.kinds) : to;
    const lost = to.links.length - whole.links.length;
    this.back = [...this.back.slice(-kept), this.marked];
    this.ahead = [];
    this.keep(whole);
    this.said = lost > 0 ? `${said}; ${lost} relations that do not fit it were taken out` : said;
  }
  private keep(marked: Marked): void {
    this.marked = marked;
    this.written = write(marked, this.places, this.related);
    this.given.write(this.written);
  }
  undo(): void {
    const last = this.back.at(-1);
    if (!last) return void (this.said = "Nothing to undo");
    this.back = this.back.slice(0, -1);
    this.ahead = [...this.ahead, this.marked];
    this.restore(last, "Undone");
  }
  redo(): void {
    const next = this.ahead.at(-1);
    if (!next) return void (this.said = "Nothing to redo");
    this.ahead = this.ahead.slice(0, -1);
    this.back = [...this.back, this.marked];
    this.restore(next, "Done again");
  }
  private restore(marked: Marked, said: string): void {
    this.keep(marked);
    if (!marked.marks.some((mark) => mark.id === this.current)) this.current = null;
    this.link = null;
    this.said = said;
  }
  nothing(): void {
    this.set(nothing, "Nothing to mark");
  }

  select(anchor: number, caret: number): void {
    this.anchor = this.places.within(anchor);
    this.caret = this.places.within(caret);
    this.current = null;
  }
  go(id: number | null): void {
    this.current = id;
    const mark = this.at;
    if (!mark) return;
    this.anchor = mark.start;
    this.caret = mark.end;
    const link = this.link;
    if (link && link.from !== mark.id) {
      if (link.kind) return this.join(link.kind);
      const may = this.kindsTo(mark);
      if (may.length === 1 && this.kinds.length === 1) return this.join(may[0]!.name);
    }
    const mine = mark.id > 0;
    this.said = `${this.words(mark)}: ${mark.label}${mine ? "" : ", suggested"}`;
  }
  // The next mark from here, or the one before; false behind the last.
  along(forward: boolean): boolean {
    const all = this.all;
    const i = all.findIndex((mark) => mark.id === this.current);
    const at = this.caret;
    const next = i >= 0 ? all[i + (forward ? 1 : -1)] : forward ? all.find((mark) => mark.start >= at) : all.filter((mark) => mark.end <= at).at(-1);
    if (next) this.go(next.id);
    else this.current = null;
    return next !== undefined;
  }

  // A class was chosen: for the mark at hand, for what is selected, or for the word at the caret; if none is there, for what is selected next.
  choose(label: string, arm: boolean): void {
    const mark = this.at;
    if (mark) return mark.id < 0 ? this.accept(mark.id, label) : this.change({ ...mark, label }, `Now ${label}`);
    if (this.anchor === this.caret && arm) {
      this.armed = this.armed === label ? "" : label;
      this.said = this.armed ? `Select text to mark it ${label}` : "";
      return;
    }
    this.mark(label);
  }
  mark(label: string): void {
    const { start, end } = this.selection;
    const span = start < end ? this.places.snapped(start, end, settings.words) : this.places.wordAt(this.caret);
    if (!span) return void (this.said = "Select what is to be marked first");
    const there = this.marked.marks.find((each) => each.start === span.start && each.end === span.end);
    const alike = this.given.question.overlapping_spans ? undefined : there;
    if (alike && alike.label !== label) return this.change({ ...alike, label }, `Now ${label}`);
    const fresh = { id: this.id(), ...span, label };
    const after = put(this.marked, fresh, this.given.question.overlapping_spans ?? false);
    if (typeof after === "string") return void (this.said = after);
    this.set(after, `${this.words(span)} marked ${label}`);
    this.anchor = this.caret = span.end;
    this.current = null;
    this.offered = { ...this.offered, marks: this.offered.marks.filter((each) => !same(each, fresh)) };
  }
  private change(mark: Mark, said: string): void {
    const before = this.marked.marks.find((each) => each.id === mark.id);
    if (!before || same(before, mark)) return;
    const after = put(this.marked, mark, this.given.question.overlapping_spans ?? false);
    if (typeof after === "string") return void (this.said = after);
    this.set(after, said);
    this.current = mark.id;
    this.anchor = mark.start;
    this.caret = mark.end;
  }
  // A border of the mark at hand by a step, or to a place.
  border(which: "start" | "end", step: Step, forward: boolean): void {
    const mark = this.at;
    if (mark && mark.id > 0) this.borders(which, stepped(this.places, mark[which], step, forward));
  }
  borders(which: "start" | "end", place: number, words = false): void {
    const mark = this.at;
    if (!mark) return;
    const to = (words && this.places.wordAt(place)?.[which]) || place;
    const moved = { ...mark, [which]: which === "start" ? this.places.floor(to) : this.places.ceil(to) };
    if (moved.start >= moved.end) return void (this.said = "A mark has at least one character");
    const part = this.places.partAt(mark.start) ?? moved; // it stays in its text
    const next = { ...moved, start: Math.max(part.start, moved.start), end: Math.min(part.end, moved.end) };
    this.change(next, `Now ${this.words(next)}`);
  }
  remove(id = this.current): void {
    if (id === null) return;
    if (id < 0) return this.decline(id);
    const gone = this.marked.marks.find((mark) => mark.id === id);
    const link = this.marked.links.find((each) => each.id === id);
    if (!gone && !link) return;
    this.set(remove(this.marked, id), gone ? `${this.words(gone)} is not marked any more` : "The relation is taken out");
    if (this.link?.from === id) this.link = null;
    if (this.current !== id) return;
    this.current = null;
    this.anchor = this.caret;
  }

  accept(id: number, label?: string): void {
    const offered = this.offered.marks.find((mark) => mark.id === id);
    if (!offered) return;
    const fresh = { ...offered, id: this.id(), label: label ?? offered.label };
    const after = put(this.marked, fresh, this.given.question.overlapping_spans ?? false);
    if (typeof after === "string") return void (this.said = after);
    this.set(this.withLinks(after, new Map([[id, fresh.id]])), `${this.words(fresh)} marked ${fresh.label}`);
    this.renew(id, fresh.id);
    this.go(fresh.id);
  }
  acceptAll(): void {
    let marked = this.marked;
    const taken = new Map<number, number>();
    for (const offered of this.offered.marks) {
      const fresh = { ...offered, id: this.id() };
      const after = put(marked, fresh, this.given.question.overlapping_spans ?? false);
      if (typeof after === "string") continue;
      marked = after;
      taken.set(offered.id, fresh.id);
    }
    const left = this.offered.marks.length - taken.size;
    if (taken.size > 0) this.set(this.withLinks(marked, taken), `${taken.size} marks taken over${left > 0 ? `; ${left} overlap with yours` : ""}`);
    this.current = null;
    for (const [id, now] of taken) this.renew(id, now);
  }
  decline(id: number | null): void {
    const gone = (mark: { id: number }): boolean => id === null || mark.id === id;
    this.offered = { marks: this.offered.marks.filter((mark) => !gone(mark)), links: this.offered.links.filter((each) => id !== null && each.from !== id && each.to !== id) };
    this.current = null;
    this.said = "Turned down";
  }
  // The suggested relations whose ends are there now.
  private withLinks(marked: Marked, taken: Map<number, number>): Marked {
    const there = new Set(marked.marks.map((mark) => mark.id));
    const now = (id: number): number => taken.get(id) ?? id;
    const links = this.offered.links
      .filter((each) => (taken.has(each.from) || taken.has(each.to)) && there.has(now(each.from)) && there.has(now(each.to)))
      .map((each) => ({ id: this.id(), from: now(each.from), to: now(each.to), label: each.label }));
    return { ...marked, links: [...marked.links, ...links] };
  }
  private renew(id: number, to: number): void {
    const now = (end: number): number => (end === id ? to : end);
    this.offered = {
      marks: this.offered.marks.filter((mark) => mark.id !== id),
      links: this.offered.links.map((each) => ({ ...each, from: now(each.from), to: now(each.to) })).filter((each) => each.from < 0 || each.to < 0),
    };
  }

  begin(): void {
    const mark = this.at;
    if (!this.related || !mark || mark.id < 0) return void (this.said = "Go to the mark first that the relation begins at");
    this.link = { from: mark.id, kind: "" };
    this.said = `A relation from ${this.words(mark)}: go to the other mark, then choose the relation`;
  }
  kindsTo(mark: Mark | undefined): RelationKind[] {
    const from = this.marked.marks.find((each) => each.id === this.link?.from);
    return from ? this.kinds.filter((kind) => fits(kind, from.label, mark && mark.id !== from.id ? mark.label : undefined)) : [];
  }
  // The relation was chosen; before its other end it waits for that.
  join(kind: string): void {
    const { link, at } = this;
    if (!link) return;
    if (!at || at.id === link.from) {
      this.link = { ...link, kind: link.kind === kind ? "" : kind };
      this.said = `${kind}: go to the mark that it leads to`;
      return;
    }
    if (at.id < 0) return void (this.said = "Accept the suggested mark first");
    if (!this.kindsTo(at).some((each) => each.name === kind)) return void (this.said = `‘${kind}’ does not lead to ${at.label}`);
    if (this.marked.links.some((each) => each.from === link.from && each.to === at.id && each.label === kind)) return void (this.said = "This relation is there already");
    const fresh: Link = { id: this.id(), from: link.from, to: at.id, label: kind };
    this.link = null;
    this.set({ ...this.marked, links: [...this.marked.links, fresh] }, `${this.name(fresh.from)} ${kind} ${this.name(fresh.to)}`);
  }
  relabel(id: number, label: string): void {
    const links = this.marked.links.map((each) => (each.id === id ? { ...each, label } : each));
    this.set({ ...this.marked, links }, `Now ${label}`);
  }
  // Lets go of what is at hand, one thing at a time; false if nothing was.
  escape(): boolean {
    this.leaving = true;
    if (this.link) this.link = null;
    else if (this.armed) this.armed = "";
    else if (this.current !== null) this.select(this.caret, this.caret);
    else if (this.anchor !== this.caret) this.anchor = this.caret;
    else return false;
    return true;
  }
}
