"""`GET /victims/{code}` against a bare FastAPI + SQLAlchemy endpoint that returns the same JSON.

Ours: token, session, policy, row-level security, audit event committed, decryption. Theirs: the same values
from plain columns of one table, no sign-in, no permission; with and without a plain access-log row. Same
PostgreSQL, same machine, one worker process each, alternating rounds; the median of the rounds' ratios.

The hard baseline does what is least: Core selects the columns and adds a log row in one transaction, without
the ORM, and a `JSONResponse` answers. Against it stands the service as `ruv serve` runs it, with its
scheduler and a line of log a request.
"""

import json
import multiprocessing
import statistics
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from _load import Load, measure
from _register import RECORD, access_token, fill, installation, officer
from _report import Figure, at_least, finish, is_quick, note
from _served import free_port, served, wait_for
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse
from sqlalchemy import JSON, BigInteger, DateTime, Text, create_engine, func, insert, select, text
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, sessionmaker

from app.config import Settings
from app.main import create_app
from app.runtime import Runtime

TARGET = 0.5
HARD = {1: 0.45, 16: 0.55}
CLIENTS = tuple(HARD)
META = {"cases": "cases", "filled": "filled", "_access": "access", "_broken": "broken"}
"""Keys of the answer beside its code and compartments, and the column of each."""


def plain_tables() -> tuple[Any, Any, Any]:
    """The baseline's tables: one wide row a person, one row a look."""

    class Plain(DeclarativeBase):
        pass

    def column(value: object) -> Any:
        kind = JSON if isinstance(value, list) else BigInteger if isinstance(value, int) else Text
        return mapped_column(kind, nullable=True)

    columns = {f"{part}__{name}": column(v) for part, data in RECORD.items() for name, v in data.items()}
    meta = {name: mapped_column(JSON) for name in META.values()}
    key = {"id": mapped_column(BigInteger, primary_key=True), "code": mapped_column(Text, unique=True)}
    record = type("PlainRecord", (Plain,), {"__tablename__": "plain_record", **key, **meta, **columns})
    log_columns = {
        "id": mapped_column(BigInteger, primary_key=True),
        "at": mapped_column(DateTime(timezone=True), server_default=func.now()),
        "user_id": mapped_column(BigInteger),
        "code": mapped_column(Text),
        "action": mapped_column(Text),
    }
    log = type("AccessLog", (Plain,), {"__tablename__": "plain_log", **log_columns})
    return Plain, record, log


def serve_plain(url: str, port: int) -> None:
    """What a team would write without sealing, policy or trace."""
    _, record, access_log = plain_tables()
    engine = create_engine(url, pool_size=20, max_overflow=30)
    factory = sessionmaker(engine)
    names = [(part, name, f"{part}__{name}") for part, data in RECORD.items() for name in data]
    app = FastAPI()

    def get_session() -> Any:
        with factory() as session:
            yield session
            session.commit()

    PlainSession = Annotated[Session, Depends(get_session, scope="function")]  # noqa: N806

    def as_json(row: Any) -> dict[str, Any]:
        compartments: dict[str, dict[str, Any]] = {}
        for part, name, column in names:
            compartments.setdefault(part, {})[name] = getattr(row, column)
        meta = {key: getattr(row, column) for key, column in META.items()}
        return {"code": row.code, "compartments": compartments, **meta, "merged_records": []}

    def read(code: str, session: Session, *, log: bool) -> dict[str, Any]:
        row = session.scalars(select(record).where(record.code == code)).one_or_none()
        if row is None:
            raise HTTPException(404)
        if log:
            session.add(access_log(user_id=1, code=code, action="read"))
        return as_json(row)

    @app.get("/logged/{code}")
    def logged(code: str, session: PlainSession) -> dict[str, Any]:
        return read(code, session, log=True)

    @app.get("/plain/{code}")
    def plain(code: str, session: PlainSession) -> dict[str, Any]:
        return read(code, session, log=False)

    columns = record.__table__.columns
    find = select(*(column for column in columns if column.name != "id"))
    log_row = insert(access_log.__table__)

    @app.get("/hard/{code}")
    def hard(code: str) -> JSONResponse:
        with engine.begin() as connection:
            row = connection.execute(find.where(columns.code == code)).one()
            connection.execute(log_row, {"user_id": 1, "code": code, "action": "read"})
        return JSONResponse(as_json(row))

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


def serve_ours(data_dir: str, port: int) -> None:
    """The service as it is, one worker."""
    settings = Settings(data_dir=Path(data_dir), argon2_memory_kib=64, argon2_time_cost=1)
    uvicorn.run(create_app(settings), host="127.0.0.1", port=port, log_level="critical", access_log=False)


