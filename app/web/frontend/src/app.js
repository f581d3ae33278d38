// The page around its forms: drafts, network, idleness, the way out, htmx. Everything works without it.
import { ask, fieldsOf, post, start, waiting } from "./outbox.js"
import { offline } from "./offline.js"
import { say } from "./words.js"

const body = document.body
const { warnAfter, lockAfter, exit } = body.dataset
const AFTER = 2000
const ON_EXIT = 60_000 // bytes a browser still sends for a page that is gone: 64 KiB in all

// Drafts -----------------------------------------------------------------------------------------------------
const drafts = new Map()

function touched(event) {
  const form = event.target.closest?.("form[data-draft]")
  if (!form) return
  const draft = drafts.get(form) || {}
  clearTimeout(draft.timer)
  drafts.set(form, Object.assign(draft, { timer: setTimeout(save, AFTER, form), dirty: true }))
}

// The address at which the form is there again: a page that answers one may stand at an address that only takes forms.
const pageOf = (part) => part.querySelector("input[name=_pagina]")?.value || location.pathname

// One at a time: the lock waits for what is on its way, since a page that goes away takes it along. Who leaves
// cannot wait, and sends it again.
async function save(form, leaving = false) {
  const draft = drafts.get(form)
  const onTheWay = draft?.saving
  if (onTheWay && !leaving) await onTheWay
  if (!(draft?.dirty || (onTheWay && leaving)) || !form.isConnected) return
  clearTimeout(draft.timer)
  draft.dirty = false
  draft.saving = send(form, draft, leaving).finally(() => delete draft.saving)
  await draft.saving
}

async function send(form, draft, leaving) {
  const sent = new URLSearchParams({ _formulario: form.dataset.draft, _pagina: pageOf(form) })
  for (const [name, values] of Object.entries(fieldsOf(new FormData(form)))) {
    if (name === "_version" || !name.startsWith("_")) for (const value of values) sent.append(name, value)
  }
  const keepalive = leaving && sent.toString().length < ON_EXIT
  const answer = await post("/borradores", { body: sent, keepalive }).catch(() => null)
  const ok = answer?.status === 204 && !answer.headers.get("HX-Redirect")
  draft.dirty ||= !ok
  const place = form.querySelector("[data-saved]")
  const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
  if (place) place.textContent = ok ? say("saved", time) : say("unsaved")
}

const saveAll = (leaving) => Promise.all([...drafts.keys()].map((form) => save(form, leaving)))
// What is being sent needs no draft any more, and none may come back after it.
const sending = (form) => {
  clearTimeout(drafts.get(form)?.timer)
  drafts.delete(form)
}
// What came back does not lie folded away.
for (const part of document.querySelectorAll("form[data-resumed] details")) {
  part.open ||= [...part.querySelectorAll("textarea, input[type=text]")].some((box) => box.value)
}
// A page that answers a form: what it holds stands nowhere else.
for (const form of document.querySelectorAll("form[data-unsent]")) drafts.set(form, { dirty: true })
document.addEventListener("input", touched)
document.addEventListener("change", touched)
document.addEventListener("ruv:send", (event) => sending(event.detail))
document.addEventListener("submit", (event) => sending(event.target))

// Network ----------------------------------------------------------------------------------------------------
async function badge() {
  const held = await waiting().catch(() => [])
  for (const place of document.querySelectorAll("[data-network]")) {
    const state = navigator.onLine ? place.dataset.online : place.dataset.offline
    place.textContent = held.length ? `${state} · ${say("waiting", held.length)}` : state
    place.toggleAttribute("data-down", !navigator.onLine)
  }
  for (const place of document.querySelectorAll("[data-outbox-list]")) {
    const link = document.createElement("a")
    link.href = "/sin-conexion"
    link.className = "govuk-link"
    link.textContent = `${say("here")} ${say("waiting", held.length)}`
    place.replaceChildren(...(held.length ? [link] : []))
  }
}
for (const event of ["online", "offline"]) addEventListener(event, badge)
document.addEventListener("ruv:bandeja", badge)

