// How a picture is looked at: its window, zoom, turn, pan, brightness and contrast. Nothing of it is part of an answer.
import { fitted, panned, quarter, revealing, toPicture, toWindow, within, zoomed, type Point, type Size, type View } from "./geometry";

const step = 1.25; // of a key or a button
const pan = 48; // CSS pixels

export class Viewing {
  window = $state.raw<Size>({ width: 0, height: 0 });
  view = $state.raw<View>({ zoom: 1, turn: 0, x: 0, y: 0 });
  brightness = $state(1);
  contrast = $state(1);
  hand = $state(false); // a press pans
  private whole = true; // fits, and is to go on fitting

  constructor(readonly size: Size) {}

  resize(window: Size): void {
    if (window.width === this.window.width && window.height === this.window.height) return;
    this.window = window;
    if (this.whole) this.view = fitted(this.size, window, this.view.turn);
    else this.look(this.view);
  }
  private look(view: View): void {
    const to = within(view, this.size, this.window);
    const { view: now } = this;
    if (to.zoom === now.zoom && to.turn === now.turn && to.x === now.x && to.y === now.y) return; // nothing is drawn anew
    this.view = to;
    this.whole = this.fits;
  }
  get fits(): boolean {
    const fit = fitted(this.size, this.window, this.view.turn);
    return Math.abs(this.view.zoom / fit.zoom - 1) < 1e-3 && Math.hypot(this.view.x - fit.x, this.view.y - fit.y) * fit.zoom < 1;
  }

  fit(): void {
    this.look(fitted(this.size, this.window, this.view.turn));
    this.whole = true;
  }
  nearer(factor: number, at?: Point): void {
    this.look(zoomed(this.view, this.size, this.window, factor, at));
  }
  panBy(way: Point): void {
    this.look(panned(this.view, this.size, this.window, way));
  }
  turn(by: 1 | -1): void {
    const { whole } = this;
    this.look(quarter(this.view, this.size, this.window, by));
    this.whole = whole;
  }
  reveal(point: Point): void {
    this.look(revealing(this.view, this.size, this.window, point));
  }
  plain(): void {
    this.brightness = 1;
    this.contrast = 1;
  }
  toPicture = (point: Point): Point => toPicture(this.view, this.window, point);
  toWindow = (point: Point): Point => toWindow(this.view, this.window, point);

  // True if the key was one of looking. Arrows pan where there is something to see beyond the window.
  key(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const ways: Record<string, Point> = { ArrowLeft: [pan, 0], ArrowRight: [-pan, 0], ArrowUp: [0, pan], ArrowDown: [0, -pan] };
    const way = ways[event.key];
    if (way) {
      const before = this.view;
      this.panBy(way);
      return this.view.x !== before.x || this.view.y !== before.y;
    }
    switch (event.key) {
      case "+":
      case "=":
        this.nearer(step);
        return true;
      case "-":
        this.nearer(1 / step);
        return true;
      case "0":
      case "Home":
        this.fit();
        return true;
      case ".":
        this.turn(1);
        return true;
      case ",":
        this.turn(-1);
        return true;
      default:
        return false;
    }
  }
}
