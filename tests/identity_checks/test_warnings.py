"""An odd number is said and stored all the same: on registering, on changing, and on importing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.records import remarks
from app.services.interop.outcomes import VALID
from tests.factories import World
from tests.interop.files import HTCDS, htcds_file, load

ODD = {"documents": [{"type": "DNI", "number": "4827913"}], "age_years": 30}
WARNING = {
    "field": "identity.documents.0.number",
    "code": "dni_shape",
    "message": "El DNI tiene 8 dígitos, con sus ceros iniciales; revíselo.",
}


def test_registering_and_changing_warn_and_store(world: World) -> None:
    client = world.client(world.actor("cem_officer"))
    body = {"compartments": {"identity": ODD}, "first_identified_on": "2024-05-02"}
    key = {"Idempotency-Key": f"aviso-{world.tag}"}
    first = client.post("/api/v1/victims", json=body, headers=key)
    assert first.status_code == 201, first.text
    assert first.json()["warnings"] == [WARNING]
    assert client.post("/api/v1/victims", json=body, headers=key).json() == first.json()

    path = f"/api/v1/victims/{first.json()['code']}/identity"
    better = {"documents": [{"type": "CEDULA_EXTRANJERA", "number": "1710034065", "country": "EC"}]}
    changed = client.patch(path, json=better, headers={"If-Match": '"1"'})
    assert changed.json() == {"version": 2, "warnings": []}
    worse = {"documents": [*better["documents"], *ODD["documents"]], "given_names": None}
    changed = client.patch(path, json=worse, headers={"If-Match": '"2"'})
    assert [warning["field"] for warning in changed.json()["warnings"]] == ["identity.documents.1.number"]
    assert "4827913" not in changed.text


def test_an_import_counts_them(world: World, tmp_path: Path) -> None:
    row = {"ruv_FirstIdentifiedOn": "2024-05-02", "prs_IdentityNumber": "[DNI PE] 4827913"}
    actor = world.actor("police_investigator")
    done = load(world, actor, htcds_file(tmp_path / "h.csv", row), HTCDS, commit=False)
    assert done.results == {VALID: 1}
    assert done.summary.warnings == {"prs_IdentityNumber: dni_shape": 1}


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({"identity": ODD, "legal": {"labour_industry": "B", "purposes": ["MENDICIDAD"]}},
         ["identity.documents.0.number", "legal.labour_industry"]),
        ({"identity": {"documents": None}}, []),
        ({"identity": {"documents": "no es una lista"}}, []),
        ({"contact": {}}, []),
    ],
)  # fmt: skip
def test_remarks_name_their_compartment(sent: dict[str, dict[str, Any]], fields: list[str]) -> None:
    assert [found["field"] for found in remarks(sent)] == fields
