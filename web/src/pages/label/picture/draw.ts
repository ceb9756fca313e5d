// Marks on a canvas over the picture. Two layers: what lies still, and what is selected, begun or pointed at; so a key press that moves one of
// a thousand draws one.
import type { PictureMark } from "../kinds/answer";
import type { Point, Size } from "./geometry";
import { boxOf, pointsOf, type MarksKind } from "./marks";
import { cornersOf, handles, onBox } from "./shapes";

export interface Scene {
  kind: MarksKind;
  window: Size;
  toWindow: (point: Point) => Point;
  colour: (label: string) => string;
}
const few = 60; // so many still have their names written
const halo = "rgba(0, 0, 0, 0.65)";

// A clean sheet in CSS pixels, as sharp as the screen.
export function sheet(canvas: HTMLCanvasElement, window: Size): CanvasRenderingContext2D | null {
  const sharp = globalThis.devicePixelRatio || 1;
  const [width, height] = [Math.max(1, Math.round(window.width * sharp)), Math.max(1, Math.round(window.height * sharp))];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  context?.setTransform(sharp, 0, 0, sharp, 0, 0);
  context?.clearRect(0, 0, window.width, window.height);
  return context;
}

function trace(path: Path2D, points: readonly Point[], closed: boolean): void {
  points.forEach(([x, y], i) => (i === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
  if (closed) path.closePath();
}
function outlineOf(mark: PictureMark, scene: Scene, path: Path2D): void {
  if (scene.kind === "keypoints") {
    for (const point of pointsOf(mark)) {
      const [x, y] = scene.toWindow(point);
      path.moveTo(x + 4, y);
      path.arc(x, y, 4, 0, 2 * Math.PI);
    }
  } else trace(path, (scene.kind === "boxes" ? cornersOf(boxOf(mark)) : pointsOf(mark)).map(scene.toWindow), true);
}
function ink(context: CanvasRenderingContext2D, path: Path2D, colour: string, width: number, fill: number): void {
  context.lineJoin = "round";
  if (fill > 0) {
    context.globalAlpha = fill;
    context.fillStyle = colour;
    context.fill(path);
    context.globalAlpha = 1;
  }
  context.strokeStyle = halo;
  context.lineWidth = width + 2;
  context.stroke(path);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(path);
}
function name(context: CanvasRenderingContext2D, text: string, [x, y]: Point, colour: string): void {
  context.font = "600 12px system-ui, sans-serif";
  const width = context.measureText(text).width + 8;
  context.fillStyle = "rgba(0, 0, 0, 0.75)";
  context.fillRect(x, y - 17, width, 16);
  context.fillStyle = colour;
  context.fillRect(x, y - 17, 3, 16);
  context.fillStyle = "#fff";
  context.fillText(text, x + 6, y - 5);
}
function nameOf(context: CanvasRenderingContext2D, mark: PictureMark, scene: Scene): void {
  const points = pointsOf(mark).map(scene.toWindow);
  const top = points.reduce((best, point) => (point[1] < best[1] ? point : best), points[0] ?? [0, 0]);
  name(context, mark.label, [Math.min(...points.map((point) => point[0])), Math.max(18, top[1] - 3)], scene.colour(mark.label));
}

// Boxes that are not turned are rectangles: a canvas draws these many times faster than paths.
const upright = (mark: PictureMark, scene: Scene): boolean => scene.kind === "boxes" && !mark.rotation;
type Rect = [number, number, number, number];
function uprightBoxes(all: readonly PictureMark[], scene: Scene, without: number): Map<string, Rect[]> {
  const found = new Map<string, Rect[]>();
  all.forEach((mark, i) => {
    if (i === without || !upright(mark, scene)) return;
    const { x, y, width, height } = boxOf(mark);
    const [a, b] = [scene.toWindow([x, y]), scene.toWindow([x + width, y + height])];
    const rect: Rect = [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])];
    if (rect[0] > scene.window.width || rect[1] > scene.window.height || rect[0] + rect[2] < 0 || rect[1] + rect[3] < 0) return; // out of sight
    const colour = scene.colour(mark.label);
    const rects = found.get(colour);
    if (rects) rects.push(rect);
    else found.set(colour, [rect]);
  });
  return found;
}
function rects(context: CanvasRenderingContext2D, all: readonly Rect[], colour: string, fill: number): void {
  context.lineJoin = "miter";
  context.globalAlpha = fill;
  context.fillStyle = colour;
  for (const rect of all) context.fillRect(...rect);
  context.globalAlpha = 1;
  for (const [style, width] of [[halo, 3.75], [colour, 1.75]] as const) {
    context.strokeStyle = style;
    context.lineWidth = width;
    for (const rect of all) context.strokeRect(...rect);
  }
}