def copy_plain(runtime: Runtime, bodies: list[dict[str, Any]]) -> str:
    """Write the same answers into plain columns of another database on the same server."""
    server = runtime.server
    assert server is not None
    admin = create_engine(server.superuser_url(), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE plain OWNER ruv_app"))
    admin.dispose()
    base, record, _ = plain_tables()
    engine = create_engine(server.url("ruv_app", "plain"))
    base.metadata.create_all(engine)
    rows = [
        {
            "id": number, "code": body["code"],
            **{column: body[key] for key, column in META.items()},
            **{f"{p}__{n}": v for p, data in body["compartments"].items() for n, v in data.items()},
        }
        for number, body in enumerate(bodies, start=1)
    ]  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(record), rows)
        connection.execute(text("ANALYZE"))
    engine.dispose()
    return server.url("ruv_app", "plain")


def get(port: int, path: str, token: str | None = None) -> dict[str, Any]:
    """One answer as JSON."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
        return json.load(answer)


@contextmanager
def serving(target: Any, *arguments: Any) -> Iterator[int]:
    """The port of a server process, once it listens; the process ends with the block, however that ends.

    One that outlived the block would go on working on an installation that is being removed.
    """
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(
        target=target, args=(*arguments, port), daemon=True
    )
    process.start()
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.join()


def rounds(
    ports: dict[str, int], codes: list[str], token: str, clients: int, quick: bool
) -> dict[str, float]:
    """Median ratios of our rate to the baselines'; `ports` by what is there: ours, served, plain."""
    seconds, count = (1.5, 3) if quick else (4.0, 7)
    own = [f"/api/v1/victims/{code}" for code in codes]
    paths = {
        "ours": (ports["ours"], own, token),
        "logged": (ports["plain"], [f"/logged/{code}" for code in codes], None),
        "plain": (ports["plain"], [f"/plain/{code}" for code in codes], None),
        "served": (ports["served"], own, token),
        "hard": (ports["plain"], [f"/hard/{code}" for code in codes], None),
    }
    found: dict[str, list[Load]] = {name: [] for name in paths}
    for _ in range(count):
        for name, (port, where, bearer) in paths.items():
            load = measure(port, where, bearer, clients=clients, seconds=seconds)
            if load.failures:
                raise RuntimeError(f"{name}: {load.failures} requests failed")
            found[name].append(load)
    for name, loads in found.items():
        rate = statistics.median(load.rate for load in loads)
        p50, p99 = (statistics.median(getattr(load, p) for load in loads) for p in ("p50_ms", "p99_ms"))
        note(f"{clients:>2} clientes  {name:<7} {rate:8.0f}/s  p50 {p50:6.2f} ms  p99 {p99:6.2f} ms")
    return {
        other: statistics.median(a.rate / b.rate for a, b in zip(found[mine], found[other], strict=True))
        for mine, other in (("ours", "logged"), ("ours", "plain"), ("served", "hard"))
    }


def compare(ports: dict[str, int], codes: list[str], token: str, quick: bool) -> list[Figure]:
    """The figures, for each number of clients."""
    figures: list[Figure] = []
    for clients in CLIENTS:
        ratio = rounds(ports, codes, token, clients, quick)
        name = f"read_case_{clients}_clients"
        for end, baseline, target in (
            ("", "logged", TARGET),
            ("_vs_unlogged", "plain", 0.0),
            ("_vs_hard", "hard", HARD[clients]),
        ):
            said = {"logged": "plain endpoint + log row", "plain": "plain endpoint", "hard": "Core + log row"}
            figures.append(
                at_least(name + end, ratio[baseline], "ratio", baseline=said[baseline], target=target)
            )
    return figures


def main() -> None:
    """Run and print the figures."""
    quick = is_quick(__doc__ or "")
    with installation() as runtime:
        actor = officer(runtime)
        codes = fill(runtime, actor, 3000 if quick else 20_000)[: 200 if quick else 1000]
        with runtime.database.engine("ruv_owner").connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
        token = access_token(runtime, actor)
        data_dir = runtime.settings.data_dir
        with serving(serve_ours, str(data_dir)) as ours, served(data_dir) as as_run:
            bodies = [get(ours, f"/api/v1/victims/{code}", token) for code in codes]
            with serving(serve_plain, copy_plain(runtime, bodies)) as plain:
                for way in ("logged", "hard"):
                    if (theirs := get(plain, f"/{way}/{codes[0]}")) != bodies[0]:
                        raise RuntimeError(f"the two endpoints differ: {theirs} {bodies[0]}")
                ports = {"ours": ours, "served": as_run, "plain": plain}
                figures = compare(ports, codes, token, quick)
    finish(figures)


if __name__ == "__main__":
    main()
