// Without a network the page still opens, with the work in hand. Kept are the page's own files (cache tilth-page) and the pictures and media
// of tasks that are in hand (cache tilth-work); lib/hand.ts puts both there and takes them out. Nothing else is answered here.
const reached = (request) => fetch(request);

async function navigation(request) {
  try {
    return await reached(request);
  } catch (error) {
    const page = await (await caches.open("tilth-page")).match("/");
    if (page) return page;
    throw error;
  }
}
async function file(request) {
  return (await (await caches.open("tilth-page")).match(request)) ?? reached(request);
}
async function picture(request) {
  try {
    return await reached(request);
  } catch (error) {
    const kept = await (await caches.open("tilth-work")).match(request.url);
    if (kept) return kept;
    throw error;
  }
}

// Of a recording that is kept whole, the part that a player asks for. A task's media are of one version, so that what is kept is right.
async function media(request) {
  const kept = await (await caches.open("tilth-work")).match(request.url);
  if (!kept) return reached(request);
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get("range") ?? "");
  if (!range || (!range[1] && !range[2])) return kept;
  const whole = await kept.blob();
  const from = range[1] ? Number(range[1]) : Math.max(0, whole.size - Number(range[2]));
  const to = range[1] && range[2] ? Math.min(Number(range[2]), whole.size - 1) : whole.size - 1;
  const headers = new Headers(kept.headers);
  if (from > to) {
    headers.set("Content-Range", `bytes */${whole.size}`);
    return new Response(null, { status: 416, headers });
  }
  headers.set("Content-Range", `bytes ${from}-${to}/${whole.size}`);
  headers.set("Content-Length", String(to - from + 1));
  return new Response(whole.slice(from, to + 1), { status: 206, headers });
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (!pathname.startsWith("/api/")) event.respondWith(navigation(request));
  } else if (pathname.startsWith("/assets/")) event.respondWith(file(request));
  else if (/^\/api\/v1\/records\/[^/]+\/image$/.test(pathname)) event.respondWith(picture(request));
  else if (/^\/api\/v1\/records\/[^/]+\/media$/.test(pathname)) event.respondWith(media(request));
});
