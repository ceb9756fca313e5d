// Marks being made and changed: what is selected, what is begun, what can be undone. It knows neither the screen nor the pointer; the answer
// itself stands with whoever asks.
import type { Label, PictureMark } from "../kinds/answer";
import { clipped, far, tidy, type Point, type Size } from "./geometry";
import { boxOf, keyOf, moved, movedPoint, ofBox, pointsOf, seenAs, stretched, told, type MarksKind } from "./marks";
import { boxBetween, halfway, spunBox } from "./shapes";

export interface Begun {
  label: string;
  points: number[][]; // corners, or points with how they are seen
}
export interface Source {
  marks: () => PictureMark[];
  set: (marks: PictureMark[]) => void;
  classes: () => Label[];
  suggested: () => PictureMark[];
}

const none: PictureMark[] = [];

export class Editor {
  selected = $state(-1); // of the marks and, after them, what is suggested
  part = $state(-1); // a corner or point of the selected one
  cursor = $state.raw<Point>([0, 0]);
  begun = $state.raw<Begun | null>(null);
  live = $state.raw<PictureMark | null>(null); // the selected one, while a pointer changes it
  label = $state("");
  said = $state("");
  private past = $state.raw<PictureMark[][]>([]);
  private future = $state.raw<PictureMark[][]>([]);
  private refused = $state.raw(new Set<string>()); // suggestions

  constructor(
    readonly kind: MarksKind,
    readonly size: Size,
    private readonly source: Source,
  ) {
    this.cursor = [Math.round(size.width / 2), Math.round(size.height / 2)];
    this.label = source.classes()[0]?.name ?? "";
  }

  get marks(): PictureMark[] {
    return this.source.marks();
  }
  // What is suggested and neither taken over nor refused.
  open = $derived.by(() => {
    if (this.source.suggested().length === 0) return none;
    const have = new Set(this.source.marks().map(keyOf));
    return this.source.suggested().filter((mark) => !have.has(keyOf(mark)) && !this.refused.has(keyOf(mark)));
  });
  get count(): number {
    return this.marks.length + this.open.length;
  }
  at(index: number): PictureMark | undefined {
    return index === this.selected && this.live ? this.live : index < this.marks.length ? this.marks[index] : this.open[index - this.marks.length];
  }
  get chosen(): PictureMark | undefined {
    return this.selected < 0 ? undefined : this.at(this.selected);
  }
  get isSuggestion(): boolean {
    return this.selected >= this.marks.length;
  }
  names(label: string): string[] {
    return this.source.classes().find((each) => each.name === label)?.keypoints ?? [];
  }
  // The name of the point that comes next.
  get coming(): string {
    return this.begun && this.kind === "keypoints" ? (this.names(this.begun.label)[this.begun.points.length] ?? "") : "";
  }

  // ---- selection ----
  select(index: number, part = -1): void {
    this.live = null;
    this.selected = index < 0 || index >= this.count ? -1 : index;
    this.part = this.selected < 0 ? -1 : part;
    const mark = this.chosen;
    if (!mark) return;
    if (part >= 0) this.tellPart(mark, part);
    else this.said = `${this.isSuggestion ? "Suggested: " : ""}${mark.label}, ${this.selected + 1} of ${this.count}: ${told(mark)}`;
  }
  // The next or the one before; false beyond the ends.
  step(by: 1 | -1): boolean {
    const mark = this.chosen;
    if (this.part >= 0 && mark?.points) {
      this.select(this.selected, (this.part + by + mark.points.length) % mark.points.length);
      return true;
    }
    const next = this.selected < 0 ? (by > 0 ? 0 : this.count - 1) : this.selected + by;
    if (next < 0 || next >= this.count) {
      this.select(-1);
      return false;
    }
    this.select(next);
    return true;
  }
  private tellPart(mark: PictureMark, part: number): void {
    const [x, y, seen] = mark.points![part]!;
    const name = this.kind === "keypoints" ? (this.names(mark.label)[part] ?? `point ${part + 1}`) : `corner ${part + 1} of ${mark.points!.length}`;
    this.said = `${name}: ${seen === 0 ? "not there" : `${tidy(x!)}, ${tidy(y!)}`}${seen === 1 ? ", hidden" : ""}`;
  }

