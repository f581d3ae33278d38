"""Export under HTCDS names: the actor's scope, the actor's levels, a trace for each person."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.access.actor import Actor
from app.errors import Forbidden
from app.models import AuditEvent
from app.services.interop.exporting import Exported, export_htcds
from app.services.interop.htcds import columns_out
from tests.cases.story import ok, refer, unit_code
from tests.factories import World
from tests.interop.files import HTCDS, load
from tests.referrals.steps import answer

OWN = ("ruv_PersonCode", "ruv_CaseCode")


def exported(world: World, actor: Actor, batch: int = 3) -> tuple[list[dict[str, str]], Exported]:
    counts = Exported()
    return list(export_htcds(world.runtime.database, actor, counts, batch=batch)), counts


def test_an_export_and_an_import_lose_no_htcds_field(world: World, tmp_path: Path) -> None:
    police, other = world.actor("police_investigator"), world.actor("police_investigator")
    number = int(world.tag, 16) % 10**7
    for place in range(7):
        world.register(
            police,
            identity={
                "given_names": "Rosalía Nélida", "first_surname": "Huamán", "sex": "MUJER",
                "nationality": "VE",
                "other_nationalities": ["PE", "CO"], "birth_date": "2000-03-17", "deceased": "NO",
                "documents": [
                    {"type": "DNI", "number": f"{number * 10 + place:08}", "country": "PE"},
                    {"type": "OTRO", "number": f"X;{number * 10 + place}"},
                ],
                "mother_tongue": "que", "other_languages": ["spa"], "children_count": 2, "salutation": "Sra.",
                "marital_status": "SOLTERA", "education": "SECUNDARIA",
            },
            contact={"residence_country": "PE"},
            legal={
                "purposes": ["TRABAJO_FORZOSO", "EXPLOTACION_SEXUAL"], "recruitment": "INTERNET",
                "other_recruitment": ["EN_EL_TRABAJO"], "recruiter_relation": "CONOCIDO",
                "control_methods": ["DEUDA", "LIMITA_MOVIMIENTO"], "trafficking_status": "POSIBLE",
                "trafficking_status_decider": "POLICIA",
            },
        )  # fmt: skip
    rows, counts = exported(world, police)
    assert (len(rows), counts.persons, counts.withheld) == (7, 7, 0)
    assert not counts.without_counterpart
    # As another office gets them: other persons (documents are unique in the country), no code of ours.
    path = tmp_path / "h.csv"
    moved = [
        {c: t.replace("X\\;", "Y\\;").replace("[DNI PE] ", "[CE PE] 0") for c, t in r.items() if c not in OWN}
        for r in rows
    ]
    with path.open("w", encoding="utf-8", newline="") as handle:
        lines = csv.DictWriter(handle, [c for c in columns_out() if c not in OWN], restval="")
        lines.writeheader()
        lines.writerows(moved)
    done = load(world, other, path, HTCDS)
    assert done.results == {"creada": 7}
    assert not done.summary.warnings
    again, _ = exported(world, other)
    assert [{c: t for c, t in row.items() if c not in OWN} for row in again] == moved
    assert moved[0]["prs_Citizenship"] == "VE;PE;CO"
    assert moved[0]["vic_MethodsOfControl"] == "DebtBondage;RestrictsMovement"


def test_only_persons_in_scope_go_out(world: World) -> None:
    unit = world.unit("PNP")
    police = world.actor("police_investigator", unit=unit)
    person = world.register(police, identity={"given_names": "Rosalía"})
    colleague = world.actor("police_investigator", unit=unit)
    supervisor = world.actor("police_investigator", unit=unit, supervisor=True)
    assert exported(world, colleague)[0] == []
    assert exported(world, world.actor("cem_officer"))[0] == []
    assert [r["ruv_PersonCode"] for r in exported(world, supervisor)[0]] == [person.code]


def test_what_is_seen_in_part_does_not_go_out_masked(world: World) -> None:
    cem = world.actor("cem_officer")
    case = world.register(
        cem,
        identity={"given_names": "Rosalía", "sex": "MUJER"},
        contact={"mobile_phone": "+51987654321", "residence_country": "PE", "residence_ubigeo": "170101"},
    ).case_code
    health = world.actor("health_officer", supervisor=True)
    parts = {"service_type": "SALUD", "compartments": ["identity", "contact"]}
    asked = ok(refer(world.client(cem), case, unit_code(world, health), **parts), 201)["code"]
    ok(answer(world.client(health), asked, "accept"))
    (whole,), _ = exported(world, cem)
    (part,), counts = exported(world, health)
    assert whole["prs_MobilePhone"] == "'+51987654321"
    assert whole["prs_FirstName"] == "Rosalía"
    assert "Rosalía" not in str(part)
    assert not {"prs_FirstName", "prs_MobilePhone", "prs_MailingState"} & set(part)
    assert (part["prs_Gender"], part["prs_MailingCountry"]) == ("Feminine", "PE")
    assert counts.withheld == 3


def test_each_person_is_recorded_before_she_goes_out(world: World) -> None:
    police = world.actor("police_investigator")
    for _ in range(4):
        world.register(police, identity={"given_names": "Rosalía"})
    rows = export_htcds(world.runtime.database, police, Exported(), batch=2)
    next(rows)
    assert looks(world, police) == 2, "the batch the row belongs to, and no more"
    list(rows)
    assert looks(world, police) == 4


def looks(world: World, actor: Actor) -> int:
    with world.runtime.database.reporting("ruv_sealer") as sealer:
        query = select(func.count(AuditEvent.victim_id.distinct()))
        mine = (AuditEvent.user_id == actor.user_id, AuditEvent.action == "interop.export")
        return sealer.scalar(query.where(*mine)) or 0


@pytest.mark.parametrize("role", ["analyst", "institution_admin"])
def test_who_reads_no_persons_exports_none_and_is_recorded(world: World, role: str) -> None:
    actor = world.actor(role)
    with pytest.raises(Forbidden):
        exported(world, actor)
    with world.runtime.database.reporting("ruv_sealer") as sealer:
        mine = select(AuditEvent.action).where(AuditEvent.user_id == actor.user_id)
        assert list(sealer.scalars(mine)) == ["denied"]
