// Boxes, outlines and points in a picture: made, moved, resized, turned and hit, always inside the picture and never of negative size.
// Pure.
import { clamp, far, tidy, type Point, type Size } from "./geometry";

export interface Box {
  x: number; // of the left upper corner before the box is turned
  y: number;
  width: number;
  height: number;
  rotation?: number; // degrees clockwise about the centre
}
export type Handle = readonly [-1 | 0 | 1, -1 | 0 | 1]; // left, middle, right; upper, middle, lower
export const handles: readonly Handle[] = [[-1, -1], [0, -1], [1, -1], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0]];

const spun = ([x, y]: Point, degrees: number): Point => {
  const angle = (degrees * Math.PI) / 180;
  return [x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)];
};
const middle = (box: Box): Point => [box.x + box.width / 2, box.y + box.height / 2];
// A place on a box by shares of its half width and height.
export function onBox(box: Box, sx: number, sy: number): Point {
  const [cx, cy] = middle(box);
  const [dx, dy] = spun([(sx * box.width) / 2, (sy * box.height) / 2], box.rotation ?? 0);
  return [cx + dx, cy + dy];
}
export const cornersOf = (box: Box): Point[] => [onBox(box, -1, -1), onBox(box, 1, -1), onBox(box, 1, 1), onBox(box, -1, 1)];

function tidyBox(box: Box): Box {
  const made: Box = { x: tidy(box.x), y: tidy(box.y), width: tidy(box.width), height: tidy(box.height) };
  const rotation = tidy((((box.rotation ?? 0) % 360) + 360) % 360);
  if (rotation !== 0) made.rotation = rotation;
  return made;
}

export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}
export function boundsOf(points: readonly Point[]): Bounds {
  const all = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [x, y] of points) {
    all.left = Math.min(all.left, x);
    all.top = Math.min(all.top, y);
    all.right = Math.max(all.right, x);
    all.bottom = Math.max(all.bottom, y);
  }
  return all;
}
const dust = 1e-6;
const isInside = (points: readonly Point[], size: Size): boolean => points.every(([x, y]) => x >= -dust && y >= -dust && x <= size.width + dust && y <= size.height + dust);
// What of a way keeps points inside.
export function allowed(points: readonly Point[], [dx, dy]: Point, size: Size): Point {
  const { left, top, right, bottom } = boundsOf(points);
  return [clamp(dx, Math.min(0, -left), Math.max(0, size.width - right)), clamp(dy, Math.min(0, -top), Math.max(0, size.height - bottom))];
}

// Between two corners, in any order. Nothing if it has no area.
export function boxBetween(a: Point, b: Point, size: Size): Box | null {
  const [left, right] = [clamp(Math.min(a[0], b[0]), 0, size.width), clamp(Math.max(a[0], b[0]), 0, size.width)];
  const [top, bottom] = [clamp(Math.min(a[1], b[1]), 0, size.height), clamp(Math.max(a[1], b[1]), 0, size.height)];
  const box = tidyBox({ x: left, y: top, width: right - left, height: bottom - top });
  return box.width > 0 && box.height > 0 ? box : null;
}

export function movedBox(box: Box, way: Point, size: Size): Box {
  const [dx, dy] = allowed(cornersOf(box), way, size);
  return tidyBox({ ...box, x: box.x + dx, y: box.y + dy });
}

