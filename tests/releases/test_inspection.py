"""Files that must not be published are found before they are."""

from __future__ import annotations

import json

import pytest

from app.access.actor import Actor
from app.errors import Conflict
from app.postgres.names import RELEASE
from app.runtime import Runtime
from app.services.releases.build import build
from app.services.releases.inspection import inspect_files
from app.services.releases.queries import find_release
from app.services.releases.service import approve, inspect_release
from app.services.releases.workload import workload_v1
from tests.releases.registry import Registry
from tests.releases.stored import files_of


def test_an_altered_file_is_refused_by_the_inspection(
    own: Runtime, registry: Registry, stewards: tuple[Actor, Actor], year: int
) -> None:
    registry.crowd(year, 60)
    code = build(own.database, stewards[0], year).code
    files = files_of(own, code)
    workload = workload_v1()
    assert inspect_files(workload, files) == []
    planted = files["T1", "csv"].replace(b",,,RESERVADO", b",4,5.9,PUBLICADO", 1)
    page = json.loads(files["T1", "json"])
    cell = next(c for c in page["celdas"] if c["valor"] is None)
    cell.update(valor=4, moe95=5.9, estado="PUBLICADO")
    small = {**files, ("T1", "csv"): planted, ("T1", "json"): json.dumps(page).encode()}
    assert any("no debe imprimirse" in problem for problem in inspect_files(workload, small))
    assert any("no dicen lo mismo" in p for p in inspect_files(workload, {**files, ("T1", "csv"): planted}))
    zero = files["T1", "csv"].replace(b",,,RESERVADO", b",0,,RESERVADO", 1)
    assert inspect_files(workload, {**files, ("T1", "csv"): zero})
    raw = files["T0", "csv"].replace(b"estado", b"estado,recuento").replace(b"PUBLICADO", b"PUBLICADO,60")
    assert any("columnas" in p for p in inspect_files(workload, {**files, ("T0", "csv"): raw}))
    assert inspect_files(workload, {k: v for k, v in files.items() if k != ("T4", "json")})
    # The bytes themselves changed by the owner of the server: the hash check of the table was dropped too.
    registry.execute("ALTER TABLE release.artefact DISABLE TRIGGER ALL")
    registry.execute("ALTER TABLE release.artefact DROP CONSTRAINT ck_artefact_sha256")
    registry.execute(
        "UPDATE release.artefact SET content = :c WHERE name = 'T1' AND format = 'csv'"
        " AND release_id = (SELECT id FROM release.release WHERE code = :r)",
        c=planted, r=code,
    )  # fmt: skip
    with own.database.reporting(RELEASE) as connection:
        assert inspect_release(connection, find_release(connection, code, drafts=True))
    with pytest.raises(Conflict):
        approve(own.database, stewards[0], code)
    registry.execute("ALTER TABLE release.artefact ENABLE TRIGGER ALL")
