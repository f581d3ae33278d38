"""Consents of a case's person: what she allows, to whom, until when; and how she takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.access.policy import policy
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.edge.sending import printed
from app.records import COMPARTMENTS
from app.records.row_placement import placed
from app.records.rows import row_fields
from app.records.rows.consents import ConsentRow, WithdrawalRow
from app.services.consents import ledger, queries
from app.services.consents.parties import asked
from app.services.consents.views import ConsentCommon, KeptShareView, NamedParts, ShareView, WithdrawnView
from app.services.evidence import signed_papers
from app.services.idempotency import once
from app.services.printing.consent import consent_issue
from app.states import ConsentGiver, ConsentState, ReferralState
from app.web.cases.frame import CaseFrame, case_frame
from app.web.i18n import _
from app.web.kit.controls import Control, controls, read
from app.web.kit.page import CurrentPage, Page
from app.web.kit.row_fields import words
from app.web.kit.rows import read_row
from app.web.kit.templating import moment, options

router = Branch()

READS: Final = Requires(Permission.CONSENTS_READ)
WRITES: Final = Requires(Permission.CONSENTS_WRITE)
TAB: Final = "consentimientos"
_KINDS: Final[Mapping[str, str]] = {
    ConsentState.IN_FORCE: "green",
    ConsentState.WITHDRAWN: "red",
    ConsentState.EXPIRED: "orange",
    ConsentState.REPLACED: "grey",
}
_COUNTED: Final = frozenset({"satisfaction"})
"""Read as numbers alone: nobody is given it of one person."""
_LIVE: Final = frozenset(
    {ReferralState.SENT, ReferralState.ACCEPTED, ReferralState.ACCEPTED_ON_TERMS, ReferralState.RUNNING}
)
_WRITTEN: Final = placed("consent", "how", "more", "who", "child")


def parts() -> list[tuple[str, str]]:
    """The parts of a record that may be shared, with their titles."""
    return [(name, COMPARTMENTS[name].title_es) for name in policy().compartments if name not in _COUNTED]


def part_names(codes: list[str] | None) -> str:
    """Titles of parts of a record, in one line."""
    return ", ".join(COMPARTMENTS[code].title_es for code in codes or () if code in COMPARTMENTS)


def receivers(item: NamedParts) -> str:
    """Whom a consent or an objection names, in one line."""
    return ", ".join(one["name"] for one in (*item["to_units"], *item["to_institutions"]))


@router.get("/casos/{code}/consentimientos", dependencies=[READS])
def consents(code: str, page: CurrentPage) -> Response:
    """Every consent of the case by purpose and receiver, and what she objects to."""
    frame = case_frame(page, code, TAB)
    found = [card(item) for item in queries.ledger(page.act, code)]
    objected = queries.objections(page.act, code)
    return page.draw(
        "consents/list.html",
        **frame,
        live=[item for item in found if item["state"] == ConsentState.IN_FORCE],
        ended=[item for item in found if item["state"] != ConsentState.IN_FORCE],
        objections=[
            {**item, "parts": part_names(item["compartments"]), "to": receivers(item)} for item in objected
        ],
        writes=page.may(Permission.CONSENTS_WRITE),
        receives=page.may(Permission.DATA_REQUESTS_WRITE),
    )


@router.get("/casos/{code}/consentimientos/nuevo", dependencies=[WRITES])
def consent_form(code: str, page: CurrentPage) -> Response:
    """What is read to her, and what she answers."""
    page.form.start(replaces=page.query("reemplaza"), language="spa", text_version="CI-2026-1")
    return _form(page, case_frame(page, code, TAB))


@router.post("/casos/{code}/consentimientos", dependencies=[WRITES])
def give(code: str, page: CurrentPage) -> Response:
    """Records a consent. A suspect cannot give it: the UPE decides; a child's needs who backs it."""
    frame = case_frame(page, code, TAB)
    choice = asked(page.act, code)
    sent = _sent(page, child=choice["child"])
    replaces = page.form.text("replaces")
    with page.attempt():
        page.form.check()
        row, case, key = read_row(ConsentRow, sent), frame["case"]["code"], page.form.key
        payload = {**row.model_dump(mode="json"), "case": case, "replaces": replaces}
        new = once(
            page.act,
            key,
            "consents.give",
            payload,
            lambda: ledger.give(page.act, case, row, replaces=replaces),
        )
        return page.go(f"{frame['base']}/{TAB}/{new}", done="consentimiento-registrado")
    return _form(page, frame)


@router.get("/casos/{code}/consentimientos/{consent}", dependencies=[READS])
def consent(code: str, consent: str, page: CurrentPage) -> Response:
    """One consent with its words, its signed papers, and the referrals that rest on it."""
    return detail(page, case_frame(page, code, TAB), consent)


@router.get("/casos/{code}/consentimientos/{consent}/imprimir", dependencies=[READS])
def paper(code: str, consent: str, page: CurrentPage) -> Response:  # noqa: ARG001 - the address of the case's tab
    """The consent on paper, to be read aloud and signed; by code, or by name where asked for."""
    names = bool(page.query("nombre"))
    return printed(page.runtime, page.actor, lambda act: consent_issue(act, consent, names=names))


