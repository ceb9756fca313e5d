// Ranges as one person makes them: what is selected, what is begun, and every change undone and done again.
import type { Label } from "../kinds/answer";
import { clock } from "./media";
import { milli, ordered, roomAt, shortest, within, type Room, type Segment } from "./segments";

interface Given {
  segments: () => Segment[];
  set: (all: Segment[]) => void;
  classes: () => readonly Label[];
  apart: () => boolean; // they do not overlap
  length: () => number; // seconds
}

export class SegmentEditor {
  selected = $state(-1);
  begun = $state<number | null>(null); // seconds, of a range whose end is not set yet
  label = $state(""); // of what is drawn next
  said = $state("");
  private before = $state.raw<Segment[][]>([]);
  private after = $state.raw<Segment[][]>([]);

  constructor(private readonly given: Given) {
    this.label = given.classes()[0]?.name ?? "";
  }

  get all(): Segment[] {
    return this.given.segments();
  }
  get chosen(): Segment | undefined {
    return this.all[this.selected];
  }
  get length(): number {
    return this.given.length();
  }
  get canUndo(): boolean {
    return this.before.length > 0;
  }
  get canRedo(): boolean {
    return this.after.length > 0;
  }
  tell = (one: Segment): string => `${one.label}, ${clock(one.from, 2)} to ${clock(one.to, 2)}`;

  private write(all: Segment[], keep?: Segment): void {
    this.before = [...this.before.slice(-199), this.all];
    this.after = [];
    const sorted = ordered(all);
    this.given.set(sorted);
    this.selected = keep ? sorted.indexOf(keep) : -1;
  }
  private turn(from: "before" | "after", to: "before" | "after"): void {
    const last = this[from].at(-1);
    if (!last) return;
    this[to] = [...this[to], this.all];
    this[from] = this[from].slice(0, -1);
    this.given.set(last);
    this.selected = -1;
    this.begun = null;
    this.said = from === "before" ? "Undone" : "Done again";
  }
  undo = (): void => this.turn("before", "after");
  redo = (): void => this.turn("after", "before");

  private others(index: number): Segment[] {
    return this.given.apart() ? this.all.filter((_, i) => i !== index) : [];
  }
  // Where a range may lie that begins at a place; null: another one is there.
  room = (at: number, index = -1): Room | null => roomAt(this.others(index), at, this.length);

  add(range: Room): boolean {
    const room = this.room((range.from + range.to) / 2) ?? this.room(range.from) ?? this.room(range.to);
    const fits = room && within(range, room);
    if (!fits || !this.label) {
      this.said = fits ? "Choose a class first" : "There is a range already";
      return false;
    }
    const made = { ...fits, label: this.label };
    this.write([...this.all, made], made);
    this.said = `Marked ${this.tell(made)}`;
    return true;
  }

  // Begins a range here, or ends the one that was begun.
  point(at: number): void {
    if (this.begun === null) {
      this.selected = -1;
      if (!this.room(at)) {
        this.said = "There is a range already";
        return;
      }
      this.begun = milli(at);
      this.said = `${this.label} begins at ${clock(at, 2)}; press again where it ends`;
      return;
    }
    const from = this.begun;
    if (Math.abs(at - from) < shortest) {
      this.said = "It has no length yet: go on to where it ends";
      return;
    }
    this.begun = null;
    const room = this.room(at > from ? from + 0.0005 : from - 0.0005);
    this.add(room ? { from: Math.max(room.from, Math.min(from, at)), to: Math.min(room.to, Math.max(from, at)) } : { from, to: at });
  }

  choose(name: string): void {
    this.label = name;
    const chosen = this.chosen;
    if (this.begun !== null || !chosen || chosen.label === name) {
      this.said = name;
      return;
    }
    this.replace(this.selected, { ...chosen, label: name });
  }

  private replace(index: number, made: Segment): void {
    this.write(this.all.map((each, i) => (i === index ? made : each)), made);
    this.said = this.tell(made);
  }
  // One edge of a range to a place.
  edge(index: number, which: "from" | "to", at: number): void {
    const one = this.all[index];
    if (!one || !Number.isFinite(at)) return;
    const room = this.room((one.from + one.to) / 2, index) ?? { from: 0, to: this.length };
    const range = which === "from" ? { from: Math.min(at, one.to - shortest), to: one.to } : { from: one.from, to: Math.max(at, one.from + shortest) };
    const fits = within(range, room);
    if (fits && (fits.from !== one.from || fits.to !== one.to)) this.replace(index, { ...one, ...fits });
  }
  move(index: number, by: number): void {
    const one = this.all[index];
    if (!one) return;
    const room = this.room((one.from + one.to) / 2, index) ?? { from: 0, to: this.length };
    const step = Math.max(room.from - one.from, Math.min(room.to - one.to, by));
    if (milli(step) !== 0) this.replace(index, { ...one, from: milli(one.from + step), to: milli(one.to + step) });
  }
  rewrite(index: number, text: string): void {
    const one = this.all[index];
    if (!one || (one.text ?? "") === text) return;
    const { text: _, ...rest } = one;
    this.replace(index, text ? { ...rest, text } : rest);
  }
  select(index: number): void {
    this.selected = index;
    this.begun = null;
    const chosen = this.chosen;
    if (!chosen) return;
    this.label = chosen.label;
    this.said = this.tell(chosen);
  }
  remove(index = this.selected): void {
    const one = this.all[index];
    if (!one) return;
    this.write(this.all.filter((_, i) => i !== index));
    this.said = `Deleted ${this.tell(one)}`;
  }
  // Whether there was something to leave.
  escape(): boolean {
    if (this.begun !== null) this.begun = null;
    else if (this.selected >= 0) this.selected = -1;
    else return false;
    this.said = "Left off";
    return true;
  }
}
