// Which key chooses which class. A class keeps the hotkey of its project; others get digits, then letters.
import type { Class } from "./api";

const free = [..."1234567890qwertyuopadfghjklxcvbnm"];

export function keysOf(classes: Class[]): Map<string, Class> {
  const keys = new Map<string, Class>();
  const later: Class[] = [];
  for (const each of classes) {
    const key = each.hotkey?.toLowerCase();
    if (key && !keys.has(key)) keys.set(key, each);
    else later.push(each);
  }
  const left = free.filter((key) => !keys.has(key));
  for (const each of later) {
    const key = left.shift();
    if (key) keys.set(key, each);
  }
  return keys;
}

export type Command = "undo" | "skip" | "instructions" | "keys" | "find";
const wanted: Record<Command, string[]> = {
  undo: ["z", "backspace"],
  skip: ["s", "-"],
  instructions: ["i", "!"],
  keys: ["?", "f1"],
  find: ["/", "."],
};

// A project's own hotkeys go first: a command whose key is taken uses its second one.
export function commandKeys(classes: Map<string, Class>): Record<Command, string> {
  const free = (keys: string[]): string => keys.find((key) => !classes.has(key)) ?? "";
  return {
    undo: free(wanted.undo),
    skip: free(wanted.skip),
    instructions: free(wanted.instructions),
    keys: free(wanted.keys),
    find: free(wanted.find),
  };
}

// True while the person writes: then single keys are letters, not commands.
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}
