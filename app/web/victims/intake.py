"""What is asked of a person to register, in parts of one thing each, and registering her once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, NotRequired

from typing_extensions import TypedDict

from app.access.actor import Actor
from app.errors import Forbidden, Invalid
from app.records import Known, RecordInvalid, Values, fields, named, parse, placement
from app.records.kinds import today
from app.services.idempotency import remember, replayed
from app.services.victims.probing import Alike
from app.services.victims.registration import FIRST_STATES, Registration, register, writable
from app.services.victims.views import MatchView
from app.services.work.queries import find
from app.states import CaseState
from app.web.i18n import gettext
from app.web.kit.controls import Control, beside, controls, read, shown
from app.web.kit.forms import Form
from app.web.kit.page import Page
from app.web.kit.templating import label

OPERATION: Final = "victims.register"
USUAL: Final = CaseState.PRESUMED
ADULT: Final = 18
UNKNOWN: Final = "NO_SABE"
_LATER: Final = frozenset({"verified"})
"""What nobody knows while registering: whether the issuer of a document confirms it."""


def _(text: str) -> str:
    """Mark a text for the catalogue of translations; it is translated when it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Section:
    """One thing that is asked about: where its fields stand, and how it is called."""

    place: placement.Section
    title: str
    hint: str = ""
    warning: str = ""

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return self.place.slug


DETECTION: Final = "deteccion"
_SAID: Final[Mapping[str, tuple[str, ...]]] = {
    DETECTION: (_("Detección"), _("Cuándo y cómo se supo de ella.")),
    "identidad": (
        _("Identidad"),
        _("Ningún documento es obligatorio. Lo que no se sabe se deja vacío."),
    ),
    "contacto-y-riesgo": (
        _("Contacto y riesgo"),
        _("Cómo hablar con ella sin ponerla en peligro."),
        _("No escriba la dirección de un centro de acogida."),
    ),
    "explotacion": (
        _("Explotación sufrida"),
        _("Lo que ya consta de los hechos."),
        _("No la haga contar los hechos otra vez: eso es de la entrevista única."),
    ),
    "necesidades": (_("Necesidades inmediatas"), _("Lo que necesita hoy y mañana.")),
}
SECTIONS: Final = tuple(Section(place, *_SAID[place.slug]) for place in placement.REGISTRATION)
"""In their order. A part of which the role may write nothing is left out."""


def sections(actor: Actor) -> list[Section]:
    """The parts in which the actor may write something."""
    return [one for one in SECTIONS if one.slug == DETECTION or asked(actor, one.place.fields)]


def identifies(actor: Actor) -> bool:
    """Whether the actor may write who the person is; some only write what they know of the facts."""
    return bool(writable(actor, "identity"))


def asked(
    actor: Actor, names: Iterable[str], form: Form | None = None, *, again: bool = False
) -> list[Control]:
    """Controls of those of these fields (`compartment.field`) that the actor may write of a new person.

    Args:
        form: with what is known, which says how many rows a list shows.
        again: show one row more than that.
    """
    found = []
    for name in names:
        compartment, _dot, key = name.partition(".")
        if key in writable(actor, compartment):
            (one,) = controls(fields(compartment), f"{compartment}.", only=[key])
            found.append(_shorter(_open_ended(one), form, again=again))
    return found


def _open_ended(one: Control) -> Control:
    """The control with a way to say that it is not known."""
    if one.kind == "radios" and UNKNOWN not in dict(one.options):
        return replace(one, options=(*one.options, ("", gettext("No se sabe"))))
    return one


def _shorter(one: Control, form: Form | None, *, again: bool) -> Control:
    """A list as it is asked for here: without what is found out later, and no more rows than are of use."""
    if one.kind != "objects":
        return one
    rows = form.rows(one.name) if form is not None else 0
    inner = tuple(field for field in one.inner if field.key not in _LATER)
    return replace(one, inner=inner, rows=max(rows + again, 1))


def parts_of(form: Form, drawn: Sequence[Control]) -> dict[str, Values]:
    """What was filled in, by compartment; what cannot be read or is wrong is noted in the form."""
    found: dict[str, Values] = {}
    for one in drawn:
        if values := read(form, [one]):
            found.setdefault(one.name.partition(".")[0], {}).update(values)
    for name, data in found.items():
        try:
            parse(name, data)
        except RecordInvalid as invalid:
            for error in beside(named(name, invalid.errors), drawn):
                form.wrong(error["field"], error["message"], error["code"])
    return found


