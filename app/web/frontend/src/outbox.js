// Forms marked data-outbox: sent by script, always. Without a connection they are sealed, kept, and sent later.
import { all, get, put, remove } from "./store.js"
import { encode, newDevice, publicKey, seal } from "./seal.js"
import { say, tell } from "./words.js"

const TIMEOUT = 8000
const MOST = 50
const BYTES = 20e6
const LARGEST = 1e6
const EVERY = 60_000
const DAYS = 30 * 864e5
let token = document.body.dataset.token || ""
const changed = () => document.dispatchEvent(new Event("ruv:bandeja"))
const mark = async () => encode(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token)))

export const ask = (path, options = {}, timeout = TIMEOUT) =>
  fetch(path, {
    ...options,
    cache: "no-store",
    headers: { "X-Form-Token": token, ...options.headers },
    signal: AbortSignal.timeout(timeout),
  })

let owner // whose page this is, once the server has said it
let joining
// Who writes here: at the first page of a session the server says it, and takes on this browser's key.
export function session() {
  // Who was here last writes on the blank page; a page of somebody signed in is only its own person's.
  return (joining ||= join().catch(() => ((joining = undefined), token ? undefined : get("meta", "session"))))
}

async function join() {
  const known = await get("meta", "session")
  if (token && known?.mark === (await mark())) {
    owner = known.who
    return known
  }
  const told = await ask("/bandeja/llave.json")
  // Nobody is signed in: what is written here waits for who was here last.
  if (told.headers.get("Content-Type") !== "application/json") return known
  const { quien: who, llave: server, ficha } = await told.json()
  // Somebody signed in since this page was made: what is in it is not hers to send.
  if (token && ficha !== token) return undefined
  token = ficha
  owner = who
  if (!(await get("devices", who))) {
    const pair = await newDevice()
    const body = new URLSearchParams({ llave: await publicKey(pair) })
    const made = await ask("/dispositivos", { method: "POST", body })
    if (!made.ok) return undefined
    await put("devices", { who, pair, id: (await made.json()).id })
  }
  const fresh = { who, server, mark: await mark() }
  await put("meta", fresh, "session")
  return fresh
}

// Seal a form and keep it. Tells why it could not be kept, or nothing.
export async function keep(form, path, fields, key = crypto.randomUUID(), draft = "") {
  const held = await all("envelopes")
  const bytes = held.reduce((sum, e) => sum + e.sealed.byteLength, 0)
  if (held.length >= MOST || bytes > BYTES) return "full"
  const here = await session()
  const device = here && (await get("devices", here.who))
  if (!device) return "door"
  const at = new Date().toISOString()
  const envelope = await seal({ uuid: key, form, path, fields, draft, written_at: at }, device, here.server)
  if (envelope.sealed.byteLength > LARGEST) return "long"
  await put("envelopes", { id: key, who: here.who, at, ...envelope })
  changed()
  return ""
}

const OWN = new Set(["_csrf", "_clave", "_formulario", "_pagina"])
export function fieldsOf(data) {
  const fields = {}
  for (const [name, value] of data) {
    if (typeof value === "string" && !OWN.has(name)) (fields[name] ||= []).push(value)
  }
  return fields
}

// Signed in again elsewhere, the page's token is of a session that is over. The same person gets the new one; what
// another person's page holds is never sent under the name of who is here now.
async function renewed() {
  const told = await ask("/bandeja/llave.json").catch(() => null)
  if (!owner || told?.headers.get("Content-Type") !== "application/json") return false
  const { quien: who, ficha } = await told.json()
  if (who !== owner || ficha === token) return false
  token = document.body.dataset.token = ficha
  for (const one of document.querySelectorAll("input[name=_csrf]")) one.value = ficha
  return true
}

// As `ask`, once more if only the token was too old.
export async function post(path, options, timeout) {
  const answer = await ask(path, { ...options, method: "POST" }, timeout)
  return answer.status === 403 && (await renewed()) ? ask(path, { ...options, method: "POST" }, timeout) : answer
}

const away = (answer) => /^\/(ingreso|sesion)/.test(answer.headers.get("HX-Redirect") || "")

async function send(form, button) {
  if (form.dataset.busy) return
  form.dataset.busy = "1"
  const words = button?.textContent
  if (button) button.textContent = say("saving")
  document.dispatchEvent(new CustomEvent("ruv:send", { detail: form }))
  const data = new FormData(form, button)
  const key = crypto.randomUUID()
  data.set("_clave", key)
  try {
    // htmx's header: the server answers where to go instead of going there.
    const files = form.enctype === "multipart/form-data"
    const body = files ? data : new URLSearchParams(data)
    const answer = await post(form.action, { body, headers: { "HX-Request": "true" } }).catch(() => null)
    if (!answer || answer.status >= 500 || away(answer)) await put_away(form, data, key, answer)
    else if (answer.headers.get("HX-Redirect")) location.assign(answer.headers.get("HX-Redirect"))
    else await show(answer, form)
  } finally {
    delete form.dataset.busy
    if (button) button.textContent = words
  }
}

