"""A unit's lists in a large register against a small one, and updating an activity against a bare update.

(a) `/cases`, `/plans` and `/clocks` of a unit with 200 cases and 4 000 activities, first in a small register,
then in a large one; the ratio of the medians. (b) `PATCH` of an activity (scope, policy, row-level security,
sealed note, clock, trace) against a bare FastAPI + SQLAlchemy endpoint that checks the same access token and
updates one row by its key and version in one session and commits; same PostgreSQL, one worker process each,
alternating rounds; the median of the rounds' ratios.

What (b) costs, in statements: ours sends six (begin, bind the actor and see that its session is open, find
the activity with its plan and key, the step with note, clock and work lists, the trace, commit), the bare
endpoint three (begin, update, commit). The bare one keeps no dated notes: it writes over the last one. In
the database the search costs about 0.35 ms, the step 0.37 and the trace 0.15 on an idle machine, most of it
asking who acts, once for each policy of each table; that is why the step is one function that asks once
(written out under the policies of its four tables it took 0.97). Sending several statements in one trip
(pipeline) costs the driver more than the trip over a local socket. Counted in processor time of server and
database together, which the load of the machine does not shift, an update costs twice the bare one's (5.3
ms against 2.6 on a busy machine, of which 1.9 against 0.3 in the database), so with several clients the
rates keep to about a half. One client alone waits for each of the six trips in turn, and lies below it.

The hard baseline does what is least: Core updates the row and adds a log row in one transaction, without
the ORM and without looking at a token. Against it stands the service as `ruv serve` runs it.
"""

import json
import statistics
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from _care import DUE, Task, fill_others, fill_own
from _register import access_token, installation, officer
from _report import Figure, at_least, at_most, finish, is_quick, note
from _served import served
from _writes import measure
from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from read_case import serve_ours, serving
from sqlalchemy import BigInteger, Date, DateTime, Text, create_engine, func, insert, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from app.access.actor import Actor
from app.config import Settings
from app.runtime import Runtime, open_runtime

SLOWER, RATE = 3.0, 0.5
HARD = {1: 0.35, 8: 0.4}
CLIENTS = tuple(HARD)
SMALL = 1_000
LISTS = ("/cases", "/plans", "/clocks")
SHARED_BUFFERS = "1GB"
Target = tuple[int, list[str], str | None]
"""Port, paths and token of what is measured."""


class Plain(DeclarativeBase):
    """The baseline's tables."""


class PlainActivity(Plain):
    """An activity in plain columns."""

    __tablename__ = "plain_activity"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    due_on: Mapped[Any] = mapped_column(Date)
    updated_at: Mapped[Any] = mapped_column(DateTime(timezone=True), server_default=func.now())
    version: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))


class PlainLog(Plain):
    """One row a change."""

    __tablename__ = "plain_log"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[Any] = mapped_column(DateTime(timezone=True), server_default=func.now())
    user_id: Mapped[int] = mapped_column(BigInteger)
    activity: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(Text)


class Body(BaseModel):
    """What both endpoints take."""

    note: str
    due_on: str


def serve_plain(url: str, data_dir: str, port: int) -> None:
    """What a team would write without policy, sealing, clocks or trace: one row by its key, and a commit."""
    engine = create_engine(url, pool_size=20, max_overflow=30)
    factory = sessionmaker(engine)
    app = FastAPI()
    with open_runtime(Settings(data_dir=Path(data_dir))) as runtime:
        codec = runtime.tokens

    async def sign_in(authorization: Annotated[str, Header()]) -> None:
        codec.verify(authorization.removeprefix("Bearer "))

    def get_session() -> Any:
        with factory() as session:
            yield session
            session.commit()

    PlainSession = Annotated[Session, Depends(get_session, scope="function")]  # noqa: N806

    @app.patch("/plain/{key}", dependencies=[Depends(sign_in)])
    def patch(
        key: int, body: Body, session: PlainSession, if_match: Annotated[str, Header()]
    ) -> dict[str, Any]:
        moved = session.execute(_change(key, body, if_match)).one_or_none()
        if moved is None:
            raise HTTPException(412)
        return {"code": key, "state": moved.state, "version": moved.version}

    @app.patch("/hard/{key}")
    def hard(key: int, body: Body, if_match: Annotated[str, Header()]) -> JSONResponse:
        with engine.begin() as connection:
            moved = connection.execute(_change(key, body, if_match)).one()
            log_row = {"user_id": 1, "activity": key, "action": "update"}
            connection.execute(insert(PlainLog.__table__), log_row)
        return JSONResponse({"code": key, "state": moved.state, "version": moved.version})

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


def _change(key: int, body: Body, if_match: str) -> Any:
    return (
        update(PlainActivity)
        .where(PlainActivity.id == key, PlainActivity.version == int(if_match.strip('"')))
        .values(note=body.note, due_on=body.due_on, updated_at=func.now(), version=PlainActivity.version + 1)
        .returning(PlainActivity.version, PlainActivity.state)
    )


