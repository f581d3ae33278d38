"""The plan on paper: as a version that was signed, or as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.errors import Forbidden
from app.services.cases.rows import public_codes
from app.services.plans import rules
from app.services.plans.content import PlanRef, find
from app.services.plans.content_views import PlanContentView, SignedActivityView
from app.services.plans.versions import signable
from app.services.printing.issuing import Issue, full_name, grouped
from app.services.printing.queries import kept_version, paper_units
from app.services.printing.sheet import UNKNOWN, Section, Sheet, Signer, Table, paragraphs, shown_date
from app.services.printing.words import fields_of, label
from app.states import AgeGroup, PaperKind

_HEADER: Final = (
    "starts_on place_of_execution execution_country feasibility feasibility_notes language interpreter "
    "pti_number pti_on"
)
_COLUMNS: Final = ("Actividad", "Quién la hace", "Plazo", "Indicador y evidencia", "Frecuencia")
_WIDTHS: Final = (5, 4, 2, 3, 2)
_NOTICE: Final = (
    "Documento reservado (Ley 29733). Nombra a la persona por su código, salvo que se haya pedido con su "
    "nombre. Nadie fuera de quienes figuran en él debe tenerlo."
)


def plan_issue(act: Act, code: str, version: int | None, *, names: bool) -> Issue:
    """A plan to be printed: a kept version of it, or the plan as it is now.

    Raises:
        NotFound: no such plan or version, or out of scope.
        Forbidden: the actor reads only a part of the plan, or may not print her name.
    """
    require(act.actor, Permission.PLANS_READ)
    ref = find(act, code)
    if not ref.sees_all(act.actor):
        raise Forbidden("Su unidad lee solo sus actividades: pida el plan impreso a la unidad responsable.")
    if version is None:
        content = signable(act, ref, action="plans.read")
        kept = [("Versión", "Sin firmar: el plan como está hoy")]
        signed: list[Any] = []
    else:
        content, digest, signed = kept_version(act, ref, version)
        kept = [("Versión", str(version)), ("Huella de lo firmado", grouped(digest.hex()[:32]))]
    pairs = [*_who(act, ref, names=names), *kept, *_header(content)]
    sections = [
        Section("Datos del plan", pairs),
        Section("Resumen", paragraphs=paragraphs(content.get("summary"))),
        *_objectives(act.session, content),
        *_signed(signed),
    ]
    sheet = Sheet(
        title="Plan de reintegración individual",
        subject=ref.row.code,
        sections=sections,
        signatures=_signers(content["kind"]),
        notice=_NOTICE,
    )
    return Issue(PaperKind.PLAN, sheet, ref.strand, names=names)


def _who(act: Act, ref: PlanRef, *, names: bool) -> list[tuple[str, str]]:
    codes = public_codes(act, [ref.row.case_id]).get(ref.row.case_id, {})
    who = [("Persona afectada", codes.get("victim") or UNKNOWN), ("Caso", codes.get("case") or UNKNOWN)]
    if names:
        who.append(("Nombre", full_name(act, ref.row.victim_id, ref.standing)))
    return who


def _header(content: PlanContentView) -> list[tuple[str, str]]:
    pairs = [("Tipo de plan", rules.KINDS.get(content["kind"], content["kind"]))]
    pairs += fields_of("plan_header", content, _HEADER, always="place_of_execution language interpreter")
    if content["kind"] == AgeGroup.CHILD:
        pairs.append(("Resolución de la UPE (PTI)", "Sí" if content["pti_resolution"] else "No"))
    return pairs


def _objectives(session: Session, content: PlanContentView) -> list[Section]:
    every = [activity for goal in content["objectives"] for activity in goal["activities"]]
    units = paper_units(session, {activity["unit"] for activity in every})
    sections = []
    for number, goal in enumerate(content["objectives"], start=1):
        domain = label("plan_domain", goal["domain"])
        words = [("Lo que la persona quiere", goal["wish"] or UNKNOWN), ("Meta", goal["goal"] or UNKNOWN)]
        table = Table(_COLUMNS, _WIDTHS, [_activity(a, units) for a in goal["activities"]])
        sections.append(Section(f"Objetivo {number}. {domain}", words, table=table))
    return sections


def _activity(activity: SignedActivityView, units: Mapping[str, str]) -> list[str]:
    charge = activity["person_in_charge"]
    unit = units.get(activity["unit"], UNKNOWN)
    what = activity["description"] or UNKNOWN
    if activity.get("service_code"):
        what = f"{what} (servicio {activity['service_code']})"
    proof = [activity["indicator"], activity.get("evidence_expected")]
    return [
        what,
        f"{unit}: {charge}" if charge else unit,
        shown_date(activity["due_on"]),
        "; ".join(part for part in proof if part) or "—",
        label("activity_frequency", activity["frequency"]) if activity["frequency"] else "—",
    ]


def _signed(signed: list[Any]) -> list[Section]:
    if not signed:
        return []
    rows = [
        [
            rules.SIGNERS.get(one.signer, one.signer),
            rules.MANNERS.get(one.manner, one.manner),
            shown_date(one.signed_at),
        ]
        for one in signed
    ]
    return [Section("Firmas registradas", table=Table(("Quién", "Cómo", "Cuándo"), (4, 4, 2), rows))]


def _signers(kind: str) -> list[Signer]:
    places = [
        Signer("Persona afectada", fingerprint=True),
        Signer("Profesional responsable"),
        Signer("Jefatura del servicio"),
    ]
    if kind == AgeGroup.CHILD:
        places.insert(1, Signer("Unidad de Protección Especial"))
    return places
