// Selecting in a text by mouse and by finger. A mouse selects as everywhere in the browser; a finger selects the word it rests
// on, and more words while it moves on; a short touch or click points at a place.
import { placeAt } from "./layer";

export interface Gestures {
  node: () => Text;
  select: (anchor: number, caret: number) => void; // while it goes on
  words: (from: number, to: number) => void;
  done: () => void; // something is selected
  point: (at: number) => void;
}
const rest = 350; // milliseconds
const near = 10; // pixels

// `selects`: whether a mouse does just now.
export function gestures(element: HTMLElement, to: Gestures): { stop: () => void; selects: () => boolean } {
  let mouse = false;
  let finger: { x: number; y: number; from: number; timer: ReturnType<typeof setTimeout>; selects: boolean } | undefined;

  const selection = (): [number, number] | undefined => {
    const found = getSelection();
    const node = to.node();
    return found?.anchorNode === node && found.focusNode === node ? [found.anchorOffset, found.focusOffset] : undefined;
  };
  const onSelection = (): void => {
    const found = mouse ? selection() : undefined;
    if (found) to.select(...found);
  };
  const leave = (): void => {
    clearTimeout(finger?.timer);
    finger = undefined;
  };
  const onDown = (event: PointerEvent): void => {
    const touch = event.pointerType === "touch";
    element.classList.toggle("touched", touch); // then the browser itself selects nothing
    if (!touch) {
      mouse = event.button === 0;
      // The browser drags what is selected, and clears it only behind the end of a click: a click on a selected word would look like a
      // selection, and none could begin in it.
      if (mouse && !event.shiftKey) getSelection()?.removeAllRanges();
      return;
    }
    leave();
    const from = placeAt(to.node(), event.clientX, event.clientY);
    if (from === undefined || !event.isPrimary) return;
    const timer = setTimeout(() => {
      if (!finger) return;
      finger.selects = true;
      navigator.vibrate?.(10);
      to.words(from, from);
    }, rest);
    finger = { x: event.clientX, y: event.clientY, from, timer, selects: false };
  };
  const onMove = (event: PointerEvent): void => {
    if (!finger || event.pointerType !== "touch") return;
    if (finger.selects) {
      const at = placeAt(to.node(), event.clientX, event.clientY);
      if (at !== undefined) to.words(finger.from, at);
    } else if (Math.hypot(event.clientX - finger.x, event.clientY - finger.y) > near) leave();
  };
  const onUp = (event: PointerEvent): void => {
    if (event.pointerType === "touch") {
      const ended = finger;
      leave();
      if (!ended) return;
      if (ended.selects) to.done();
      else to.point(ended.from);
      return;
    }
    if (!mouse) return;
    mouse = false;
    const found = selection();
    if (found && found[0] !== found[1]) {
      to.select(...found);
      to.done();
      return;
    }
    const at = event.target === element ? (placeAt(to.node(), event.clientX, event.clientY) ?? found?.[0]) : undefined;
    if (at !== undefined) to.point(at);
  };
  // The page does not scroll under a finger that selects, and no menu opens on it.
  const onTouch = (event: TouchEvent): void => {
    if (finger?.selects && event.cancelable) event.preventDefault();
  };
  const onMenu = (event: Event): void => {
    if (element.classList.contains("touched")) event.preventDefault();
  };
  const no = (event: Event): void => event.preventDefault();

  const heard: [EventTarget, string, EventListener, boolean?][] = [
    [element, "pointerdown", onDown as EventListener],
    [element, "pointermove", onMove as EventListener],
    [window, "pointerup", onUp as EventListener],
    [element, "pointercancel", leave],
    [element, "touchmove", onTouch as EventListener, true],
    [element, "contextmenu", onMenu],
    [element, "dragstart", no],
    [document, "selectionchange", onSelection],
  ];
  for (const [target, name, listener, active] of heard) target.addEventListener(name, listener, active ? { passive: false } : undefined);
  const stop = (): void => {
    leave();
    for (const [target, name, listener] of heard) target.removeEventListener(name, listener);
  };
  return { stop, selects: () => mouse };
}
