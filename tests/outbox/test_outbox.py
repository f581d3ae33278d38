"""What is written without a connection arrives exactly once, from its own device, or waits to be reviewed."""

from __future__ import annotations

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge, TooMany
from app.services.drafts.service import Place, mine, opened, save
from app.services.outbox import delivery, devices
from app.services.outbox.delivery import Delivered, Envelope, Parcel, accept
from tests.access.sql_checks import refused
from tests.factories import World
from tests.outbox.browser import Browser, parcel

LONG_AGO = (datetime.now(UTC) - timedelta(days=31)).isoformat()


@pytest.fixture
def browser(world: World) -> Browser:
    return Browser(world, world.actor("cem_officer"))


def note(act: Act, written: Parcel) -> str:
    """A page of the test: it keeps a draft a note, which is something to count."""
    form = f"prueba:{uuid.uuid4()}"
    save(act, Place(form, "/prueba"), written.fields)
    time.sleep(0.05)
    return form


def refusing(error: Exception) -> Any:
    """A page that writes something and then refuses."""

    def handler(act: Act, written: Parcel) -> str:
        note(act, written)
        raise error

    return handler


def deliver(
    browser: Browser, envelope: Envelope, handler: Any = note, actor: Actor | None = None
) -> Delivered:
    actor = actor or browser.actor
    with browser.world.session(actor) as session:
        return accept(Act(session, CARE), envelope, {"nota": handler})


def kept(browser: Browser) -> list[tuple[str, str | None]]:
    with browser.world.session(browser.actor) as session:
        return [(one.kind, one.reason) for one in mine(session)]


def test_it_is_done_as_if_it_had_been_posted(browser: Browser) -> None:
    made = deliver(browser, browser.seal(parcel()))
    assert not made.to_review
    with browser.world.session(browser.actor) as session:
        found = opened(Act(session, CARE), made.code)
    assert found is not None
    assert found.fields == {"texto": ["Llamó su tía."]}


def test_the_draft_on_the_server_dies_with_it_unless_it_is_of_something_newer(browser: Browser) -> None:
    with browser.world.session(browser.actor) as session:
        for form in ("nota:uno", "nota:otro"):
            save(Act(session, CARE), Place(form, "/x"), {"texto": ["Llamó"]})
    earlier = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    deliver(browser, browser.seal(parcel(draft="nota:otro", written_at=earlier)))
    deliver(browser, browser.seal(parcel(draft="nota:uno")))
    with browser.world.session(browser.actor) as session:
        assert {one.form for one in mine(session) if one.kind == "nota"} == {"nota:otro"}


def test_a_repetition_is_answered_as_the_first_time(browser: Browser) -> None:
    content = parcel()
    first = deliver(browser, browser.seal(content))
    assert deliver(browser, browser.seal(content)) == first
    assert kept(browser) == [("prueba", None)]


def test_two_tabs_that_deliver_at_once_deliver_once(browser: Browser) -> None:
    envelopes = [browser.seal(parcel()) for _ in range(4)]
    start = threading.Barrier(8)

    def tab(envelope: Envelope) -> Delivered:
        start.wait(timeout=20)
        return deliver(browser, envelope)

    with ThreadPoolExecutor(8) as tabs:
        made = list(tabs.map(tab, envelopes * 2))
    assert made[:4] == made[4:]
    assert kept(browser) == [("prueba", None)] * 4


