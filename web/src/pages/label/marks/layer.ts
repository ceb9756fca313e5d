// Marks drawn as boxes behind the text, whose nodes stay as they are. A box is measured once, until the text is laid out anew: with
// 1,000 marks a key press costs the boxes that change. Custom Highlights would be less code, but Chromium paints each highlight of a
// text anew at any change of one (25 kB with 1,000 ranges: ten times the frame of these boxes), and they cannot stack underlines.
// @recogito/text-annotator 4.1 draws so too, counts UTF-16 units, and selects by the browser's selection alone: no caret, no
// borders moved by keys, no snapping to characters.
import type { Span } from "./offsets";

export interface Drawn extends Span {
  id: number | string;
  lane: number;
  colour: string;
  look: string; // classes of the boxes
}
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

// Boxes stand in bands of so many pixels of the text, so that the browser lays out and paints the bands that change and no others.
const bandHeight = 400;

interface Measured {
  list: readonly Drawn[];
  fresh: { drawn: Drawn; place: string; boxes: Box[] }[];
}

export class Layer {
  private readonly there = new Map<number | string, { drawn: Drawn; place: string; boxes: Box[]; elements: HTMLElement[] }>();
  private readonly bands = new Map<number, HTMLElement>();
  private current: number | string | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly node: () => Text,
  ) {}

  // To be measured again when it is drawn next.
  forget(): void {
    for (const each of this.there.values()) each.place = "";
  }
  boxes(id: number | string): Box[] {
    return this.there.get(id)?.boxes ?? [];
  }

  // The mark at hand looks so; others are left as they are.
  at(id: number | string | null): void {
    if (id === this.current) return;
    this.turn(false);
    this.current = id;
    this.turn(true);
  }
  private turn(on: boolean): void {
    if (this.current !== null) for (const element of this.there.get(this.current)?.elements ?? []) element.classList.toggle("current", on);
  }

  // What is to be drawn, measured where it is not yet. All is measured before anything is changed: what is read after a change makes the
  // browser lay out the page once more.
  measure(list: readonly Drawn[], origin: DOMRect): Measured {
    const fresh: Measured["fresh"] = [];
    for (const drawn of list) {
      const place = `${drawn.start} ${drawn.end}`;
      if (this.there.get(drawn.id)?.place !== place) fresh.push({ drawn, place, boxes: measured(this.node(), drawn, origin) });
    }
    return { list, fresh };
  }
  draw({ list, fresh }: Measured): void {
    const left = new Set(this.there.keys());
    for (const drawn of list) left.delete(drawn.id);
    for (const id of left) this.erase(id);
    const anew = new Set(fresh.map(({ drawn }) => drawn.id));
    for (const drawn of list) {
      const known = anew.has(drawn.id) ? undefined : this.there.get(drawn.id);
      if (known) this.dress(known.elements, known.drawn, (known.drawn = drawn));
    }
    for (const { drawn, place, boxes } of fresh) {
      this.erase(drawn.id);
      const elements = boxes.map((box) => this.element(box));
      this.dress(elements, undefined, drawn);
      this.there.set(drawn.id, { drawn, place, boxes, elements });
    }
    this.turn(true);
  }

  private erase(id: number | string): void {
    for (const element of this.there.get(id)?.elements ?? []) element.remove();
    this.there.delete(id);
  }
  private element(box: Box): HTMLElement {
    const element = document.createElement("span");
    const n = Math.floor(box.top / bandHeight);
    element.style.cssText = `left:${box.left}px;top:${box.top - n * bandHeight}px;width:${box.width}px;height:${box.height}px`;
    this.band(n).append(element);
    return element;
  }
  private band(n: number): HTMLElement {
    let band = this.bands.get(n);
    if (!band) {
      band = document.createElement("div");
      band.className = "band";
      band.style.cssText = `top:${n * bandHeight}px;height:${bandHeight}px`;
      this.bands.set(n, band);
      this.root.append(band);
    }
    return band;
  }
  private dress(elements: HTMLElement[], before: Drawn | undefined, now: Drawn): void {
    if (before && before.look === now.look && before.lane === now.lane && before.colour === now.colour) return;
    for (const element of elements) {
      element.className = `box ${now.look}`;
      element.style.setProperty("--lane", String(now.lane));
      element.style.setProperty("--c", now.colour);
    }
  }
}

function measured(node: Text, span: Span, origin: DOMRect): Box[] {
  const range = document.createRange();
  range.setStart(node, Math.min(span.start, node.length));
  range.setEnd(node, Math.min(span.end, node.length));
  const boxes: Box[] = [];
  for (const { left, top, width, height } of range.getClientRects()) {
    const last = boxes.at(-1);
    const box = { left: left - origin.left, top: top - origin.top, width: Math.max(width, 3), height };
    if (last && Math.abs(last.top - box.top) < 2 && Math.abs(last.left + last.width - box.left) < 1) last.width = box.left + box.width - last.left;
    else if (width > 0 || boxes.length === 0) boxes.push(box);
  }
  return boxes;
}

// The place in the text that stands at a point of the screen.
export function placeAt(node: Text, x: number, y: number): number | undefined {
  const old = document as Document & { caretRangeFromPoint?: (x: number, y: number) => Range | null };
  const found = "caretPositionFromPoint" in document ? document.caretPositionFromPoint(x, y) : undefined;
  if (found) return found.offsetNode === node ? found.offset : undefined;
  const range = old.caretRangeFromPoint?.(x, y);
  return range?.startContainer === node ? range.startOffset : undefined;
}

// Where a caret stands.
export function caretBox(node: Text, at: number): DOMRect | undefined {
  const range = document.createRange();
  range.setStart(node, at);
  range.collapse(true);
  const found = range.getClientRects();
  if (found.length > 0) return found[found.length - 1];
  if (at === 0) return undefined;
  range.setStart(node, at - 1); // behind the last line end there is nothing to measure
  return range.getBoundingClientRect();
}

// A line above or below, as near to `x` as can be.
export function lineFrom(node: Text, at: number, down: boolean, x: number): number {
  const box = caretBox(node, at);
  if (!box) return at;
  for (let step = 1; step <= 6; step++) {
    const y = down ? box.bottom + (box.height * step) / 2 : box.top - (box.height * step) / 2;
    const found = placeAt(node, x, y);
    if (found !== undefined && Math.abs((caretBox(node, found)?.top ?? box.top) - box.top) > 2) return found;
  }
  return down ? node.length : 0;
}