@router.get("/casos/{code}/consentimientos/{consent}/retirar", dependencies=[WRITES])
def withdrawal_form(code: str, consent: str, page: CurrentPage) -> Response:
    """Asks before a consent is withdrawn, and says which shares end."""
    return _withdrawal(page, case_frame(page, code, TAB), consent)


@router.post("/casos/{code}/consentimientos/{consent}/retirar", dependencies=[WRITES])
def withdraw(code: str, consent: str, page: CurrentPage) -> Response:
    """What rests on it ends at once; the page lists what ended and what cannot be recalled."""
    frame = case_frame(page, code, TAB)
    found = queries.read(page.act, consent)
    child = asked(page.act, code)["child"]
    sent = read(page.form, _withdrawing(child=child))
    with page.attempt():
        page.form.check()
        row = read_row(WithdrawalRow, sent if child else {**sent, "by_whom": "PERSONA"})
        done = ledger.withdraw(page.act, consent, row)
        return page.draw("consents/withdrawn.html", **frame, item=card(found), result=_result(done))
    return _withdrawal(page, frame, consent)


def detail(page: Page, frame: CaseFrame, consent: str) -> Response:
    """The page of one consent."""
    found = queries.read(page.act, consent)
    held: Mapping[str, object] = found
    return page.draw(
        "consents/detail.html",
        **frame,
        item=card(found),
        rows=words("consent", {name: held.get(name) for name in _WRITTEN if name != "valid_until"}),
        shares=[_share(share) for share in found["referrals"]],
        scans=signed_papers.listed(page.act, consent),
        writes=page.may(Permission.CONSENTS_WRITE),
        names=frame["case"]["_access"].get("identity") == "full",
    )


class ConsentCard(ConsentCommon):
    """A consent as lists show it; `withdraws`: it can be withdrawn."""

    title: str
    tag: tuple[str, str]
    parts: str
    to: str
    withdraws: bool


def card(item: ConsentCommon) -> ConsentCard:
    """A consent as lists show it."""
    return {
        **item,
        "title": "; ".join(item["purpose_labels"]),
        "tag": (item["state_label"], _KINDS[item["state"]]),
        "parts": part_names(item["compartments"]),
        "to": receivers(item),
        "withdraws": ConsentState.WITHDRAWN in item["possible_states"],
    }


def _share(share: ShareView | KeptShareView) -> dict[str, object]:
    return {**share, "live": share["state"] in _LIVE, "parts": part_names(share["compartments"])}


def _result(done: WithdrawnView) -> dict[str, object]:
    return {
        "ended": [_share(share) for share in done["ended"]],
        "kept": [_share(share) for share in done["kept"]],
        "read": [
            [one["unit"]["name"], part_names([one["compartment"]]), one["times"], moment(one["last_at"])]
            for one in done["cannot_be_recalled"]
        ],
    }


def _controls(*places: str) -> list[Control]:
    return controls(row_fields("consent"), only=placed("consent", *places))


def _sent(page: Page, *, child: bool) -> dict[str, object]:
    form = page.form
    sent = read(form, _controls(*(("who", "child") if child else ()), "how", "more"))
    sent |= {name: form.texts(name) for name in ("purposes", "compartments", "to_institutions")}
    needed = {
        "purposes": _("Marque para qué lo da."),
        "compartments": _("Marque qué partes del registro."),
        "language": _("Elija la lengua en que se le explicó."),
        "given_by": _("Elija quién lo da."),
        "form": _("Elija cómo se dio."),
        "text_version": _("Escriba la versión del texto que leyó; está al pie del texto."),
    }
    for name, message in needed.items():
        if not sent.get(name) and (child or name != "given_by"):
            form.wrong(name, message, "missing")
    sent["to_units"] = list(dict.fromkeys([*form.texts("to_units"), *form.lines("other_units")]))
    return sent if child else {**sent, "given_by": ConsentGiver.PERSON}


def _form(page: Page, frame: CaseFrame) -> Response:
    choice = asked(page.act, frame["case"]["code"])
    givers = [(code, text) for code, text in options("consent_giver") if code != ConsentGiver.PERSON]
    backing = [(code, text) for code, text in options("consent_backing") if choice["upe"] or code != "UPE"]
    return page.draw(
        "consents/new.html",
        **frame,
        child=choice["child"],
        purposes=options("consent_purpose"),
        parts=parts(),
        institutions=[(one["code"], one["name"]) for one in choice["institutions"]],
        units=[(one["code"], one["name"]) for one in choice["units"]],
        givers=givers,
        backing=backing,
        representative=_controls("child"),
        how=_controls("how"),
        more=_controls("more"),
    )


def _withdrawing(*, child: bool) -> list[Control]:
    names = placed("consent_event", *(("who", "always") if child else ("always",)))
    return controls(row_fields("consent_event"), only=names)


def _withdrawal(page: Page, frame: CaseFrame, consent: str) -> Response:
    found = queries.read(page.act, consent)
    child = asked(page.act, frame["case"]["code"])["child"]
    return page.draw(
        "consents/withdraw.html",
        **frame,
        item=card(found),
        shares=[_share(share) for share in found["referrals"] if share["state"] in _LIVE],
        fields=_withdrawing(child=child),
    )
