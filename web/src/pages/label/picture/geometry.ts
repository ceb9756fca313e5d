// Where things are: points of a picture and points of the window it is seen through. Pure: no drawing, no browser.
//
// A point of a picture is in its pixels as the service counts them, from the left upper corner, x to the right and y down. A point of the
// window is in CSS pixels from its left upper corner. Zoom, turn and pan are of the window alone.
export type Point = readonly [number, number];
export type Turn = 0 | 1 | 2 | 3; // quarters, clockwise
export interface Size {
  width: number;
  height: number;
}
export interface View {
  zoom: number; // CSS pixels for a pixel of the picture
  turn: Turn;
  x: number; // the point of the picture in the middle of the window
  y: number;
}

export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), Math.max(low, high));

// A way on the picture as it is seen, and back.
export function turned([x, y]: Point, turn: number): Point {
  switch (((turn % 4) + 4) % 4) {
    case 1:
      return [-y, x];
    case 2:
      return [-x, -y];
    case 3:
      return [y, -x];
    default:
      return [x, y];
  }
}
const noMinusZero = (value: number): number => (value === 0 ? 0 : value);
export const unturned = (way: Point, turn: number): Point => {
  const [x, y] = turned(way, 4 - turn);
  return [noMinusZero(x), noMinusZero(y)];
};

export function toWindow(view: View, window: Size, [x, y]: Point): Point {
  const [dx, dy] = turned([(x - view.x) * view.zoom, (y - view.y) * view.zoom], view.turn);
  return [window.width / 2 + dx, window.height / 2 + dy];
}
export function toPicture(view: View, window: Size, [x, y]: Point): Point {
  const [dx, dy] = unturned([x - window.width / 2, y - window.height / 2], view.turn);
  return [view.x + dx / view.zoom, view.y + dy / view.zoom];
}

const seen = (size: Size, turn: Turn): Size => (turn % 2 === 0 ? size : { width: size.height, height: size.width });
const largest = 64; // a pixel of a tiny picture

// The whole picture in the middle.
export function fitted(size: Size, window: Size, turn: Turn = 0): View {
  const as = seen(size, turn);
  const zoom = Math.min(window.width / as.width, window.height / as.height, largest);
  return { zoom: zoom > 0 ? zoom : 1, turn, x: size.width / 2, y: size.height / 2 };
}

// The view nearest to this one that neither loses the picture nor is nearer or farther than is of use.
export function within(view: View, size: Size, window: Size): View {
  const fit = fitted(size, window, view.turn).zoom;
  const zoom = clamp(view.zoom, Math.min(fit, 1) / 2, Math.max(largest, fit));
  const as = seen(window, view.turn);
  const along = (at: number, length: number, room: number): number => {
    const half = room / 2 / zoom;
    const edge = half / 2; // so that corners of the picture can be brought near the middle
    return length <= 2 * half ? length / 2 : clamp(at, half - edge, length - half + edge);
  };
  return { ...view, zoom, x: along(view.x, size.width, as.width), y: along(view.y, size.height, as.height) };
}

// Nearer by a factor; the point of the picture under `at` stays there.
export function zoomed(view: View, size: Size, window: Size, factor: number, at: Point = [window.width / 2, window.height / 2]): View {
  const under = toPicture(view, window, at);
  const { zoom } = within({ ...view, zoom: view.zoom * factor }, size, window);
  const now = toPicture({ ...view, zoom }, window, at);
  return within({ ...view, zoom, x: view.x + under[0] - now[0], y: view.y + under[1] - now[1] }, size, window);
}

// The picture goes along with a hand that moves by `way` on the window.
export function panned(view: View, size: Size, window: Size, way: Point): View {
  const [dx, dy] = unturned(way, view.turn);
  return within({ ...view, x: view.x - dx / view.zoom, y: view.y - dy / view.zoom }, size, window);
}

// A quarter more; the middle stays in the middle, and a picture that was seen whole is so again.
export function quarter(view: View, size: Size, window: Size, by: 1 | -1): View {
  const turn = ((view.turn + by + 4) % 4) as Turn;
  const whole = view.zoom <= fitted(size, window, view.turn).zoom * 1.001;
  return whole ? fitted(size, window, turn) : within({ ...view, turn }, size, window);
}

// The view moved so far that the point is seen, with room about it.
export function revealing(view: View, size: Size, window: Size, point: Point): View {
  const [x, y] = toWindow(view, window, point);
  const room = Math.min(24, window.width / 4, window.height / 4);
  const dx = clamp(x, room, window.width - room) - x;
  const dy = clamp(y, room, window.height - room) - y;
  return dx === 0 && dy === 0 ? view : panned(view, size, window, [dx, dy]);
}

// How finely a hand can point at this zoom: to a pixel, far in to a tenth of one.
export const grain = (zoom: number): number => (zoom >= 8 ? 0.1 : 1);
// Without the dust of binary fractions.
export const tidy = (value: number): number => noMinusZero(Math.round(value * 100) / 100);
export const snapped = (point: Point, grid: number): Point => [tidy(Math.round(point[0] / grid) * grid), tidy(Math.round(point[1] / grid) * grid)];
export const clipped = ([x, y]: Point, size: Size): Point => [clamp(x, 0, size.width), clamp(y, 0, size.height)];
export const far = (a: Point, b: Point): number => Math.hypot(a[0] - b[0], a[1] - b[1]);
