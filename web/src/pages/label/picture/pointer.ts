// What a pointer does to marks: draws, selects, moves, resizes and turns.
import type { PictureMark } from "../kinds/answer";
import type { Editor } from "./editor.svelte";
import { clipped, far, grain, snapped, type Point } from "./geometry";
import { boxOf, markAt, moved, movedPoint, ofBox, pointsOf } from "./marks";
import { boxBetween, fromEdge, handles, isIn, onBox, pulledBox, spunBox, type Handle } from "./shapes";
import type { Viewing } from "./viewing.svelte";

export const knob = 28; // CSS pixels that the knob to turn a box stands away from it
const still = 4; // CSS pixels: less than that is no drag

type Grip =
  | { does: "draw"; from: Point }
  | { does: "move"; from: Point }
  | { does: "pull"; handle: Handle }
  | { does: "spin" }
  | { does: "point"; index: number }
  | { does: "select"; index: number };

// Where the knob to turn a box stands, on the window.
export function knobOf(viewing: Viewing, mark: PictureMark): Point {
  const box = boxOf(mark);
  const [top, low] = [viewing.toWindow(onBox(box, 0, -1)), viewing.toWindow(onBox(box, 0, 1))];
  const length = Math.max(1e-6, far(top, low));
  return [top[0] + ((top[0] - low[0]) / length) * knob, top[1] + ((top[1] - low[1]) / length) * knob];
}

export class Pointing {
  private grip: Grip | null = null;
  private start: Point = [0, 0];
  private dragged = false;

  constructor(
    private readonly editor: Editor,
    private readonly viewing: Viewing,
  ) {}

  private exact = (at: Point): Point => clipped(this.viewing.toPicture(at), this.editor.size);
  private point = (at: Point): Point => clipped(snapped(this.viewing.toPicture(at), grain(this.viewing.view.zoom)), this.editor.size);
  private reach = (event: PointerEvent): number => (event.pointerType === "touch" ? 22 : 9);

  press(at: Point, event: PointerEvent): void {
    this.start = at;
    this.dragged = false;
    this.grip = this.gripOf(at, event);
    if (this.grip.does === "draw" && this.editor.kind !== "boxes") this.editor.cursor = this.point(at);
  }

  private gripOf(at: Point, event: PointerEvent): Grip {
    const { editor, viewing } = this;
    const reach = this.reach(event);
    const near = (point: Point): boolean => far(viewing.toWindow(point), at) <= reach;
    const mark = editor.chosen;
    if (mark && !editor.begun && !editor.isSuggestion) {
      if (editor.kind === "boxes") {
        if (far(knobOf(viewing, mark), at) <= reach) return { does: "spin" };
        const handle = [...handles].sort((a, b) => Math.abs(b[0]) + Math.abs(b[1]) - Math.abs(a[0]) - Math.abs(a[1])).find(([sx, sy]) => near(onBox(boxOf(mark), sx, sy)));
        if (handle) return { does: "pull", handle };
      } else {
        const index = mark.points!.findIndex((point) => point[2] !== 0 && near([point[0]!, point[1]!]));
        if (index >= 0) return { does: "point", index };
        const edge = editor.kind === "polygons" ? this.edgeAt(mark, at, reach) : -1;
        if (edge >= 0) {
          editor.addCorner(edge, this.point(at));
          return { does: "point", index: edge + 1 };
        }
      }
      if (editor.kind !== "keypoints" && isIn(pointsOf(mark), this.exact(at))) return { does: "move", from: this.exact(at) };
    }
    const all = [...editor.marks, ...editor.open];
    const under = editor.begun || event.shiftKey ? -1 : markAt(all, this.exact(at), reach / viewing.view.zoom);
    if (under >= 0 && editor.kind === "keypoints") {
      const part = all[under]!.points!.findIndex((point) => point[2] !== 0 && near([point[0]!, point[1]!]));
      editor.select(under, part);
      return under < editor.marks.length && part >= 0 ? { does: "point", index: part } : { does: "select", index: under };
    }
    if (under >= 0 && editor.kind === "polygons") return { does: "select", index: under };
    return { does: "draw", from: this.point(at) };
  }
  private edgeAt(mark: PictureMark, at: Point, reach: number): number {
    const points = pointsOf(mark).map(this.viewing.toWindow);
    return points.findIndex((point, i) => fromEdge(point, points[(i + 1) % points.length]!, at) <= reach);
  }

  move(at: Point, event: PointerEvent): void {
    const { editor, grip } = this;
    if (!grip) {
      if (editor.begun) editor.cursor = this.point(at);
      return;
    }
    this.dragged ||= far(at, this.start) >= still;
    if (!this.dragged) return;
    const mark = editor.at(editor.selected);
    if (grip.does === "draw") {
      if (editor.kind === "boxes" && !editor.begun) editor.place(grip.from, 0);
      editor.cursor = this.point(at);
    } else if (mark && grip.does === "pull") editor.live = ofBox(pulledBox(boxOf(editor.marks[editor.selected] ?? mark), grip.handle, this.point(at), editor.size), mark.label);
    else if (mark && grip.does === "spin") editor.live = ofBox(spunBox(boxOf(mark), this.angle(mark, at, event.shiftKey), editor.size), mark.label);
    else if (mark && grip.does === "point") editor.live = movedPoint(mark, grip.index, this.point(at), editor.size);
    else if (mark && grip.does === "move") {
      const [from, now] = [snapped(grip.from, grain(this.viewing.view.zoom)), this.point(at)];
      editor.live = moved(editor.marks[editor.selected] ?? mark, [now[0] - from[0], now[1] - from[1]], editor.size);
    }
  }
  private angle(mark: PictureMark, at: Point, steps: boolean): number {
    const box = boxOf(mark);
    const [x, y] = this.viewing.toPicture(at);
    const degrees = (Math.atan2(y - box.y - box.height / 2, x - box.x - box.width / 2) * 180) / Math.PI + 90;
    return steps ? Math.round(degrees / 15) * 15 : Math.round(degrees);
  }

  release(at: Point, event: PointerEvent): void {
    const { editor, grip } = this;
    this.grip = null;
    if (!grip) return;
    const reach = this.reach(event) / this.viewing.view.zoom;
    if (grip.does === "draw") this.drawn(at, reach, event);
    else if (this.dragged) {
      if (editor.live) editor.change(editor.live);
    } else if (grip.does === "select") editor.select(grip.index);
    else if (grip.does === "point") editor.select(editor.selected, grip.index);
    else if (grip.does === "move") this.pick(at, event); // a smaller one may lie in it
    editor.live = null;
  }
  private drawn(at: Point, reach: number, event: PointerEvent): void {
    const { editor } = this;
    if (editor.kind !== "boxes") return editor.place(this.point(at), reach);
    const first = editor.begun?.points[0];
    if (!first) return this.pick(at, event);
    const to = this.point(at);
    if (this.dragged && !boxBetween([first[0]!, first[1]!], to, editor.size)) editor.cancel();
    else editor.place(to, 0);
  }
  private pick(at: Point, event: PointerEvent): void {
    const { editor } = this;
    editor.cursor = this.point(at);
    editor.select(markAt([...editor.marks, ...editor.open], this.exact(at), this.reach(event) / this.viewing.view.zoom));
  }
  cancel(): void {
    if (this.grip?.does === "draw" && this.editor.kind === "boxes") this.editor.cancel();
    this.editor.live = null;
    this.grip = null;
  }
}
