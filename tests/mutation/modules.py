"""Which tests judge which module, and what part of its mutants they must find.

The part is a little less than what was found when this was written. What is left are names in messages for
developers, values that nothing is told by, and changes that change nothing.
"""

from __future__ import annotations

from typing import NamedTuple


class Judged(NamedTuple):
    """A module of rules: the files of tests that judge it, the quickest first, and the floor in percent."""

    tests: tuple[str, ...]
    floor: float


def _judged(floor: float, *tests: str) -> Judged:
    return Judged(tuple(f"tests/{name}.py" for name in tests), floor)


JUDGED = {
    "app.access.policy": _judged(97, "access/test_policy"),
    "app.access.scope": _judged(95, "access/test_scope"),
    "app.access.standing": _judged(92, "access/test_standing"),
    "app.access.told": _judged(93, "access/test_told"),
    "app.access.tokens": _judged(85, "access/test_tokens"),
    "app.codes": _judged(93, "test_codes"),
    "app.services.access.rules": _judged(95, "access/test_rules"),
    "app.services.accounts.rules": _judged(97, "accounts/test_rules"),
    "app.services.cases.rules": _judged(95, "cases/test_edges", "cases/test_rules"),
    "app.services.clocks.calendar": _judged(98, "clocks/test_calendar"),
    "app.services.clocks.catalogue": _judged(98, "clocks/test_catalogue", "clocks/test_calendar"),
    "app.services.consents.rules": _judged(98, "consents/test_rules", "consents/test_machines"),
    "app.services.data_requests.rules": _judged(96, "consents/test_rules", "consents/test_machines"),
    "app.services.indicators.rules": _judged(90, "indicators/test_rules"),
    "app.services.notes.rules": _judged(98, "notes/test_notes"),
    "app.services.plans.rules": _judged(97, "plans/test_edges", "plans/test_rules", "plans/test_machines"),
    "app.services.proceedings.measure_rules": _judged(85, "proceedings/test_measure_rules"),
    "app.services.referrals.rules": _judged(98, "referrals/test_rules", "referrals/test_machine"),
    "app.services.releases.consistency": _judged(89, "releases/test_consistency"),
    "app.services.releases.fold": _judged(93, "releases/test_workload"),
    "app.services.releases.metadata": _judged(94, "releases/test_metadata"),
    "app.services.releases.noise": _judged(97, "releases/test_noise"),
    "app.services.releases.withhold": _judged(98, "releases/test_withhold", "releases/test_consistency"),
    "app.services.releases.workload": _judged(
        90, "releases/test_workload", "releases/test_noise", "releases/test_consistency"
    ),
    "app.services.shelters.rules": _judged(96, "shelters/test_edges", "shelters/test_rules"),
    "app.services.state_machine": _judged(94, "test_state_machine"),
    "app.services.supervision.rules": _judged(98, "supervision/test_rules"),
}