  // ---- the answer ----
  private commit(marks: PictureMark[]): void {
    this.past = [...this.past.slice(-199), this.marks];
    this.future = [];
    this.live = null;
    this.source.set(marks);
  }
  // In place of the selected one.
  change(mark: PictureMark): void {
    if (this.isSuggestion || mark === this.marks[this.selected]) return;
    this.commit(this.marks.map((each, i) => (i === this.selected ? mark : each)));
    if (this.part >= 0 && mark.points) this.tellPart(mark, this.part);
    else this.said = told(mark);
  }
  private add(mark: PictureMark): void {
    this.begun = null;
    if (this.marks.some((each) => keyOf(each) === keyOf(mark))) {
      this.said = "The same mark is there already.";
      return;
    }
    this.commit([...this.marks, mark]);
    this.select(this.marks.length - 1);
    this.said = `${mark.label} marked: ${told(mark)}`;
  }
  get canUndo(): boolean {
    return this.begun !== null || this.past.length > 0;
  }
  get canRedo(): boolean {
    return this.future.length > 0;
  }
  undo(): void {
    if (this.begun) return this.takeBack();
    const last = this.past.at(-1);
    if (!last) return;
    this.future = [...this.future, this.marks];
    this.past = this.past.slice(0, -1);
    this.restore(last, "Undone");
  }
  redo(): void {
    const next = this.future.at(-1);
    if (!next) return;
    this.past = [...this.past, this.marks];
    this.future = this.future.slice(0, -1);
    this.restore(next, "Done again");
  }
  private restore(marks: PictureMark[], said: string): void {
    this.select(-1);
    this.source.set(marks);
    this.said = `${said}. ${marks.length} marks.`;
  }

  // ---- drawing ----
  // A corner or a point is set. `reach`: how near the first corner closes an outline.
  place(at: Point, reach: number, seen = 2): void {
    const point = clipped(at, this.size);
    this.cursor = point;
    if (!this.begun) {
      this.select(-1);
      this.begun = { label: this.label, points: [] };
    }
    const { points, label } = this.begun;
    if (this.kind === "boxes") {
      if (points.length === 0) this.begin([point]);
      else this.finishBox([points[0]![0]!, points[0]![1]!], point);
    } else if (this.kind === "polygons") {
      if (points.length >= 3 && far([points[0]![0]!, points[0]![1]!], point) <= reach) return this.close();
      const last = points.at(-1);
      if (last && last[0] === point[0] && last[1] === point[1]) return this.close();
      this.begin([...points, [...point]]);
    } else {
      const all = [...points, seen === 0 ? [0, 0, 0] : [...point, seen]];
      if (all.length < this.names(label).length) this.begin(all);
      else this.finishPoints(all, label);
    }
  }
  private begin(points: (readonly number[])[]): void {
    this.begun = { label: this.begun?.label ?? this.label, points: points.map((each) => [...each]) };
    const name = this.coming;
    this.said = name ? `Next: ${name}` : `Corner ${points.length}`;
  }
  private finishBox(a: Point, b: Point): void {
    const box = boxBetween(a, b, this.size);
    if (!box) {
      this.said = "A box needs a width and a height.";
      return;
    }
    this.add(ofBox(box, this.begun?.label ?? this.label));
  }
  private finishPoints(points: number[][], label: string): void {
    if (points.every((point) => point[2] === 0)) {
      this.begun = null;
      this.said = "None of its points is there; nothing is marked.";
    } else this.add({ points, label });
  }
  // The outline is done; too few corners are none.
  close(): void {
    if (!this.begun || this.kind !== "polygons") return;
    if (this.begun.points.length < 3) this.said = "An outline needs three corners.";
    else this.add({ points: this.begun.points, label: this.begun.label });
  }
  // The last corner or point of what is begun.
  takeBack(): void {
    if (!this.begun) return;
    const points = this.begun.points.slice(0, -1);
    if (points.length === 0) this.cancel();
    else this.begin(points);
  }
  cancel(): void {
    this.live = null;
    if (!this.begun) return;
    this.begun = null;
    this.said = "Left off.";
  }

