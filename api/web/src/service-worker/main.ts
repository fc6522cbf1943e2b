// Keeps the driver's page, its scripts and its map at hand, so that it opens again without a network. What changes is
// asked of the network first; only scripts and styles, whose addresses change with their content, come from the store.

export type {};
declare const self: ServiceWorkerGlobalScope;

const STORE = "halfvol-1";

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const isAsset = url.pathname.startsWith("/static/");
  const isKept = isAsset || url.pathname.startsWith("/routes/") || url.pathname === "/v1/streets" || /^\/v1\/routes\/\d+\/directions$/.test(url.pathname);
  if (isKept) event.respondWith(isAsset ? fromStore(request) : fromNetwork(request));
});

async function fromNetwork(request: Request): Promise<Response> {
  const store = await caches.open(STORE);
  try {
    const response = await fetch(request);
    if (response.ok && !response.redirected) await store.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await store.match(request, { ignoreVary: true });
    if (kept !== undefined) return kept;
    throw error;
  }
}

async function fromStore(request: Request): Promise<Response> {
  const store = await caches.open(STORE);
  const kept = await store.match(request, { ignoreVary: true });
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok) {
    await store.put(request, response.clone());
    await forgetOlder(store, new URL(request.url));
  }
  return response;
}

/** Removes scripts and styles of earlier versions: the folder of their address is the digest of the sources. */
async function forgetOlder(store: Cache, newest: URL): Promise<void> {
  const folder = (url: URL): string => url.pathname.slice(0, url.pathname.lastIndexOf("/") + 1);
  for (const kept of await store.keys()) {
    const url = new URL(kept.url);
    const isBuilt = url.pathname.split("/").length === 4 && url.pathname.startsWith("/static/");
    if (isBuilt && folder(newest) !== "/static/" && folder(url) !== folder(newest)) await store.delete(kept);
  }
}
