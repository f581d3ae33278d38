"""Mutants are what they should be, a survivor is named, and the tests of the rules find theirs (soak)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.judging import Verdict
from tests.mutation.modules import JUDGED
from tests.mutation.mutants import mutants

ROOT = Path(__file__).resolve().parents[2]
RULES = '''"""Rules."""

OLD = 18


def adult(age: int) -> bool:
    """Whether she is."""
    return age >= OLD


def sent(state: str) -> str:
    if state in {"NUEVA", "VISTA"}:
        return "ENVIADA"
    raise ValueError(state)
'''
WEAK = """
import pytest
from rules_of_a_test import adult, sent


def test_ages() -> None:
    assert adult(30)
    assert not adult(3)


def test_states(unknown_fixture) -> None:
    raise AssertionError("needs what is not in its file")


@pytest.mark.parametrize("state", ["NUEVA", "VISTA"])
def test_sent(state: str) -> None:
    assert sent(state) == "ENVIADA"
    with pytest.raises(ValueError):
        sent("OTRA")
"""


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("x = a == b", ["a != b"]),
        ("x = a < b", ["a <= b", "a >= b"]),
        ("x = a in b", ["a not in b"]),
        ("x = a is None", ["a is not None"]),
        ("x = a and b", ["a or b"]),
        ("x = not a", ["a"]),
        ("x = a + b", ["a - b"]),
        ("x = 1", ["2"]),
        ("x = True", ["False"]),
        ("x = 'CODIGO'", ["'CODIGO_'"]),
        ("x = 'Una frase.'", []),
        ("x = {'A_1', 'B_1'}", ["{'B_1'}", "{'A_1'}"]),
        ("x = {'A_1': y}", ["{}"]),
        ("x = y if z else w", ["y if not z else w"]),
        ("if a:\n    f()", ["if not a:\n    f()", "nothing"]),
        ("def f() -> int:\n    '''Text.'''\n    return y", ["return None"]),
        ("def f(x: Literal['A_B'] = y) -> None:\n    raise x", ["nothing"]),
        ("@decorated(1)\nclass C:\n    'Text'", []),
    ],
)
def test_what_is_changed(source: str, wanted: list[str]) -> None:
    assert [mutant.after for mutant in mutants(source)] == wanted


def test_a_mutant_differs_in_one_place() -> None:
    (mutant,) = [mutant for mutant in mutants(RULES) if mutant.before == "18"]
    assert (mutant.line, mutant.after) == (3, "19")
    assert "OLD = 19" in mutant.source
    assert "return age >= OLD" in mutant.source


def judged(folder: Path, tests: str) -> subprocess.CompletedProcess[str]:
    """Judge the rules above by these tests, in a process of its own, as forks want it."""
    (folder / "rules_of_a_test.py").write_text(RULES, encoding="utf-8")
    (folder / "test_rules_of_a_test.py").write_text(tests, encoding="utf-8")
    code = (
        "import sys; from tests.mutation.judging import judge\n"
        "found = judge('rules_of_a_test', sys.argv[1:])\n"
        "print(found.killed, *found.survivors, sep='\\n')"
    )
    return subprocess.run(
        [sys.executable, "-c", code, str(folder / "test_rules_of_a_test.py")],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_planted_survivors_are_named_and_no_other(tmp_path: Path) -> None:
    run = judged(tmp_path, WEAK)
    assert run.returncode == 0, run.stderr
    killed, *survivors = run.stdout.splitlines()
    assert survivors == ["3: 18 -> 19", "8: age >= OLD -> age > OLD"]
    assert int(killed) == len(list(mutants(RULES))) - 2


def test_tests_that_fail_by_themselves_judge_nothing(tmp_path: Path) -> None:
    run = judged(tmp_path, "def test_wrong() -> None:\n    assert False\n")
    assert run.returncode == 1
    assert "do not hold as it stands" in run.stderr


def test_the_share_is_of_all_that_were_tried() -> None:
    assert Verdict("m").share == 100.0
    assert Verdict("m", killed=3, survivors=["x"]).share == 75.0


def test_every_judge_is_there() -> None:
    missing = [test for judge in JUDGED.values() for test in judge.tests if not (ROOT / test).exists()]
    assert missing == []
    rules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in ROOT.glob("app/services/*/rules.py")
    }
    assert rules - JUDGED.keys() == {"app.services.quality.rules"}, "its rules are SQL, tried in a database"


@pytest.mark.soak
@pytest.mark.parametrize("module", JUDGED)
def test_the_rules_are_judged(module: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.mutation", module],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    print(run.stdout)  # noqa: T201 - a measurement
    assert run.returncode == 0, run.stdout + run.stderr
