// The keys of marking. Arrows are as the picture is seen, turned or not.
import type { Editor } from "./editor.svelte";
import { clipped, grain, snapped, tidy, unturned, type Point, type Turn } from "./geometry";

const arrows: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const larger = 10;
const reach = 12; // CSS pixels

// A step that is seen: a pixel of the picture, more where it is seen small, less far in.
export const stepAt = (zoom: number): number => (zoom >= 8 ? grain(zoom) : Math.max(1, Math.round(1 / zoom)));

// True if the key was its own.
export function markKey(editor: Editor, event: KeyboardEvent, look: { zoom: number; turn: Turn }): boolean {
  const chord = event.ctrlKey || event.metaKey;
  const arrow = arrows[event.key];
  if (arrow) {
    const step = stepAt(look.zoom) * (event.shiftKey ? larger : 1);
    const [dx, dy] = unturned(arrow, look.turn);
    const way: Point = [tidy(dx * step), tidy(dy * step)];
    if (chord || event.altKey) editor.stretch(way, event.altKey);
    else if (editor.chosen && !editor.isSuggestion) editor.move(way);
    else {
      editor.cursor = clipped(snapped([editor.cursor[0] + way[0], editor.cursor[1] + way[1]], grain(look.zoom)), editor.size);
      editor.said = `${tidy(editor.cursor[0])}, ${tidy(editor.cursor[1])}`;
    }
    return true;
  }
  if (chord) {
    const letter = event.key.toLowerCase();
    if (letter === "z" && !event.shiftKey) editor.undo();
    else if (letter === "y" || letter === "z") editor.redo();
    else return false;
    return true;
  }
  if (event.altKey && event.key.length > 1) return false;
  switch (event.key) {
    case "Enter":
      enter(editor, look.zoom);
      return true;
    case "Escape":
      return escape(editor);
    case "Delete":
    case "Backspace":
      return erase(editor, event.key === "Delete");
    case "[":
    case "]":
    case "{":
    case "}": {
      const by = event.key === "{" || event.key === "}" || event.shiftKey ? 15 : 1;
      editor.spin(event.key === "[" || event.key === "{" ? -by : by);
      return editor.kind === "boxes";
    }
    default:
      return false;
  }
}

function enter(editor: Editor, zoom: number): void {
  if (editor.isSuggestion && editor.chosen) editor.accept();
  else if (editor.chosen?.points) {
    if (editor.part >= 0) editor.addCorner(editor.part);
    else editor.select(editor.selected, 0);
  } else if (editor.chosen) editor.select(-1);
  else editor.place(editor.cursor, reach / zoom);
}

// Space on a point: of what is begun it is hidden, of the selected one it goes on to the next way of being seen.
export function space(editor: Editor): boolean {
  if (editor.kind !== "keypoints") return false;
  if (editor.part >= 0) editor.see();
  else if (editor.begun || !editor.chosen) editor.place(editor.cursor, 0, 1);
  else return false;
  return true;
}

function escape(editor: Editor): boolean {
  if (editor.begun) editor.cancel();
  else if (editor.part >= 0) editor.select(editor.selected);
  else if (editor.chosen) {
    editor.select(-1);
    editor.said = `Crosshair at ${tidy(editor.cursor[0])}, ${tidy(editor.cursor[1])}`;
  } else return false;
  return true;
}

function erase(editor: Editor, forward: boolean): boolean {
  if (editor.begun && editor.kind === "keypoints" && forward) editor.place(editor.cursor, 0, 0);
  else if (editor.begun) editor.takeBack();
  else if (editor.chosen) editor.remove();
  else return false;
  return true;
}