  // ---- changing ----
  move(way: Point): void {
    const mark = this.chosen;
    if (!mark || this.isSuggestion) return;
    const point = this.part >= 0 ? mark.points?.[this.part] : undefined;
    if (point) this.change(movedPoint(mark, this.part, [point[0]! + way[0], point[1]! + way[1]], this.size));
    else this.change(moved(mark, way, this.size));
  }
  stretch(way: Point, first: boolean): void {
    const mark = this.chosen;
    if (mark && !this.isSuggestion) this.change(stretched(mark, way, first, this.size));
  }
  spin(degrees: number): void {
    const mark = this.chosen;
    if (!mark || this.isSuggestion || this.kind !== "boxes") return;
    const box = boxOf(mark);
    this.change(ofBox(spunBox(box, (box.rotation ?? 0) + degrees, this.size), mark.label));
  }
  // The class of what is begun or selected, and of what comes.
  choose(label: string): void {
    const fits = (from: string): boolean => this.kind !== "keypoints" || this.names(from).length === this.names(label).length;
    const mark = this.begun ?? (this.isSuggestion ? undefined : this.chosen);
    if (mark && !fits(mark.label)) {
      this.said = `A ${label} has other points.`;
      return;
    }
    this.label = label;
    this.said = label;
    if (this.begun) this.begun = { ...this.begun, label };
    else if (mark && mark.label !== label) this.change({ ...(mark as PictureMark), label });
  }
  remove(): void {
    const mark = this.chosen;
    if (!mark) return;
    if (this.isSuggestion) {
      this.refused = new Set([...this.refused, keyOf(mark)]);
      this.select(Math.min(this.selected, this.count - 1));
      this.said = "The suggestion is set aside.";
      return;
    }
    if (this.part >= 0) return this.kind === "keypoints" ? this.see(0) : this.removeCorner(mark);
    const index = this.selected;
    this.commit(this.marks.filter((_, i) => i !== index));
    this.select(Math.min(index, this.count - 1));
    this.said = `${mark.label} deleted. ${this.marks.length} marks.`;
  }
  private removeCorner(mark: PictureMark): void {
    if (mark.points!.length <= 3) {
      this.said = "An outline keeps three corners; delete the whole.";
      return;
    }
    const part = this.part;
    this.part = Math.max(0, part - 1);
    this.change({ ...mark, points: mark.points!.filter((_, i) => i !== part) });
  }
  // A corner after one of the selected outline, half way to the next.
  addCorner(after: number, at?: Point): void {
    const mark = this.chosen;
    if (!mark?.points || this.kind !== "polygons" || this.isSuggestion) return;
    const [a, b] = [mark.points[after]!, mark.points[(after + 1) % mark.points.length]!];
    const point = at ?? halfway([a[0]!, a[1]!], [b[0]!, b[1]!]);
    this.part = after + 1;
    this.change({ ...mark, points: [...mark.points.slice(0, after + 1), [...point], ...mark.points.slice(after + 1)] });
  }
  // How the selected point is seen: as given, or the next of seen, hidden, not there.
  see(seen?: 0 | 1 | 2, part = this.part): void {
    const mark = this.chosen;
    const point = mark?.points?.[part];
    if (!mark || !point || this.kind !== "keypoints" || this.isSuggestion) return;
    const next = seen ?? ([2, 0, 1][point[2]!] as 0 | 1 | 2);
    if (next === 0 && mark.points!.every((each, i) => i === part || each[2] === 0)) {
      this.said = "One point has to be there; delete the whole.";
      return;
    }
    // One that is not there keeps its place here, in case it is after all.
    const [x, y] = point[0] === 0 && point[1] === 0 ? this.cursor : [point[0]!, point[1]!];
    this.change({ ...mark, points: mark.points!.map((each, i) => (i === part ? [x, y, next] : each)) });
    this.said = `${this.names(mark.label)[part] ?? "point"}: ${seenAs[next]}`;
  }

  // ---- suggestions ----
  accept(index = this.selected): void {
    const mark = this.at(index);
    if (index < this.marks.length || !mark) return;
    this.add({ ...mark });
  }
  acceptAll(): void {
    const all = this.open;
    if (all.length === 0) return;
    this.commit([...this.marks, ...all]);
    this.select(-1);
    this.said = `${all.length} suggestions are taken over.`;
  }

  // The place the eye should be at.
  get focus(): Point {
    const mark = this.chosen;
    if (!mark) return this.cursor;
    const point = this.part >= 0 ? mark.points?.[this.part] : undefined;
    if (point && point[2] !== 0) return [point[0]!, point[1]!];
    return pointsOf(mark)[0] ?? this.cursor;
  }
}
