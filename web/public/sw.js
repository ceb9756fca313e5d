// Without a network the page still opens, with the work in hand. Kept are the page's own files (cache tilth-page) and the pictures of tasks
// that are in hand (cache tilth-work); lib/hand.ts puts both there and takes them out. Nothing else is answered here.
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
});
