// What the scripts say. The language of the page decides; what has no translation stays Spanish.
const es = {
  saving: "Guardando…",
  saved: "Borrador guardado a las %s",
  unsaved: "El borrador no se guardó: no hay conexión.",
  kept: "Guardado en este equipo, sellado. Se enviará solo cuando vuelva la conexión.",
  failed: "No se pudo guardar ni en este equipo. No cierre esta página: copie el texto o intente de nuevo.",
  refused: "No se guardó. %s Lo que escribió sigue en esta página.",
  full: "Este equipo ya guarda todo lo que puede sin enviar. Conéctese y envíe antes de escribir más.",
  long: "Es demasiado largo para guardarlo sin conexión. Divídalo o espere a tener conexión.",
  file: "Los archivos no se guardan sin conexión. Envíelos cuando vuelva.",
  sent: "Se envió lo que estaba guardado en este equipo: %s.",
  review: "Algo escrito sin conexión no se pudo guardar como estaba. Revíselo en Borradores.",
  leave: "Hay %s sin enviar en este equipo. Solo se enviará cuando usted vuelva a ingresar aquí. ¿Cerrar sesión?",
  drop: "Se borrará sin enviarse y no se podrá recuperar. ¿Borrar?",
  idle: "¿Sigue ahí? La pantalla se bloqueará por seguridad en 5 minutos.",
  stay: "Seguir trabajando",
  waiting: "%s por enviar",
  here: "Escrito sin conexión en este equipo:",
  device: "Este equipo se quitó de su lista: no se puede enviar.",
  broken: "Se dañó: no se puede enviar.",
  foreign: "De otra persona: se enviará cuando ella ingrese.",
  old: "Hace más de 30 días: al enviarlo quedará para revisar.",
  door: "Para escribir sin conexión, ingrese antes una vez con conexión en este equipo.",
  code: "Revise el código: está incompleto o mal copiado.",
  empty: "Complete este campo.",
}
const en = {
  saving: "Saving…",
  saved: "Draft saved at %s",
  unsaved: "The draft was not saved: no connection.",
  kept: "Kept sealed on this device. It will be sent by itself once the connection is back.",
  failed: "It could not be saved, not even on this device. Do not close this page: copy the text or try again.",
  refused: "It was not saved. %s What you wrote is still on this page.",
  full: "This device already keeps all it can unsent. Connect and send before writing more.",
  long: "It is too long to be saved offline. Divide it or wait until you have a connection.",
  file: "Files are not saved offline. Send them when the connection is back.",
  sent: "What was kept on this device was sent: %s.",
  review: "Something written offline could not be saved as it was. Check it in Drafts.",
  leave: "There are %s unsent on this device. They will only be sent when you sign in here again. Sign out?",
  drop: "It will be deleted without being sent and cannot be recovered. Delete?",
  idle: "Are you still there? For safety, the screen will lock in 5 minutes.",
  stay: "Keep working",
  waiting: "%s to send",
  here: "Written offline on this device:",
  device: "This device was removed from your list: it cannot be sent.",
  broken: "It was damaged: it cannot be sent.",
  foreign: "Another person's: it will be sent when they sign in.",
  old: "More than 30 days ago: once sent, it will be left to check.",
  door: "To write offline, first sign in once with a connection on this device.",
  code: "Check the code: it is incomplete or badly copied.",
  empty: "Fill in this field.",
}
const own = document.documentElement.lang === "en" ? { ...es, ...en } : es
export const say = (name, value = "") => own[name].replace("%s", () => value)
export function tell(text, kind = "info") {
  const place = document.getElementById("avisos")
  if (!place) return
  // As the macro `display.notice` draws it.
  const part = (name, ...more) => {
    const made = document.createElement(name)
    made.append(...more)
    return made
  }
  const line = part("p", text)
  line.className = "govuk-notification-banner__heading"
  const content = part("div", line)
  content.className = "govuk-notification-banner__content"
  const banner = part("div", content)
  const look = { success: "govuk-notification-banner--success", warning: "ruv-notice--warning" }[kind] || ""
  banner.className = `govuk-notification-banner ${look}`
  place.replaceChildren(banner)
  if (kind !== "info") place.scrollIntoView({ block: "nearest" })
}