def make_plain(runtime: Runtime, count: int) -> str:
    """The baseline's database on the same server, with as many activities."""
    assert runtime.server is not None
    admin = create_engine(runtime.server.superuser_url(), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE plain OWNER ruv_app"))
    admin.dispose()
    url = runtime.server.url("ruv_app", "plain")
    engine = create_engine(url)
    Plain.metadata.create_all(engine)
    rows = [{"id": key, "state": "EN_CURSO", "due_on": DUE} for key in range(1, count + 1)]
    with engine.begin() as connection:
        connection.execute(insert(PlainActivity), rows)
        connection.execute(text("ANALYZE"))
    engine.dispose()
    return url


def time_lists(port: int, token: str, seconds: float) -> dict[str, float]:
    """Median seconds of each list, read by turns for a while over one connection at a time."""
    spent: dict[str, list[float]] = {path: [] for path in LISTS}
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for path in LISTS:
            request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1{path}")
            request.add_header("Authorization", f"Bearer {token}")
            begun = time.perf_counter()
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
                body = json.load(answer)
            spent[path].append(time.perf_counter() - begun)
            if not body["items"]:
                raise RuntimeError(f"{path} is empty")
    return {path: statistics.median(times[1:] or times) for path, times in spent.items()}


def rounds(
    paths: Mapping[str, Target], versions: dict[str, dict[str, int]], clients: int, quick: bool
) -> dict[str, float]:
    """Median ratios of our rate of updates to the baselines'; `versions` are kept between."""
    seconds, count = (2.0, 3) if quick else (5.0, 7)
    rates: dict[str, list[float]] = {name: [] for name in paths}
    for _ in range(count):
        for name, (port, where, bearer) in paths.items():
            load, versions[name] = measure(
                port, where, bearer, versions[name], clients=clients, seconds=seconds
            )
            if load.failures:
                raise RuntimeError(f"{name}: {load.failures} requests failed")
            rates[name].append(load.rate)
            note(f"{clients:>2} clientes  {name:<8} {json.dumps(asdict(load))}")
    return {
        other: statistics.median(a / b for a, b in zip(rates[mine], rates[other], strict=True))
        for mine, other in (("nuestro", "simple"), ("servido", "mínimo"))
    }


def compare_lists(runtime: Runtime, actor: Actor, port: int, large: int, seconds: float) -> list[Figure]:
    """The unit's lists in the small register, and again when it has `large` cases."""
    small = time_lists(port, access_token(runtime, actor), seconds)
    begun = time.perf_counter()
    fill_others(runtime, SMALL, large)
    note(f"{large} casos cargados en {time.perf_counter() - begun:.0f} s")
    after = time_lists(port, access_token(runtime, actor), seconds)
    figures = []
    for path in LISTS:
        note(f"{path}: {small[path] * 1e3:.1f} ms, luego {after[path] * 1e3:.1f} ms")
        name = f"lista {path} con {large} casos"
        figures.append(
            at_most(name, after[path] / small[path], "ratio", baseline=f"con {SMALL} casos", target=SLOWER)
        )
    return figures


def compare_updates(ports: dict[str, int], tasks: list[Task], token: str, quick: bool) -> list[Figure]:
    """The rate of updates, for each number of clients; each way has rows of its own."""
    ours = [f"/api/v1/plans/{t.plan}/activities/{t.activity}" for t in tasks]
    half = len(ours) // 2
    keys = range(1, len(tasks) + 1)
    paths: dict[str, Target] = {
        "nuestro": (ports["ours"], ours[:half], token),
        "simple": (ports["plain"], [f"/plain/{key}" for key in keys[:half]], token),
        "servido": (ports["served"], ours[half:], token),
        "mínimo": (ports["plain"], [f"/hard/{key}" for key in keys[half:]], token),
    }
    versions: dict[str, dict[str, int]] = {name: {} for name in paths}
    figures = []
    for clients in CLIENTS:
        ratio = rounds(paths, versions, clients, quick)
        name = f"actualizar una actividad, {clients} clientes"
        figures.append(at_least(name, ratio["simple"], "ratio", baseline="actualización simple", target=RATE))
        figures.append(
            at_least(
                f"{name}, como se sirve", ratio["mínimo"], "ratio",
                baseline="Core + asiento", target=HARD[clients],
            )
        )  # fmt: skip
    return figures


def main() -> None:
    """Run and print the figures."""
    quick = is_quick(__doc__ or "")
    large, seconds = (20_000, 3.0) if quick else (1_000_000, 10.0)
    with installation(SHARED_BUFFERS) as runtime:
        actor = officer(runtime)
        tasks = fill_own(runtime, actor)
        fill_others(runtime, 0, SMALL)
        data_dir = runtime.settings.data_dir
        with serving(serve_ours, str(data_dir)) as ours, served(data_dir) as as_run:
            figures = compare_lists(runtime, actor, ours, large, seconds)
            with serving(serve_plain, make_plain(runtime, len(tasks)), str(data_dir)) as plain:
                ports = {"ours": ours, "served": as_run, "plain": plain}
                figures += compare_updates(ports, tasks, access_token(runtime, actor), quick)
    finish(figures)


if __name__ == "__main__":
    main()
