// Keys within a text: the caret's, and those of the mark at hand. The class keys are not here, they belong to the palette.
import { settings } from "../../../lib/settings.svelte";
import type { Marking } from "./marking.svelte";
import { stepped, type Step } from "./offsets";

const mac = typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.platform);

// `line` gives the place a line above or below. True if the key was ours.
export function pressed(event: KeyboardEvent, marking: Marking, line: (down: boolean, lines: number) => number, disabled: boolean): boolean {
  const word = mac ? event.altKey : event.ctrlKey;
  const command = event.ctrlKey || event.metaKey;
  const letter = event.key.toLowerCase();
  const { leaving } = marking;
  marking.leaving = false;
  if (command && !event.altKey && letter === "a") marking.select(0, marking.places.text.length);
  else if (disabled && event.key.length === 1) return false;
  else if (command && !event.altKey && (letter === "y" || (letter === "z" && event.shiftKey))) marking.redo();
  else if (command && !event.altKey && letter === "z") marking.undo();
  else if (event.key === "Tab" && !command && !event.altKey) return !leaving && marking.along(!event.shiftKey);
  else if (event.key === "Escape") return marking.escape();
  else if (!disabled && (event.key === "Delete" || event.key === "Backspace") && !command && marking.current !== null) marking.remove();
  else if (!disabled && event.key === "+" && !command && marking.related && settings.singleKeys) marking.begin();
  else if (!disabled && event.key === " " && !command && marking.at && marking.at.id < 0) marking.accept(marking.at.id);
  else return moved(event, marking, line, word, disabled);
  return true;
}

function moved(event: KeyboardEvent, marking: Marking, line: (down: boolean, lines: number) => number, word: boolean, disabled: boolean): boolean {
  const { key } = event;
  const arrow = key === "ArrowLeft" || key === "ArrowRight";
  const forward = arrow ? (key === "ArrowRight") !== marking.places.leftwards(marking.caret) : key === "ArrowDown" || key === "End" || key === "PageDown";
  let step: Step | "line" | "page";
  if (arrow) step = word ? "word" : "character";
  else if (key === "ArrowUp" || key === "ArrowDown") step = event.ctrlKey || event.altKey ? "sentence" : "line";
  else if (key === "Home" || key === "End") step = event.ctrlKey || event.metaKey ? "text" : "edge";
  else if (key === "PageUp" || key === "PageDown") step = "page";
  else return false;
  if (event.altKey && !mac && !event.shiftKey && arrow) return false; // the browser's own: back and forward
  const mark = marking.at;
  if (event.shiftKey && mark && mark.id > 0 && arrow && !disabled) {
    marking.border((mac ? event.ctrlKey : event.altKey) ? "start" : "end", word ? "word" : "character", forward);
    return true;
  }
  const to = step === "line" || step === "page" ? line(forward, step === "line" ? 1 : 10) : stepped(marking.places, marking.caret, step, forward);
  const { start, end } = marking.selection;
  // Without Shift an arrow leaves a selection at the side it goes to.
  const collapses = !event.shiftKey && start < end && step === "character";
  const caret = collapses ? (forward ? end : start) : to;
  const before = marking.caret;
  marking.select(event.shiftKey ? marking.anchor : caret, caret);
  marking.said = event.shiftKey ? `${marking.words(marking.selection)} selected` : passed(marking, before, caret, step);
  return true;
}

// What a caret passed or has come to, for those who hear it.
function passed(marking: Marking, from: number, to: number, step: string): string {
  const { places } = marking;
  const there = step === "character" ? { start: to, end: places.next(to) } : step === "word" ? (places.wordAt(to) ?? { start: from, end: to }) : { start: to, end: places.sentenceAfter(to) };
  const said = marking.words(there);
  return said === " " ? "blank" : said || "end";
}
