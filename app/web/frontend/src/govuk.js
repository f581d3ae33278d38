// The govuk components this service uses, started on load and again inside whatever htmx brings in.
import {
  Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink,
} from "govuk-frontend"

const components = [
  Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink,
]

// A form that was just sent must not be sent again by an impatient second click.
const settings = new Map([[Button, { preventDoubleClick: true }]])

function start(root) {
  for (const Component of components) {
    const name = Component.moduleName
    const inside = root.querySelectorAll(`[data-module="${name}"]:not([data-${name}-init])`)
    const own = root.matches?.(`[data-module="${name}"]:not([data-${name}-init])`) ? [root] : []
    for (const element of [...own, ...inside]) {
      try {
        new Component(element, settings.get(Component))
      } catch (error) {
        console.warn(error.message) // the page works without the enhancement
      }
    }
  }
}

document.body.classList.add("js-enabled", "govuk-frontend-supported")
start(document)
document.addEventListener("htmx:load", (event) => start(event.detail.elt))
