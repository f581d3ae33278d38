// The page without a connection: forms that are sealed at once, and what waits to be sent.
import { drop, fieldsOf, flush, keep, session, waiting } from "./outbox.js"
import { say, tell } from "./words.js"

const list = document.querySelector("[data-envelopes]")
const row = document.querySelector("template[data-envelope]")

async function draw() {
  const held = await waiting()
  list.replaceChildren(
    ...held.map((one) => {
      const line = row.content.cloneNode(true)
      const size = `${Math.ceil(one.bytes / 1024)} kB`
      line.querySelector("[data-what]").textContent = `${new Date(one.at).toLocaleString()} · ${size}`
      line.querySelector("[data-why]").textContent = one.why ? say(one.why) : ""
      line.querySelector("button").addEventListener("click", () => confirm(say("drop")) && drop(one.id).then(draw))
      return line
    }),
  )
  document.querySelector("[data-none]").hidden = held.length > 0
}

// Codes in the address a form would be sent to: `/casos/{code:CA}/notas` takes the field `code`.
const CODES = /{(\w+):(\w+)}/g

function wrong(control, what) {
  control.setAttribute("aria-invalid", "true")
  control.focus()
  tell(say(what), "warning")
}

// The address with its codes, or nothing if one is missing or miscopied.
function address(form) {
  let whole = true
  const path = form.dataset.path.replace(CODES, (_, name, prefix) => {
    const control = form.elements[name]
    const code = control.value.trim().toUpperCase().replace(/[\s_.]+/g, "-")
    if (RegExp(`^${prefix}(-[0-9A-Z]{4}){3}$`).test(code)) control.removeAttribute("aria-invalid")
    else if (whole) whole = wrong(control, "code")
    return code
  })
  const empty = (form.dataset.needed || "").split(" ").find((name) => name && !form.elements[name].value.trim())
  if (whole && empty) whole = wrong(form.elements[empty], "empty")
  return whole && path
}

export function offline() {
  if (!list) return
  for (const form of document.querySelectorAll("form[data-seal]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault()
      const path = address(form)
      if (!path || form.dataset.busy) return
      form.dataset.busy = "1"
      const data = new FormData(form)
      for (const [, name] of form.dataset.path.matchAll(CODES)) data.delete(name)
      const why = await keep(form.dataset.seal, path, fieldsOf(data)).catch(() => "failed")
      delete form.dataset.busy
      if (why) return tell(say(why), "warning")
      form.reset()
      tell(say("kept"), "success")
    })
  }
  document.querySelector("[data-send]").addEventListener("click", () => flush(true))
  document.addEventListener("ruv:bandeja", draw)
  session().then((here) => here || tell(say("door"), "warning"))
  draw()
}
