// Marks as answers hold them, whatever their kind: changed, hit, judged and told. Pure.
//
// Own modules, and not @annotorious/annotorious (looked at in 3.8): there a mark is drawn by a pointer alone, not by keys; it has no
// keypoints; a turned picture and zoom need OpenSeadragon beside it; and each mark is an SVG element, which a thousand of them are slow as.
import type { PictureMark, Question } from "../kinds/answer";
import { far, clamp, tidy, type Point, type Size } from "./geometry";
import { allowed, areaOf, boundsOf, cornersOf, fromOutline, isIn, isPlain, movedBox, pulledBox, type Bounds, type Box } from "./shapes";

export type MarksKind = "boxes" | "polygons" | "keypoints";
export const ofPicture = (kind: string | null | undefined): kind is MarksKind => kind === "boxes" || kind === "polygons" || kind === "keypoints";
export const marksOf = (value: unknown): PictureMark[] => (Array.isArray(value) ? (value as PictureMark[]) : []);

export const boxOf = (mark: PictureMark): Box => ({ x: mark.x ?? 0, y: mark.y ?? 0, width: mark.width ?? 0, height: mark.height ?? 0, ...(mark.rotation ? { rotation: mark.rotation } : {}) });
export const ofBox = (box: Box, label: string): PictureMark => ({ ...box, label });
const isBox = (mark: PictureMark): boolean => mark.points === undefined;
const isThere = (point: readonly number[]): boolean => point[2] !== 0;

// Its corners, or its points that are there.
export function pointsOf(mark: PictureMark): Point[] {
  if (isBox(mark)) return cornersOf(boxOf(mark));
  return mark.points!.filter(isThere).map((point) => [point[0]!, point[1]!] as const);
}
export const extent = (mark: PictureMark): Bounds => boundsOf(pointsOf(mark));

const shifted = (point: readonly number[], dx: number, dy: number): number[] => (isThere(point) ? [tidy(point[0]! + dx), tidy(point[1]! + dy), ...point.slice(2)] : [...point]);
export function moved(mark: PictureMark, way: Point, size: Size): PictureMark {
  if (isBox(mark)) return ofBox(movedBox(boxOf(mark), way, size), mark.label);
  const [dx, dy] = allowed(pointsOf(mark), way, size);
  return { ...mark, points: mark.points!.map((point) => shifted(point, dx, dy)) };
}
// One of its points goes elsewhere.
export function movedPoint(mark: PictureMark, index: number, [x, y]: Point, size: Size): PictureMark {
  return { ...mark, points: mark.points!.map((point, i) => (i === index ? [tidy(clamp(x, 0, size.width)), tidy(clamp(y, 0, size.height)), ...point.slice(2)] : point)) };
}
// An edge goes by `way`: the right and lower ones, or the left and upper ones. Never smaller than a step.
export function stretched(mark: PictureMark, [dx, dy]: Point, first: boolean, size: Size): PictureMark {
  const sx = dx === 0 ? 0 : first ? -1 : 1;
  const sy = dy === 0 ? 0 : first ? -1 : 1;
  if (isBox(mark)) {
    const box = boxOf(mark);
    const least = Math.abs(dx || dy);
    if (((sx * dx < 0) && box.width <= least) || ((sy * dy < 0) && box.height <= least)) return mark;
    const angle = ((box.rotation ?? 0) * Math.PI) / 180;
    const [cx, cy] = [box.x + box.width / 2, box.y + box.height / 2];
    const [px, py] = [(sx * box.width) / 2 + dx, (sy * box.height) / 2 + dy];
    return ofBox(pulledBox(box, [sx, sy], [cx + px * Math.cos(angle) - py * Math.sin(angle), cy + px * Math.sin(angle) + py * Math.cos(angle)], size), mark.label);
  }
  const { left, top, right, bottom } = extent(mark);
  const scale = (at: number, low: number, high: number, by: number, end: number): number => {
    const [fixed, moving] = first ? [high, low] : [low, high];
    const to = clamp(moving + by, 0, end);
    const from = moving - fixed;
    return Math.abs(from) < 1e-9 || (to - fixed) / from <= 0.01 ? at : fixed + ((at - fixed) * (to - fixed)) / from;
  };
  return {
    ...mark,
    points: mark.points!.map((point) =>
      isThere(point) ? [tidy(dx ? scale(point[0]!, left, right, dx, size.width) : point[0]!), tidy(dy ? scale(point[1]!, top, bottom, dy, size.height) : point[1]!), ...point.slice(2)] : point,
    ),
  };
}

// The mark under a point: one whose line is in reach, else the smallest that holds it; -1: none.
export function markAt(marks: readonly PictureMark[], point: Point, reach: number): number {
  let best = -1;
  let least = Infinity;
  marks.forEach((mark, i) => {
    const corners = pointsOf(mark);
    const { left, top, right, bottom } = boundsOf(corners);
    if (point[0] < left - reach || point[0] > right + reach || point[1] < top - reach || point[1] > bottom + reach) return;
    const isOutline = isBox(mark) || (mark.points![0]?.length ?? 2) === 2;
    const distance = isOutline ? fromOutline(corners, point) : Math.min(...corners.map((each) => far(each, point)));
    const rank = distance <= reach ? distance : isOutline && isIn(corners, point) ? reach + areaOf(corners) : Infinity;
    if (rank >= least) return;
    least = rank;
    best = i;
  });
  return best;
}

export const namesOf = (question: Question, label: string): string[] => (question.class ?? []).find((each) => each.name === label)?.keypoints ?? [];

const judged = new WeakMap<PictureMark, string>();
function markFault(kind: MarksKind, mark: PictureMark): string {
  const known = judged.get(mark);
  if (known !== undefined) return known;
  let fault = "";
  if (kind === "polygons" && !isPlain(mark.points as unknown as Point[])) fault = "An outline crosses itself or has no area; move its corners";
  if (kind === "keypoints" && !mark.points!.some(isThere)) fault = "A mark has no point that is there; delete it";
  judged.set(mark, fault);
  return fault;
}
export function marksFault(kind: MarksKind, value: unknown): string {
  const marks = marksOf(value);
  const seen = new Set<string>();
  for (const mark of marks) {
    const fault = markFault(kind, mark);
    if (fault) return fault;
    const text = keyOf(mark);
    if (seen.has(text)) return "The same mark is there twice; delete one";
    seen.add(text);
  }
  return "";
}
const texts = new WeakMap<PictureMark, string>();
// The same for marks that say the same.
export function keyOf(mark: PictureMark): string {
  let text = texts.get(mark);
  if (text === undefined) {
    text = JSON.stringify([mark.label, mark.x, mark.y, mark.width, mark.height, mark.rotation || undefined, mark.points]);
    texts.set(mark, text);
  }
  return text;
}

const say = (value: number): string => String(tidy(value));
// Where it is and how large, as people read it.
export function told(mark: PictureMark): string {
  if (isBox(mark)) {
    const { x, y, width, height, rotation } = boxOf(mark);
    return `${say(x)}, ${say(y)} · ${say(width)} × ${say(height)}${rotation ? ` · ${say(rotation)}°` : ""}`;
  }
  const points = pointsOf(mark);
  const { left, top, right, bottom } = boundsOf(points);
  if (points.length === 0) return "no point";
  return `${say(left)}, ${say(top)} · ${say(right - left)} × ${say(bottom - top)} · ${mark.points!.length} points`;
}
export const seenAs = ["not there", "hidden", "seen"] as const;
