"""One release: drawn once, stored as bytes, blind to what happens later, and silent about small numbers."""

from __future__ import annotations

import json
import threading
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from app.access.actor import SETUP, Actor
from app.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from app.postgres.names import RELEASE, REPORT
from app.runtime import Runtime
from app.services.releases import build as building
from app.services.releases import noise
from app.services.releases.build import build, build_release
from app.services.releases.ledger import spent
from app.services.releases.noise import Calibration
from app.services.releases.queries import find_release, list_releases
from app.services.releases.service import approve, discard
from app.services.releases.workload import workload_v1
from tests.releases.registry import Registry
from tests.releases.stored import files_of, rows_of

COLUMNS = (
    "reference_year, kind, workload_version, workload_sha, snapshot, snapshot_sha, ledger_head, rho,"
    " code_version, built_by, built_institution_id"
)
WHY = "El registro corrigió departamentos."


def _stored(runtime: Runtime) -> dict[str, int]:
    with runtime.database.reporting(RELEASE) as connection:
        return {
            table: int(connection.scalar(text(f"SELECT count(*) FROM release.{table}")) or 0)  # noqa: S608
            for table in ("release", "artefact", "approval", "ledger")
        }


def _integers(value: Any) -> list[int]:
    if isinstance(value, dict):
        return [n for item in value.values() for n in _integers(item)]
    if isinstance(value, list):
        return [n for item in value for n in _integers(item)]
    return [value] if type(value) is int else []


def test_values_are_near_the_truth_and_bytes_never_change(
    own: Runtime, registry: Registry, year: int
) -> None:
    registry.crowd(year, 240)
    registry.crowd(year, 90, department="15", sex="HOMBRE", age=12, purpose="MENDICIDAD")
    registry.crowd(year, 3, department="03")
    built = build(own.database, registry.actor, year)
    before = files_of(own, built.code)
    total = rows_of(before["T0", "csv"])[0]
    assert abs(int(total["valor"]) - 333) <= 40
    assert total["moe95"] == "8.8"
    by_department = {row["departamento"]: row for row in rows_of(before["T1", "csv"])}
    assert abs(int(by_department["17"]["valor"]) - 240) <= 30
    assert by_department["17"]["departamento_etiqueta"] == "Madre de Dios"
    registry.crowd(year, 40, department="03")  # a live insertion after the draw
    assert files_of(own, built.code) == before


def test_no_small_number_in_any_file(own: Runtime, registry: Registry, year: int) -> None:
    for number, department in enumerate(("01", "02", "04", "05", "06", "07", "08"), start=1):
        registry.crowd(year, 2 * number, department=department)
    files = files_of(own, build(own.database, registry.actor, year).code)
    for (name, kind), content in files.items():
        if kind == "csv":
            for row in rows_of(content):
                assert row["valor"] == "" or int(row["valor"]) >= 11, name
                assert (row["valor"] == "") == (row["estado"] == "RESERVADO") == (row["moe95"] == "")
        else:
            assert not [n for n in _integers(json.loads(content)) if 0 <= n <= 10], name
    names = {
        name.casefold()
        for (_, kind), content in files.items()
        if kind == "csv"
        for name in rows_of(content)[0]
    }
    assert not {
        name for name in names if "pre" in name or "raw" in name or "exact" in name or "recuento" in name
    }


def test_an_empty_year_has_every_row_and_no_number(own: Runtime, registry: Registry, year: int) -> None:
    files = files_of(own, build(own.database, registry.actor, year).code)
    workload = workload_v1()
    for table in workload.tables:
        rows = rows_of(files[table.name, "csv"])
        assert [tuple(row[d] for d in table.dimensions) for row in rows] == list(workload.cells(table))
        assert sum(row["estado"] == "PUBLICADO" for row in rows) <= len(rows) // 10


def test_the_page_says_what_was_done(own: Runtime, registry: Registry, year: int) -> None:
    built = build(own.database, registry.actor, year)
    page = json.loads(files_of(own, built.code)["metadata", "json"])
    assert page["liberacion"] == built.code
    assert page["proteccion"]["rho"] == pytest.approx(0.25)
    assert page["proteccion"]["epsilon"] == 3.54
    assert page["lista_de_tablas"]["sha256"] == workload_v1().sha256
    assert {t["tabla"] for t in page["tablas"]} == {"T0", "T1", "T2", "T3", "T4"}
    assert "no la prevalencia" in page["alcance"]
    assert "RETA" in page["advertencia_reta"]
    with own.database.reporting(RELEASE) as connection:
        view = find_release(connection, built.code, drafts=True)
    assert page["libro"]["cabeza"] == view.ledger_head
    assert page["corte"]["sha256"] == view.snapshot_sha


