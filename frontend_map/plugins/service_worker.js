/* Keeps the patrol form's files, so that it opens without a connection. Written into by plugins/offline.ts. */
const FILES = "__FILES__";
const VERSION = "__VERSION__";
const PAGE = "patrol";
const SHELL = `gridgov-patrol-${VERSION}`;
const DATA = "gridgov-patrol-data";
/** What the form reads of the city; the last answer serves while there is no other. */
const KEPT = ["api/city", "api/categories"];
/** How long a page may keep its reader waiting before the kept one is shown, in milliseconds. */
const PATIENCE = 4000;

const below = new URL("./", self.location.href).pathname;
const withinOurs = (url) => (url.pathname.startsWith(below) ? url.pathname.slice(below.length) : null);

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll([PAGE, ...FILES].map((file) => new Request(file, { cache: "no-cache" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("gridgov-patrol-") && name !== SHELL && name !== DATA;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const asked = withinOurs(url);
  if (asked === null) return;
  if (request.mode === "navigate") {
    if (asked === PAGE) event.respondWith(servePage(request));
  } else if (asked.startsWith("assets/") || FILES.includes(asked)) event.respondWith(serveFile(request));
  else if (KEPT.includes(asked)) event.respondWith(serveData(request));
});

/** The page from the server, or the kept one when that takes too long. */
async function servePage(request) {
  const kept = await caches.match(PAGE, { cacheName: SHELL });
  const fresh = fetch(request).then(async (answer) => {
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    return answer;
  });
  if (!kept) return fresh;
  const late = new Promise((resolve) => {
    setTimeout(() => resolve(kept), PATIENCE);
  });
  return Promise.race([fresh.catch(() => kept), late]);
}

/** Files are named by their content: what is kept is right. */
async function serveFile(request) {
  const kept = await caches.match(request, { cacheName: SHELL });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(SHELL)).put(request, answer.clone());
  return answer;
}

async function serveData(request) {
  const cache = await caches.open(DATA);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    // The session has ended: what is no secret serves until somebody has signed in again.
    return answer.status === 401 ? ((await cache.match(request)) ?? answer) : answer;
  } catch (cause) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw cause;
  }
}
