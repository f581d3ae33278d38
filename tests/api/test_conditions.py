"""`If-Match` in each of its forms: one tag, several, `*`, weak tags, none."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
import pytest

from tests.factories import World


@dataclass
class Record:
    """A person's record at version 2 of her identity, and who may change it."""

    client: httpx.Client
    path: str

    def change(self, tag: str | None, part: str = "identity", **fields: object) -> httpx.Response:
        """Change a part; `tag` as sent."""
        headers = {} if tag is None else {"If-Match": tag}
        return self.client.patch(f"{self.path}/{part}", json=fields, headers=headers)


@pytest.fixture
def record(world: World) -> Record:
    officer = world.actor("cem_officer")
    made = world.register(
        officer,
        identity={"given_names": "Wayra", "first_surname": "Choqque", "sex": "MUJER", "age_years": 29},
    )
    found = Record(world.client(officer), f"/api/v1/victims/{made.code}")
    assert found.change('"1"', age_years=30).status_code == 200
    return found


@pytest.mark.parametrize(
    "tag", ['"2"', "*", '"1", "2"', '"2","9"', 'W/"1", "2"', '"abc", "2"', '"a,b", "2"', '"7" ,  "2"']
)
def test_the_current_version_is_matched(record: Record, tag: str) -> None:
    done = record.change(tag, age_years=31)
    assert (done.status_code, done.headers["etag"]) == (200, '"3"')


@pytest.mark.parametrize(
    "tag",
    ['"1"', '"1", "3"', 'W/"2"', 'W/"2", "1"', '"abc"', '"abc", "def"', ",", "", '"999999999", "1"'],
)
def test_what_is_not_current_is_refused_and_changes_nothing(record: Record, tag: str) -> None:
    done = record.change(tag, age_years=31)
    assert (done.status_code, done.json()["type"]) == (412, "urn:ruv:problem:stale-version")
    assert record.change('"2"', age_years=32).headers["etag"] == '"3"'


def test_nothing_is_matched_by_any_where_nothing_is(record: Record) -> None:
    """A part that is not filled has no version that could be meant; it is filled with `"0"`."""
    assert record.change("*", "contact", email="w@example.org").status_code == 412
    assert record.change('"0", "4"', "contact", email="w@example.org").headers["etag"] == '"1"'


def test_a_version_is_asked_for(record: Record) -> None:
    assert record.change(None, age_years=31).status_code == 428


def test_other_refusals_stand_as_they_are(record: Record) -> None:
    assert record.change("*", age_years=-1).status_code == 422
    assert record.change("*", "nothing", age_years=1).status_code == 404
    outsider = record.client.patch(
        "/api/v1/victims/TP-0000-0000/identity", json={}, headers={"If-Match": "*"}
    )
    assert outsider.status_code == 404


def test_a_try_leaves_no_trace_but_of_the_change(record: Record) -> None:
    assert record.change('"1", "2"', age_years=31).status_code == 200
    actions = [look["action"] for look in record.client.get(f"{record.path}/access-log").json()["items"]]
    assert actions.count("victims.write") == 2, actions


def test_a_refusal_says_which_version_is_current(record: Record) -> None:
    assert record.change('"1"', age_years=31).json()["version"] == 2