@pytest.mark.parametrize("part", ["sealed", "signature"])
def test_what_was_changed_on_the_way_is_refused(browser: Browser, part: str) -> None:
    envelope = browser.seal(parcel())
    was: bytes = getattr(envelope, part)
    for place in (0, len(was) // 2, len(was) - 1):
        changed = was[:place] + bytes([was[place] ^ 1]) + was[place + 1 :]
        with pytest.raises(Forbidden):
            deliver(browser, replace(envelope, **{part: changed}))
    assert kept(browser) == []


@pytest.mark.parametrize("place", [0, 1, 64, 65, 76, 77, -1])
def test_what_was_changed_before_it_was_signed_does_not_open(browser: Browser, place: int) -> None:
    sealed = bytearray(browser.seal(parcel()).sealed)
    sealed[place] ^= 1
    for broken in (bytes(sealed), bytes(sealed)[:90], b""):
        with pytest.raises(Invalid):
            deliver(browser, browser.sign(broken))


def test_another_user_can_neither_deliver_nor_read_it(world: World, browser: Browser) -> None:
    other = Browser(world, world.actor("cem_officer", unit=None))
    envelope = browser.seal(parcel())
    with pytest.raises(Forbidden):
        deliver(browser, envelope, actor=other.actor)
    with pytest.raises(Invalid):  # signed anew by a device of the other
        deliver(other, other.sign(envelope.sealed))
    assert kept(other) == []
    assert kept(browser) == []


def test_a_device_that_was_taken_back_delivers_nothing(browser: Browser) -> None:
    envelope = browser.seal(parcel())
    with browser.world.session(browser.actor) as session:
        devices.revoke(Act(session, CARE), browser.id)
        with pytest.raises(NotFound):
            devices.revoke(Act(session, CARE), browser.id)
    with pytest.raises(Forbidden):
        deliver(browser, envelope)
    with browser.world.session(browser.actor) as session:
        (listed,) = devices.devices(Act(session, CARE))
        assert listed.revoked_at is not None
        connection = session.connection()
        assert connection.exec_driver_sql("UPDATE device SET revoked_at = NULL").rowcount == 0


@pytest.mark.parametrize("error", [Conflict("x"), NotFound(), Forbidden("x"), Invalid("x")])
def test_what_cannot_be_taken_waits_to_be_reviewed(browser: Browser, error: Any) -> None:
    content = parcel()
    made = deliver(browser, browser.seal(content), refusing(error))
    assert made.to_review
    assert kept(browser) == [("nota", error.type)], "what the page had written is undone"
    assert deliver(browser, browser.seal(content), note) == made, "a repetition changes nothing"
    with browser.world.session(browser.actor) as session:
        found = opened(Act(session, CARE), made.code)
    assert found is not None
    assert found.fields == content["fields"]
    assert found.listed.subject == "CA-0000-0000-0000"


def test_what_the_database_refuses_waits_to_be_reviewed(browser: Browser) -> None:
    def handler(act: Act, written: Parcel) -> str:
        act.session.execute(text("INSERT INTO victim DEFAULT VALUES"))
        return "nunca"

    made = deliver(browser, browser.seal(parcel()), handler)
    assert made.to_review
    assert kept(browser) == [("nota", "forbidden")]


def test_what_is_only_too_much_now_stays_on_the_device(browser: Browser) -> None:
    content = parcel()
    with pytest.raises(TooMany):
        deliver(browser, browser.seal(content), refusing(TooMany("x")))
    assert kept(browser) == []
    assert not deliver(browser, browser.seal(content)).to_review


def test_the_old_the_unknown_and_the_reused_wait_to_be_reviewed(browser: Browser) -> None:
    content = parcel()
    deliver(browser, browser.seal(content))
    for other in (
        parcel(written_at=LONG_AGO),
        parcel(form="otra"),
        parcel(uuid=content["uuid"], fields={"texto": ["Otra cosa."]}),
    ):
        assert deliver(browser, browser.seal(other)).to_review
    assert sorted(str(reason) for _, reason in kept(browser)) == [
        "None",
        "key-reused",
        "too-old",
        "unknown-form",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"uuid": "1"}, {"uuid": None}, {"form": "Nota 1"}, {"path": "//x"}, {"path": "https://x"},
        {"fields": []}, {"fields": {"a": "b"}}, {"fields": {"a": [1]}}, {"written_at": "ayer"},
        {"written_at": "2026-01-01T00:00:00"},
    ],
    ids=str,
)  # fmt: skip
def test_what_no_page_of_ours_seals_is_refused(browser: Browser, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        deliver(browser, browser.seal(parcel(**wrong)))


def test_an_envelope_has_a_largest_size(browser: Browser) -> None:
    with pytest.raises(TooLarge):
        deliver(browser, browser.sign(bytes(delivery.LARGEST + 1)))


def test_an_unknown_key_of_the_server_is_refused(browser: Browser) -> None:
    browser.server = replace(browser.server, id=2**40)
    with pytest.raises(Invalid):
        deliver(browser, browser.seal(parcel()))


def test_devices_are_the_users_own(world: World, browser: Browser) -> None:
    with world.session(world.actor("cem_officer")) as session:
        assert session.scalar(text("SELECT count(*) FROM device")) == 0
        assert refused(session, "UPDATE device SET user_id = 1")
        row = (
            "INSERT INTO device (id, user_id, public_key, label) VALUES (gen_random_uuid(), %(u)s, %(k)s, '')"
        )
        assert refused(session, row, u=browser.actor.user_id, k=bytes(65))


def test_a_user_has_no_more_devices_than_fit_but_forgotten_ones_give_way(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "MOST", 2)
    Browser(world, browser.actor)
    with pytest.raises(Conflict):
        Browser(world, browser.actor)
    with world.session(browser.actor) as session:
        statement = "UPDATE device SET seen_at = now() - interval '61 days' WHERE id = :d"
        session.execute(text(statement), {"d": browser.id})
    Browser(world, browser.actor)
    with pytest.raises(Forbidden):
        deliver(browser, browser.seal(parcel()))


@pytest.mark.parametrize("key", [b"", bytes(65), b"\x04" + bytes(64), b"\x02" + bytes(32)])
def test_a_key_that_is_no_point_is_refused(world: World, key: bytes) -> None:
    actor = world.actor("cem_officer")
    with world.session(actor) as session, pytest.raises(Invalid):
        devices.enrol(Act(session, CARE), key, "x")
