// Which key chooses which class. A class keeps the hotkey of its project; others get digits, then letters.
import type { Project } from "./api";

const free = [..."1234567890qwertyuopadfghjklxcvbnm"];

export function keysOf<T extends { hotkey?: string | null | undefined }>(classes: T[], taken: string[] = []): Map<string, T> {
  const keys = new Map<string, T>();
  const later: T[] = [];
  for (const each of classes) {
    const key = each.hotkey?.toLowerCase();
    if (key && !keys.has(key)) keys.set(key, each);
    else later.push(each);
  }
  const left = free.filter((key) => !keys.has(key) && !taken.includes(key));
  for (const each of later) {
    const key = left.shift();
    if (key) keys.set(key, each);
  }
  return keys;
}

export type Command = Project["keys"][number]["command"];

// Which key does what, as the service says: it knows which keys the hotkeys of the project take.
export function commandKeys(project: Project | null): Record<Command, string> {
  const keys: Record<Command, string> = { undo: "", skip: "", instructions: "", keys: "", find: "" };
  for (const each of project?.keys ?? []) keys[each.command] = each.key;
  return keys;
}

// True while the person writes: then single keys are letters, not commands.
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}