// A handle pulled to a place: what lies opposite stays, and a box pulled through itself is turned over. Where the whole way would leave the
// picture, as much of it as stays inside.
export function pulledBox(box: Box, [sx, sy]: Handle, to: Point, size: Size): Box {
  const from = onBox(box, sx, sy);
  const goes = (share: number): Box => {
    const at: Point = [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
    const anchor = onBox(box, -sx, -sy);
    const [dx, dy] = spun([at[0] - anchor[0], at[1] - anchor[1]], -(box.rotation ?? 0));
    const width = sx === 0 ? box.width : Math.abs(dx);
    const height = sy === 0 ? box.height : Math.abs(dy);
    const [mx, my] = spun([sx === 0 ? 0 : dx / 2, sy === 0 ? 0 : dy / 2], box.rotation ?? 0);
    return { ...box, x: anchor[0] + mx - width / 2, y: anchor[1] + my - height / 2, width, height };
  };
  const made = box.rotation ? tidyBox(most(goes, (one) => isInside(cornersOf(one), size))) : clippedBox(goes(1), size);
  return made.width > 0 && made.height > 0 ? made : box;
}
function clippedBox(box: Box, size: Size): Box {
  return boxBetween([box.x, box.y], [box.x + box.width, box.y + box.height], size) ?? { ...box, width: 0 };
}
// The last of what is made on the way from 0 to 1 that is right; that of 0 is.
function most<T>(make: (share: number) => T, right: (made: T) => boolean): T {
  if (right(make(1))) return make(1);
  let low = 0;
  let high = 1;
  for (let i = 0; i < 20; i++) {
    const half = (low + high) / 2;
    if (right(make(half))) low = half;
    else high = half;
  }
  return make(low);
}

// Turned to an angle about its centre, and moved inside; as it was if it is too large to be turned so.
export function spunBox(box: Box, degrees: number, size: Size): Box {
  const made = { ...box, rotation: degrees };
  const { left, top, right, bottom } = boundsOf(cornersOf(made));
  const dx = left < 0 ? -left : Math.min(0, size.width - right);
  const dy = top < 0 ? -top : Math.min(0, size.height - bottom);
  const inside = { ...made, x: made.x + dx, y: made.y + dy };
  return isInside(cornersOf(inside), size) ? tidyBox(inside) : box;
}

// ---- outlines ----

export function areaOf(points: readonly Point[]): number {
  let twice = 0;
  points.forEach(([x, y], i) => {
    const [nx, ny] = points[(i + 1) % points.length]!;
    twice += x * ny - nx * y;
  });
  return Math.abs(twice) / 2;
}
const side = (a: Point, b: Point, c: Point): number => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
const between = (a: Point, b: Point, c: Point): boolean => Math.min(a[0], b[0]) <= c[0] && c[0] <= Math.max(a[0], b[0]) && Math.min(a[1], b[1]) <= c[1] && c[1] <= Math.max(a[1], b[1]);
function meet(a: Point, b: Point, c: Point, d: Point): boolean {
  const [c1, d1, a1, b1] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
  if (c1 !== d1 && a1 !== b1 && c1 * d1 <= 0 && a1 * b1 <= 0) return true;
  return (c1 === 0 && between(a, b, c)) || (d1 === 0 && between(a, b, d)) || (a1 === 0 && between(c, d, a)) || (b1 === 0 && between(c, d, b));
}
// Whether it has an area and neither crosses nor touches itself: what the service takes.
export function isPlain(given: readonly Point[]): boolean {
  const points = given.filter((point, i) => far(point, given[(i + 1) % given.length]!) > 0);
  const n = points.length;
  if (n < 3 || areaOf(points) <= 1e-9) return false;
  for (let i = 0; i < n; i++) {
    const [a, b] = [points[i]!, points[(i + 1) % n]!];
    const next = points[(i + 2) % n]!;
    if (side(a, b, next) === 0 && (b[0] - a[0]) * (next[0] - b[0]) + (b[1] - a[1]) * (next[1] - b[1]) < 0) return false; // goes back on itself
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue;
      if (meet(a, b, points[j]!, points[(j + 1) % n]!)) return false;
    }
  }
  return true;
}

export function isIn(points: readonly Point[], [x, y]: Point): boolean {
  let odd = false;
  for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
    const [ax, ay] = points[i]!;
    const [bx, by] = points[j]!;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}
export function fromEdge(a: Point, b: Point, point: Point): number {
  const length = far(a, b) ** 2;
  const share = length === 0 ? 0 : clamp(((point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1])) / length, 0, 1);
  return far(point, [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]);
}
export const fromOutline = (points: readonly Point[], point: Point): number =>
  points.reduce((least, each, i) => Math.min(least, fromEdge(each, points[(i + 1) % points.length]!, point)), Infinity);
export const halfway = (a: Point, b: Point): Point => [tidy((a[0] + b[0]) / 2), tidy((a[1] + b[1]) / 2)];
