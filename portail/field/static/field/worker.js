/* The lists without network. `KEPT` is written before this by the server: the name of the cache, the empty page, and
   the files that it needs. Nothing else is ever kept here: no page of anybody, no answer, no name. What a leader reads
   without network comes from the device's own store, filled by terrain.js. */
"use strict";
const PATIENCE = 8000; // a network that does not answer for so long is no network

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const cache = await caches.open(KEPT.name);
  // Without cookies: the same for everybody.
  await cache.addAll([KEPT.page, ...KEPT.files].map((url) => new Request(url, { credentials: "omit", cache: "reload" })));
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("terrain-") && name !== KEPT.name).map((name) => caches.delete(name)));
  await self.clients.claim();
})()));

const late = () => new Promise((_, refuse) => setTimeout(() => refuse(new Error("late")), PATIENCE));
const emptyPage = async () => (await caches.open(KEPT.name)).match(KEPT.page);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    const asked = request.method === "GET" ? Promise.race([fetch(request), late()]) : fetch(request);
    event.respondWith(asked.catch(emptyPage));
  } else if (request.method === "GET" && KEPT.files.includes(url.pathname)) {
    event.respondWith(caches.open(KEPT.name).then((cache) => cache.match(url.pathname)).then((kept) => kept ?? fetch(request)));
  }
});
