// The work in hand, kept in this browser so that a reload without a network still opens it: who is signed in, the tasks fetched with their
// pictures and, as far as there is room, their media, and the page's own files. What leaves the hand leaves here too; signing out clears all of it.
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

const room = 50 << 20; // bytes of media
const sizes = new Map<string, number>(); // of media that were asked for, also of those for which there was no room
let stop = new AbortController();

// Sounds, films and documents in the order of the work, one after the other; one that does not fit leaves its room to those behind it.
async function keepMedia(cache: Cache, wanted: readonly string[], signal: AbortSignal): Promise<void> {
  let left = room;
  for (const url of wanted) {
    if (signal.aborted) return;
    const kept = await cache.match(url);
    let size = kept ? Number(kept.headers.get("Content-Length") ?? 0) : sizes.get(url);
    if (size === undefined) {
      const head = await fetch(url, { method: "HEAD", signal });
      if (!head.ok) continue;
      size = Number(head.headers.get("Content-Length") ?? Infinity);
      sizes.set(url, size);
    }
    if (!kept && size <= left)
      try {
        await cache.add(new Request(url, { signal }));
      } catch {
        sizes.set(url, Infinity); // the browser has no room for it
        continue;
      }
    if (!kept && size > left) continue;
    if (size <= left) left -= size;
    else if (kept) await cache.delete(url);
  }
}

// Pictures and media are fetched once; those of no task in hand are dropped. A page of the web is shown in a frame that has no part in this.
async function keepSeen(): Promise<void> {
  if (!has) return;
  const { signal } = stop;
  const pictures = new Set<string>();
  const media = new Set<string>();
  const whole = (url: string): string => new URL(url, location.href).href;
  for (const key of Object.keys(localStorage))
    if (key.startsWith(hands))
      for (const { item } of read<Hand>(key)?.tasks ?? []) {
        if (item.image) pictures.add(whole(item.image.url));
        if (item.media && item.media.kind !== "html") media.add(whole(item.media.url));
      }
  const cache = await caches.open("tilth-work");
  for (const { url } of await cache.keys()) if (!pictures.delete(url) && !media.has(url)) await cache.delete(url);
  await Promise.allSettled([...pictures].map((url) => cache.add(url)));
  await keepMedia(cache, [...media], signal);
}
let keeping = Promise.resolve();
export function hold(project: string, hand: Hand): void {
  if (!keep(hands + project, JSON.stringify(hand))) localStorage.removeItem(hands + project); // it is not there without a network then
  keeping = keeping.then(keepSeen).catch(() => {});
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
  stop.abort(); // of a film that is still on its way nothing is waited for
  stop = new AbortController();
  await keeping;
  await Promise.all([caches.delete("tilth-work"), caches.delete("tilth-page")]);
}
