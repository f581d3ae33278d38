// FILES, EDITION: put before this by the server. Keeps static files and the blank pages; never a page of a case.
const CACHE = `ruv-${EDITION}`
const BLANK = "/sin-conexion"
const HARMLESS = "/salida"
const PATIENCE = 20_000

self.addEventListener("install", (event) => {
  // What a page sends while it goes away would be lost on the way through here.
  event.addRoutes?.({ condition: { requestMethod: "POST" }, source: "network" })
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...FILES, BLANK, HARMLESS])))
  self.skipWaiting()
})
self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name !== CACHE).map((name) => caches.delete(name))
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names))).then(() => self.clients.claim()))
})

const asked = (request) =>
  new Promise((done, fail) => {
    setTimeout(fail, PATIENCE)
    fetch(request).then(done, fail)
  })

async function blank(path) {
  const kept = await caches.match(path === HARMLESS ? HARMLESS : BLANK)
  const headers = new Headers(kept.headers)
  headers.delete("Refresh")
  return new Response(await kept.blob(), { headers })
}

self.addEventListener("fetch", (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== "GET" || origin !== location.origin) return
  if (request.mode === "navigate") event.respondWith(asked(request).catch(() => blank(pathname)))
  else if (FILES.includes(pathname)) event.respondWith(caches.match(request).then((kept) => kept || fetch(request)))
})