async function put_away(form, data, key, answer) {
  const path = new URL(form.action).pathname
  const why = await keep(form.dataset.outbox, path, fieldsOf(data), key, form.dataset.draft).catch(() => "failed")
  if (why) return stays(form, say(why === "door" ? "failed" : why))
  form.reset()
  const files = [...data.values()].some((value) => value instanceof File && value.size)
  tell(say("kept") + (files ? ` ${say("file")}` : ""), "success")
  if (answer && away(answer)) location.assign(answer.headers.get("HX-Redirect"))
}

// What was written stays in the page, and on the server as a draft.
function stays(form, why) {
  tell(why, "warning")
  form.dispatchEvent(new Event("input", { bubbles: true }))
}

async function show(answer, form) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  const main = page.querySelector("main")
  // A page without the form has no place for what was written.
  if (!page.querySelector(`form[data-outbox="${form.dataset.outbox}"]`)) {
    const why = page.querySelector(".govuk-error-summary__body, main > p.govuk-body")
    return stays(form, say("refused", why?.textContent.trim() || ""))
  }
  const target = main ? document.querySelector("main") : form
  const shown = document.adoptNode(main || page.body.firstElementChild)
  target.replaceWith(shown)
  document.dispatchEvent(new CustomEvent("ruv:shown", { detail: shown }))
}

let pause = 0
let next = 0
export async function flush(now = false) {
  if (!now && Date.now() < next) return
  await session()
  if (!token) return
  await navigator.locks.request("ruv-bandeja", { ifAvailable: true }, (lock) => lock && deliver())
}

async function deliver() {
  const here = await session()
  if (!here) return
  const mine = (await all("envelopes")).filter((e) => e.who === here.who && !e.blocked)
  let sent = 0
  let review = false
  for (const one of mine.sort((a, b) => (a.at < b.at ? -1 : 1))) {
    const state = await hand_over(one, here)
    if (state === "later") {
      pause = Math.min(Math.max(pause * 2, EVERY), 15 * EVERY)
      next = Date.now() + pause
      break
    }
    pause = next = 0
    if (state === "blocked" || state === "odd") continue
    sent += 1
    review ||= state === "revisar"
  }
  if (sent) tell(say(review ? "review" : "sent", sent))
  if (mine.length) changed()
}

const BLOCKED = { 403: "device", 413: "broken", 422: "broken" }

async function hand_over(one, here) {
  const headers = { "X-Equipo": one.device, "X-Llave": one.key, "X-Firma": one.signature }
  const patience = TIMEOUT + one.sealed.byteLength / 4 // down to 4 kB/s
  const options = { body: one.sealed, headers: { ...headers, "Content-Type": "application/octet-stream" } }
  const answer = await post("/bandeja", options, patience).catch(() => null)
  // The service breaks on this one: it waits, and holds up none of the others.
  if (answer?.status === 500) return "odd"
  const told = answer?.headers.get("Content-Type") === "application/json" ? await answer.json().catch(() => null) : null
  if (answer?.status === 200 && told?.estado) {
    await remove("envelopes", one.id)
    return told.estado
  }
  const why = told && BLOCKED[answer.status]
  if (!why) return "later"
  await put("envelopes", { ...one, blocked: why })
  if (why === "device") {
    // This browser's key is no longer taken: the next page makes a new one.
    await remove("devices", here.who)
    await remove("meta", "session")
  }
  return "blocked"
}

export async function waiting() {
  const here = await get("meta", "session")
  const held = await all("envelopes")
  return held
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map((e) => ({
      id: e.id,
      at: e.at,
      bytes: e.sealed.byteLength,
      why: e.blocked || (e.who !== here?.who ? "foreign" : Date.now() - Date.parse(e.at) > DAYS ? "old" : ""),
    }))
}
export const drop = (id) => remove("envelopes", id).then(changed)

export function start() {
  document.addEventListener("submit", (event) => {
    const form = event.target
    if (event.defaultPrevented) return
    if (form.matches("form[data-outbox]") && token) {
      event.preventDefault()
      send(form, event.submitter)
    } else if (form.matches("form[data-sign-out]") && !form.dataset.sure) {
      event.preventDefault()
      waiting()
        .catch(() => [])
        .then(async (held) => {
          if (held.length && !confirm(say("leave", held.length))) return
          // Who signs out writes no more here: what comes next would be under a name that left.
          await remove("meta", "session").catch(() => null)
          form.dataset.sure = "1"
          form.requestSubmit()
        })
    }
  })
  const again = (now) => flush(now).catch(() => null)
  again(true)
  addEventListener("online", () => again(true))
  document.addEventListener("visibilitychange", () => document.hidden || again())
  setInterval(again, EVERY)
}