def all_asked(actor: Actor) -> list[Control]:
    """Controls of all that is asked in the parts of a registration."""
    return [one for section in sections(actor) for one in asked(actor, section.place.fields)]


def begin(form: Form) -> None:
    """What the questions of the detection start with: today, and the usual state."""
    form.start(first_identified_on=today().isoformat(), state=USUAL)


def states() -> list[tuple[str, str, str]]:
    """The states a case begins in, with what they mean."""
    meaning = {
        CaseState.ALERT: gettext("Hay señales, pero nadie habló todavía con ella."),
        USUAL: gettext("Hay indicios de que es víctima de trata."),
    }
    return [(code, label(code, "case_state"), meaning[code]) for code in reversed(FIRST_STATES)]


def identified(form: Form) -> date | None:
    """When she was identified; noted in the form when it is missing."""
    return form.day("first_identified_on", needed=gettext("Indique cuándo se la identificó."))


def age_group(parts: Mapping[str, Values], on: date | None) -> str:
    """`nna`, `adulta`, or nothing while it is not known."""
    years = Known.of(parts.get("identity", {}), on).youngest
    return "" if years is None else "nna" if years < ADULT else "adulta"


def register_once(page: Page, parts: dict[str, Values], on: date, key: str) -> str:
    """Register the person, once for the key; returns the code of her case.

    Raises:
        Invalid: fields that are wrong, named as in the form; or whom the unit does not register.
        PossibleDuplicate: she seems to be registered and the form gives no reason to go on.
        TooMany: too many look-ups in an hour.
        Conflict: the key was used with other data.
    """
    form = page.form
    state, reason = form.text("state") or USUAL, form.text("not_duplicate")
    payload = [parts, str(on), state, reason]
    code = replayed(page.act, key, OPERATION, payload)
    if code is not None:
        return find(page.act, code).code
    try:
        made = register(
            page.act,
            Registration(parts, on, state=state),
            not_duplicate=reason,
            probe_limit=page.runtime.settings.probe_limit_per_hour,
        )
    except Invalid as error:
        raise Invalid(error.detail, errors=beside(error.errors, all_asked(page.actor))) from None
    except Forbidden as error:  # said beside the form, so that nothing of what was typed is lost
        raise Invalid(error.detail, errors=beside(error.errors, all_asked(page.actor))) from None
    remember(page.act, key, OPERATION, payload, made.code)
    return made.case_code


# Whom she resembles

_BANDS: Final = {
    "EXACT": (_("Coincide por completo"), "red"),
    "PROBABLE": (_("Muy parecida"), "orange"),
}
_SHOWN: Final = (
    "given_names", "first_surname", "second_surname", "sex", "age_years", "birth_date", "birth_year",
    "nationality", "documents",
)  # fmt: skip


class MatchCard(TypedDict):
    """Somebody alike, for people; of who is not one's own, the unit alone."""

    unit: str
    code: NotRequired[str]
    tag: NotRequired[tuple[str, str]]
    rows: NotRequired[list[tuple[str, str]]]


def alike(form: Form) -> list[MatchCard]:
    """Those a registration was stopped for, as cards."""
    stopped = form.refusal
    return cards(stopped.duplicates) if isinstance(stopped, Alike) else []


def cards(found: Iterable[MatchView]) -> list[MatchCard]:
    """Persons found, for people: masked, those one's unit sees; of the others, whom to ask."""
    made: list[MatchCard] = []
    for one in found:
        if "code" not in one:
            made.append({"unit": one["unit"]})
            continue
        text, kind = _BANDS.get(one["band"], _BANDS["PROBABLE"])
        known = one["record"]
        rows = [
            (c.label, words(c, known[c.key]))
            for c in controls(fields("identity"), only=_SHOWN)
            if known.get(c.key)
        ]
        made.append({"code": one["code"], "unit": one["unit"], "tag": (gettext(text), kind), "rows": rows})
    return made


def words(one: Control, value: object) -> str:
    """A value in words on one line."""
    told = shown(one, value)
    if not isinstance(told, list):
        return str(told)
    return "; ".join(", ".join(str(text) for _label, text in row) for row in told)
