// The work in hand, kept in this browser so that a reload without a network still opens it: who is signed in, the tasks fetched and their
// pictures, and the page's own files. What leaves the hand leaves here too; signing out clears all of it.
import type { Project, Session, Task } from "./api";

export interface Hand {
  project: Project;
  tasks: Task[];
  mine: number;
}
const hands = "tilth.hand.";
const who = "tilth.account";
const has = "caches" in globalThis; // only where the page comes over a safe way

// Keeps a text in this browser. False if it has no room for it, or may keep nothing: the page works on without.
export function keep(key: string, text: string): boolean {
  try {
    localStorage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}
function read<T>(key: string): T | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as T | null;
  } catch {
    return null; // of another version of this page
  }
}
export const keptAccount = (): Session["account"] | null => read(who);
export function keepAccount(account: Session["account"]): void {
  const last = keptAccount();
  if (last && last.id !== account.id) void letGo(); // another one's work is not this one's
  keep(who, JSON.stringify(account));
}
export const held = (project: string): Hand | null => read(hands + project);

// Pictures are fetched once; those of no task in hand are dropped.
async function keepPictures(): Promise<void> {
  if (!has) return;
  const wanted = new Set<string>();
  for (const key of Object.keys(localStorage))
    if (key.startsWith(hands)) for (const task of read<Hand>(key)?.tasks ?? []) if (task.item.image) wanted.add(new URL(task.item.image.url, location.href).href);
  const cache = await caches.open("tilth-work");
  for (const { url } of await cache.keys()) if (!wanted.delete(url)) await cache.delete(url);
  await Promise.allSettled([...wanted].map((url) => cache.add(url)));
}
let keeping = Promise.resolve();
export function hold(project: string, hand: Hand): void {
  if (!keep(hands + project, JSON.stringify(hand))) localStorage.removeItem(hands + project); // it is not there without a network then
  keeping = keeping.then(keepPictures).catch(() => {});
}

// The files that this page is made of, and a worker that gives them back.
export async function keepPage(): Promise<void> {
  if (!has || !("serviceWorker" in navigator)) return;
  const own = performance.getEntriesByType("resource").map((entry) => entry.name).filter((url) => new URL(url).pathname.startsWith("/assets/"));
  const linked = [...document.querySelectorAll<HTMLScriptElement | HTMLLinkElement>("script[src],link[href]")].map((each) => ("src" in each ? each.src : each.href));
  const wanted = new Set([...own, ...linked.filter((url) => url.startsWith(location.origin)), new URL("/", location.href).href]);
  const cache = await caches.open("tilth-page");
  for (const { url } of await cache.keys()) if (!wanted.has(url) || new URL(url).pathname === "/") await cache.delete(url);
  for (const { url } of await cache.keys()) wanted.delete(url);
  await Promise.allSettled([...wanted].map((url) => cache.add(url)));
  await navigator.serviceWorker.register("/sw.js");
}

export async function letGo(): Promise<void> {
  for (const key of Object.keys(localStorage)) if (key.startsWith(hands) || key === who) localStorage.removeItem(key);
  if (!has) return;
  await keeping;
  await Promise.all([caches.delete("tilth-work"), caches.delete("tilth-page")]);
}