// Idleness: one clock for all tabs ---------------------------------------------------------------------------
const tabs = new BroadcastChannel("ruv")
let last = Date.now()
let told = last
let asked

function alive() {
  const now = Date.now()
  if (now - last > 5000) tabs.postMessage("alive")
  last = now
  asked?.remove()
  asked = undefined
  // The server counts from the last request: scrolling, and typing what is not kept, make none.
  if (now - told > 300_000) {
    told = now
    ask("/bandeja/llave.json").catch(() => null)
  }
}

function idle() {
  const seconds = (Date.now() - last) / 1000
  if (seconds >= lockAfter) return lock()
  if (seconds < warnAfter || asked) return
  asked = document.createElement("dialog")
  asked.className = "ruv-idle"
  const text = document.createElement("p")
  text.textContent = say("idle")
  const button = document.createElement("button")
  button.className = "govuk-button"
  button.textContent = say("stay")
  button.addEventListener("click", alive)
  asked.append(text, button)
  asked.addEventListener("cancel", alive)
  body.append(asked)
  asked.showModal()
}

async function lock() {
  for (const part of document.querySelectorAll("main, dialog")) part.hidden = true
  // Also what was kept already: another tab that sent its form threw the draft away, and this page goes.
  for (const draft of drafts.values()) draft.dirty = true
  await saveAll()
  const done = await ask("/sesion/bloquear", { method: "POST", redirect: "manual" }).catch(() => null)
  // Without a connection the page stays, covered, with what was written in it, until it can be locked.
  if (done) location.replace(`/sesion/bloqueada?volver=${encodeURIComponent(pageOf(document))}`)
}

// The way out ------------------------------------------------------------------------------------------------
function leave() {
  document.title = "El tiempo"
  body.hidden = true
  saveAll(true)
  navigator.sendBeacon("/sesion/bloquear")
  location.replace(navigator.onLine ? exit : "/salida")
}
let shifts = []
addEventListener("keydown", (event) => {
  if (event.repeat) return
  shifts = event.key === "Shift" ? [...shifts.slice(-2), event.timeStamp] : []
  if (shifts.length === 3 && shifts[2] - shifts[0] < 3000) leave()
})
addEventListener(
  "submit",
  (event) => {
    if (!event.target.matches("form[data-exit]")) return
    event.preventDefault()
    leave()
  },
  true,
)

// htmx -------------------------------------------------------------------------------------------------------
function focus(part) {
  const place = part.querySelector?.(".govuk-error-summary") || part.querySelector?.("h1, h2, h3") || part
  if (!place.hasAttribute("tabindex")) place.tabIndex = -1
  place.focus()
}
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-Form-Token"] = body.dataset.token
})
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { status } = detail.xhr
  if (status >= 400 && status < 500) [detail.shouldSwap, detail.isError] = [true, false]
})
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.elt.querySelector?.(".govuk-error-summary") || detail.elt.hasAttribute("data-focus")) focus(detail.elt)
})
document.addEventListener("ruv:shown", (event) => {
  window.htmx?.process(event.detail)
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: event.detail } }))
  focus(event.detail)
})

if (body.dataset.token) {
  for (const event of ["pointerdown", "keydown", "scroll"]) addEventListener(event, alive, { passive: true })
  tabs.onmessage = () => {
    last = Date.now()
    asked?.remove()
    asked = undefined
  }
  setInterval(idle, 10_000)
  // As soon as it is known: what a page sends that is already gone may not arrive.
  addEventListener("beforeunload", () => saveAll(true))
  document.addEventListener("visibilitychange", () => (document.hidden ? saveAll(true) : idle()))
  // Back shows no page out of the browser's memory: it is asked for anew, and the lock answers.
  addEventListener("pageshow", (event) => event.persisted && location.reload())
  navigator.serviceWorker?.register("/sw.js").catch(() => null)
}
start()
offline()
badge()
