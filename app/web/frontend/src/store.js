// What stays on the device: keys that cannot be read out, and sealed envelopes. Nothing readable.
const open = () =>
  new Promise((done, fail) => {
    const asked = indexedDB.open("ruv", 1)
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("meta")
      asked.result.createObjectStore("devices", { keyPath: "who" })
      asked.result.createObjectStore("envelopes", { keyPath: "id" })
    }
    asked.onsuccess = () => done(asked.result)
    asked.onerror = () => fail(asked.error)
  })
let base

async function run(store, mode, work) {
  base ||= open()
  const db = await base
  return new Promise((done, fail) => {
    // Written to the disk before anybody is told that it is kept.
    const act = db.transaction(store, mode, { durability: "strict" })
    const asked = work(act.objectStore(store))
    act.oncomplete = () => done(asked.result)
    act.onerror = act.onabort = () => fail(act.error)
  })
}

export const get = (store, key) => run(store, "readonly", (s) => s.get(key))
export const all = (store) => run(store, "readonly", (s) => s.getAll())
export const put = (store, value, key) => run(store, "readwrite", (s) => s.put(value, key))
export const remove = (store, key) => run(store, "readwrite", (s) => s.delete(key))