// All but the selected one, a path for each colour; what is suggested is dashed.
export function drawStill(context: CanvasRenderingContext2D, scene: Scene, marks: readonly PictureMark[], suggested: readonly PictureMark[], without: number): void {
  const layer = (all: readonly PictureMark[], offset: number, dashes: number[], fill: number): void => {
    const paths = new Map<string, Path2D>();
    all.forEach((mark, i) => {
      if (i + offset === without) return;
      const colour = scene.colour(mark.label);
      if (upright(mark, scene)) return;
      if (!paths.has(colour)) paths.set(colour, new Path2D());
      outlineOf(mark, scene, paths.get(colour)!);
    });
    context.setLineDash(dashes);
    for (const [colour, path] of paths) ink(context, path, colour, scene.kind === "keypoints" ? 1 : 1.75, scene.kind === "keypoints" ? fill * 4 : fill);
    for (const [colour, boxes] of uprightBoxes(all, scene, without - offset)) rects(context, boxes, colour, fill);
    context.setLineDash([]);
    if (all.length <= few) all.forEach((mark, i) => i + offset !== without && nameOf(context, mark, scene));
  };
  layer(marks, 0, [], 0.12);
  layer(suggested, marks.length, [6, 4], 0.04);
}

export interface Lively {
  mark: PictureMark | undefined;
  suggested: boolean;
  part: number;
  names: readonly string[];
  knob: Point | null;
  begun: { label: string; points: readonly (readonly number[])[] } | null;
  cursor: Point | null;
  coarse: boolean; // for fingers
}
export function drawLively(context: CanvasRenderingContext2D, scene: Scene, it: Lively): void {
  if (it.mark) drawSelected(context, scene, it, it.mark);
  if (it.begun) drawBegun(context, scene, it, it.begun);
  if (it.cursor) crosshair(context, scene, it.cursor);
}

function dot(context: CanvasRenderingContext2D, [x, y]: Point, radius: number, colour: string, hollow: boolean): void {
  const path = new Path2D();
  path.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = hollow ? "#fff" : colour;
  context.fill(path);
  context.lineWidth = 2;
  context.strokeStyle = hollow ? colour : "#fff";
  context.stroke(path);
}
function drawSelected(context: CanvasRenderingContext2D, scene: Scene, it: Lively, mark: PictureMark): void {
  const colour = scene.colour(mark.label);
  const path = new Path2D();
  outlineOf(mark, scene, path);
  if (it.suggested) context.setLineDash([6, 4]);
  ink(context, path, colour, 3, 0.2);
  context.setLineDash([]);
  if (scene.kind !== "keypoints" || it.suggested) nameOf(context, mark, scene);
  if (it.suggested) return;
  const radius = it.coarse ? 10 : 5;
  if (scene.kind === "boxes") {
    const box = boxOf(mark);
    for (const [sx, sy] of handles) dot(context, scene.toWindow(onBox(box, sx, sy)), radius, colour, true);
    if (it.knob) dot(context, it.knob, radius, colour, false);
    return;
  }
  mark.points!.forEach((point, i) => {
    if (point[2] === 0) return;
    const at = scene.toWindow([point[0]!, point[1]!]);
    dot(context, at, i === it.part ? radius + 3 : radius, colour, i !== it.part && point[2] !== 2);
    if (scene.kind === "keypoints" && it.names[i]) name(context, it.names[i]!, [at[0] + 8, at[1] + 8], colour);
  });
}
function drawBegun(context: CanvasRenderingContext2D, scene: Scene, it: Lively, begun: NonNullable<Lively["begun"]>): void {
  const colour = scene.colour(begun.label);
  const points = begun.points.filter((point) => point[2] !== 0).map((point) => [point[0]!, point[1]!] as const);
  const path = new Path2D();
  if (scene.kind === "boxes" && points[0] && it.cursor) {
    const [a, b] = [points[0], it.cursor];
    trace(path, [a, [b[0], a[1]], b, [a[0], b[1]]].map((point) => scene.toWindow(point as Point)), true);
    ink(context, path, colour, 2, 0.15);
  } else if (scene.kind === "polygons") {
    trace(path, [...points, ...(it.cursor ? [it.cursor] : [])].map(scene.toWindow), false);
    ink(context, path, colour, 2, 0);
  }
  points.forEach((point, i) => dot(context, scene.toWindow(point), scene.kind === "polygons" && i === 0 ? 8 : 5, colour, i === 0));
}
function crosshair(context: CanvasRenderingContext2D, scene: Scene, cursor: Point): void {
  const [x, y] = scene.toWindow(cursor);
  const path = new Path2D();
  path.moveTo(0, y);
  path.lineTo(scene.window.width, y);
  path.moveTo(x, 0);
  path.lineTo(x, scene.window.height);
  context.setLineDash([]);
  context.strokeStyle = "rgba(0, 0, 0, 0.5)";
  context.lineWidth = 3;
  context.stroke(path);
  context.strokeStyle = "#fff";
  context.lineWidth = 1;
  context.stroke(path);
}