def test_the_fingerprint_of_the_snapshot_does_not_depend_on_the_counts_alone(
    own: Runtime, registry: Registry, year: int
) -> None:
    """A hash of small counts could be guessed: two releases of the same counts have different ones."""
    first = build(own.database, registry.actor, year)
    second = build(own.database, registry.actor, year, revision=WHY)
    with own.database.reporting(RELEASE) as connection:
        shas = {find_release(connection, b.code, drafts=True).snapshot_sha for b in (first, second)}
        texts = connection.scalars(text("SELECT snapshot FROM release.release")).all()
    assert len(shas) == 2
    assert all(set(json.loads(found)) == {"snapshot", "wal", "at"} for found in texts)


def test_the_schema_has_no_place_for_a_count(own: Runtime) -> None:
    with own.database.reporting(RELEASE) as connection:
        columns = connection.execute(
            text(
                "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
                " WHERE c.relnamespace = 'release'::regnamespace AND c.relkind = 'r' AND a.attnum > 0"
            )
        ).all()
    assert {table for table, _ in columns} == {"release", "artefact", "approval", "discard", "ledger"}
    assert {name for table, name in columns if table == "artefact"} == {
        "release_id", "name", "format", "content", "sha256",
    }  # fmt: skip
    assert not {name for _, name in columns if "count" in name or "value" in name or "noisy" in name}


def test_a_year_is_drawn_once_and_revised_once_when_asked_for(
    own: Runtime, registry: Registry, year: int
) -> None:
    with pytest.raises(Conflict, match="no tiene todavía"):
        build(own.database, registry.actor, year, revision=WHY)
    annual = build(own.database, registry.actor, year)
    first, stored = files_of(own, annual.code), _stored(own)
    with pytest.raises(Conflict, match="--revision"):
        build(own.database, registry.actor, year)
    with pytest.raises(Invalid, match="motivo"):
        build(own.database, registry.actor, year, revision=" breve ")
    assert _stored(own) == stored, "asking again spends nothing"
    again = text(
        f"INSERT INTO release.release (code, {COLUMNS}) SELECT 'LI-0000-0000-0000', {COLUMNS}"  # noqa: S608
        " FROM release.release WHERE code = :c"
    )
    with pytest.raises(Exception, match="reference_year_kind"), own.database.reporting(RELEASE) as raw:
        raw.execute(again, {"c": annual.code})
    revision = build(own.database, registry.actor, year, revision=WHY)
    assert (annual.kind, revision.kind) == ("ANUAL", "REVISION")
    assert revision.code != annual.code
    assert float(revision.spent) == pytest.approx(0.35)
    assert files_of(own, annual.code) == first
    about = json.loads(files_of(own, revision.code)["metadata", "json"])
    assert about["motivo_de_la_revision"] == WHY
    stored = _stored(own)
    for why in (None, WHY):
        with pytest.raises(Conflict):
            build(own.database, registry.actor, year, revision=why)
    assert _stored(own) == stored


def test_a_discarded_draft_is_approved_by_nobody_and_gives_no_budget_back(
    own: Runtime, stewards: tuple[Actor, Actor], registry: Registry, year: int
) -> None:
    built = build(own.database, stewards[0], year)
    approve(own.database, stewards[0], built.code)
    with pytest.raises(Forbidden):
        discard(own.database, registry.world.actor("analyst"), built.code, WHY)
    with pytest.raises(Invalid):
        discard(own.database, stewards[1], built.code, "no")
    assert discard(own.database, stewards[1], built.code, WHY).discarded_at is not None
    for actor in stewards:
        with pytest.raises(Conflict, match="descartada"):
            approve(own.database, actor, built.code)
    with pytest.raises(Conflict, match="descartada"):
        discard(own.database, stewards[0], built.code, WHY)
    with pytest.raises(Exception, match="published or discarded"), own.database.reporting(RELEASE) as raw:
        raw.execute(
            text(
                "INSERT INTO release.approval (release_id, user_id, institution_id, role)"
                " SELECT id, 1, 1, 'x' FROM release.release WHERE code = :c"
            ),
            {"c": built.code},
        )
    with own.database.reporting(RELEASE) as connection:
        assert spent(connection, year) == built.spent
        assert built.code not in {view.code for view in list_releases(connection, drafts=False)}
    with pytest.raises(Conflict, match="--revision"):
        build(own.database, stewards[0], year)


def test_what_is_published_is_not_discarded(own: Runtime, stewards: tuple[Actor, Actor], year: int) -> None:
    code = build(own.database, stewards[0], year).code
    for actor in stewards:
        approve(own.database, actor, code)
    with pytest.raises(Conflict, match="publicada"):
        discard(own.database, stewards[0], code, WHY)


def test_over_the_cap_nothing_is_stored(own: Runtime, registry: Registry, year: int) -> None:
    with own.database.reporting(RELEASE) as connection:
        connection.execute(
            text(
                "INSERT INTO release.ledger (release_code, kind, reference_year, table_name, rho, sigma,"
                " workload_sha, snapshot_sha, code_version, at, prev_sha, row_sha)"
                " VALUES ('LI-0000-0000', 'RESERVA', :y, 'X', 0.3, 3, 'a', 'b', 'c', now(), '', '')"
            ),
            {"y": year},
        )
    stored = _stored(own)
    with pytest.raises(Conflict):
        build(own.database, registry.actor, year)
    assert _stored(own) == stored


