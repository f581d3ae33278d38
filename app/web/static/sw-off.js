// The switch that takes the worker away: throws out what it kept, and goes.
self.addEventListener("install", () => self.skipWaiting())
self.addEventListener("activate", (event) => {
  const empty = caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))))
  event.waitUntil(empty.then(() => self.registration.unregister()))
})