def test_the_budget_is_spent_before_the_noise_is_drawn(
    own: Runtime, registry: Registry, year: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    charge, counted = building.ledger.charge, building.groups
    monkeypatch.setattr(building.ledger, "charge", lambda *a: (order.append("spent"), charge(*a))[1])
    monkeypatch.setattr(building, "groups", lambda *a: (order.append("counted"), counted(*a))[1])
    build(own.database, registry.actor, year)
    assert order == ["spent", "counted"]


def test_a_crash_after_the_charge_leaves_neither_charge_nor_files(
    own: Runtime, registry: Registry, year: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise MemoryError

    stored = _stored(own)
    monkeypatch.setattr(building, "_draw", crash)
    with pytest.raises(MemoryError):
        build(own.database, registry.actor, year)
    assert _stored(own) == stored


def test_too_little_noise_stops_the_build_before_anything_is_spent(
    own: Runtime, registry: Registry, year: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = noise.draw
    monkeypatch.setattr(
        noise, "draw", lambda counts, width: honest(counts, Calibration(width.rho, width.sigma / 2))
    )
    stored = _stored(own)
    with pytest.raises(Unavailable):
        build(own.database, registry.actor, year)
    assert _stored(own) == stored


def test_without_a_trace_there_is_no_release(
    own: Runtime, registry: Registry, year: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise Unavailable

    monkeypatch.setattr(building, "record", refuse)
    stored = _stored(own)
    with pytest.raises(Unavailable):
        build(own.database, registry.actor, year)
    assert _stored(own) == stored


def test_builds_at_once_are_one_annual_release(own: Runtime, registry: Registry, year: int) -> None:
    kinds: list[str] = []
    failures: list[type[Exception]] = []

    def run() -> None:
        try:
            kinds.append(build(own.database, registry.actor, year).kind)
        except Conflict as error:
            failures.append(type(error))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with own.database.reporting(RELEASE) as connection:
        total = spent(connection, year)
    assert kinds == ["ANUAL"]
    assert len(failures) == 3
    assert total <= Decimal("0.25")


def test_only_a_closed_year(own: Runtime, registry: Registry) -> None:
    with (
        pytest.raises(Invalid),
        own.database.reporting(REPORT) as report,
        own.database.reporting(RELEASE) as release,
    ):
        build_release(report, release, 2024, registry.actor, today=date(2024, 12, 31))


def test_building_and_approving_ask_for_the_permission(own: Runtime, registry: Registry, year: int) -> None:
    analyst = registry.world.actor("analyst")
    with pytest.raises(Forbidden):
        build(own.database, analyst, year)
    built = build(own.database, SETUP, year)  # the operator of the server
    with pytest.raises(Forbidden):
        approve(own.database, analyst, built.code)
    with pytest.raises(Forbidden):
        approve(own.database, SETUP, built.code)


def test_two_different_people_publish(own: Runtime, stewards: tuple[Actor, Actor], year: int) -> None:
    first, second = stewards
    code = build(own.database, first, year).code
    with own.database.reporting(RELEASE) as connection:
        assert code not in {view.code for view in list_releases(connection, drafts=False)}
        with pytest.raises(NotFound):
            find_release(connection, code, drafts=False)
    assert approve(own.database, first, code).published_at is None
    with pytest.raises(Conflict):
        approve(own.database, first, code)
    view = approve(own.database, second, code)
    assert view.published_at is not None
    assert view.across_institutions
    with own.database.reporting(RELEASE) as connection:
        assert find_release(connection, code, drafts=False).code == code
    with pytest.raises(Conflict):
        approve(own.database, second, code)


def test_every_act_leaves_its_trace(
    own: Runtime, registry: Registry, stewards: tuple[Actor, Actor], year: int
) -> None:
    code = build(own.database, stewards[0], year).code
    approve(own.database, stewards[0], code)
    with registry.engine.connect() as connection:
        events = connection.scalars(
            text("SELECT action FROM audit_event WHERE event LIKE '%' || :c || '%' ORDER BY id"), {"c": code}
        ).all()
    assert events == ["releases.build", "releases.approve"]


def test_a_file_cannot_be_added_to_a_release_later(own: Runtime, registry: Registry, year: int) -> None:
    code = build(own.database, registry.actor, year).code
    with pytest.raises(Exception, match="cannot be added"), own.database.reporting(RELEASE) as connection:
        connection.execute(
            text(
                "INSERT INTO release.artefact SELECT id, 'T9', 'csv', 'x', encode(sha256('x'), 'hex')"
                " FROM release.release WHERE code = :c"
            ),
            {"c": code},
        )
