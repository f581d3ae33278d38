"""The rules hold on this repository, and each one finds a violation planted in a small copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture import codes, rules, texts
from tests.architecture.rules import CODE_RULES, Rule
from tests.architecture.texts import TEXT_RULES

ROOT = Path(__file__).resolve().parents[2]
_ONCE = codes.codes_are_written_once
RULES: tuple[Rule, ...] = (*CODE_RULES, *TEXT_RULES, _ONCE)
MODEL = "class Victim:\n    id: int\n\nclass Profile:\n    victim_id: int\n\nclass Unit:\n    id: int\n"
NOTE = "docs/nota.md"
_READ = rules.persons_are_read_where_nothing_is_written
_WRITING = (
    "from app.services.writing import Writing\n"
    "def f(act, ref, row, detail):\n    write = Writing(act, ref, 'x.y')\n"
)
_UPSERT = "from sqlalchemy.dialects.postgresql import insert\n"

# rule -> files that break it, one at a time
PLANTED: list[tuple[Rule, str, str]] = [
    (rules.no_commit_below_the_edge, "app/services/cases/service.py", "def f(s):\n    s.commit()\n"),
    (rules.no_commit_below_the_edge, "app/api/cases.py", "def f(s):\n    s.commit()\n"),
    (_READ, "app/services/x/writing.py", "from sqlalchemy import select, update\nq = select(Victim.id)\n"),
    (_READ, "app/services/x/writing.py", f"{_UPSERT}q = sa.select(models.Profile)\n"),
    (_READ, "app/services/x/writing.py", "from app.db import insert_rows\nv = session.get(Victim, 1)\n"),
    (_READ, "app/cli/x.py", "q = select(Victim.id)\n"),
    (rules.sealed_data_is_opened_in_one_place, "app/services/x.py", "from app.vault import unseal\n"),
    (rules.sealed_data_is_opened_in_one_place, "app/api/x.py", "from app.vault.seal import open_json\n"),
    (rules.sealed_data_is_opened_in_one_place, "app/services/x.py", "d = vault.open_text(a, b, c)\n"),
    (rules.sealed_data_is_opened_in_one_place, "app/services/x.py", "d = ring.open_dek(a, b, c, d, e)\n"),
    (rules.one_module_knows_the_token_library, "app/services/x.py", "from jose import jwe\n"),
    (rules.one_module_knows_the_token_library, "app/x.py", "from jose.jwt import get_unverified_claims\n"),
    (
        rules.ciphers_live_in_the_vault,
        "app/services/x.py",
        "from cryptography.hazmat.primitives.ciphers.aead import AESGCM\n",
    ),
    (rules.no_role_is_compared, "app/services/x.py", "def f(a):\n    return a.role == 'prosecutor'\n"),
    (rules.no_role_is_compared, "app/services/x.py", "def f(role):\n    return role in ('analyst', 'x')\n"),
    (rules.only_the_command_line_prints, "app/services/x.py", "print('hola')\n"),
    (rules.one_reader_of_the_environment, "app/db.py", "import os\nx = os.environ['RUV_X']\n"),
    (rules.one_reader_of_the_environment, "app/db.py", "from os import getenv\n"),
    (rules.who_acts_is_one_object, "app/services/x.py", "def f(session, actor, code):\n    pass\n"),
    (rules.who_acts_is_one_object, "app/api/x.py", "def f(code, *, actor, session):\n    pass\n"),
    (rules.purposes_are_chosen_at_the_edge, "app/services/x.py", "def f(act, *, purpose='x'):\n    pass\n"),
    (rules.purposes_are_chosen_at_the_edge, "app/access/x.py", "def f(act, purpose=CARE):\n    pass\n"),
    (
        rules.refusals_are_made_in_one_place,
        "app/services/x.py",
        "e = {'field': 'a', 'code': 'b', 'message': 'c'}\n",
    ),
    (rules.rows_are_written_by_one_unit, "app/services/x.py", "from app.access.sealing import seal_text\n"),
    (
        rules.rows_are_written_by_one_unit,
        "app/services/x/y.py",
        "v, s = sealing.seal_text(a, b, c, d, e, f)\n",
    ),
    (rules.rows_are_written_by_one_unit, "app/services/plans/progress.py", "x = 1\n"),
    (rules.each_writing_leaves_its_event, "app/services/x.py", f"{_WRITING}    write.add(row)\n"),
    (_ONCE, "app/services/x.py", "def f(row):\n    return row.state == 'EN_CURSO'\n"),
    (_ONCE, "app/access/x.py", "SENT: Final = 'ENVIADA'\n"),
    (_ONCE, "app/models/x.py", "c = text(\"state = 'PENDIENTE'\")\n"),
    (_ONCE, "app/services/x.py", "q = f\"state = 'PENDIENTE' AND id = {n}\"\n"),
    (_ONCE, "app/web/templates/x.html", "{% if one.state == 'VIGENTE' %}x{% endif %}"),
    (_ONCE, "app/web/templates/x.html", "{{ 'x' if s == FileState.IN_FROCE }}"),
    (rules.files_and_functions_stay_small, "app/x.py", "\n" * 401),
    (rules.files_and_functions_stay_small, "app/x.py", "def f():\n" + "    x = 1\n" * 60),
    (texts.no_registry_host, NOTE, "https://" + "py" + "pi.org/simple\n"),
    (texts.no_machine_path, NOTE, "abra /" + "wo" + "rk/main\n"),
    (texts.nothing_unfinished, NOTE, "# TO" + "DO: terminar\n"),
    (texts.nothing_but_the_product, NOTE, "see iss" + "ue 12\n"),
]

# What the rules must let pass: the right place, or a look-alike.
INNOCENT: list[tuple[Rule, str, str]] = [
    (_ONCE, "app/states/x.py", "SENT = 'ENVIADA'\n"),
    (_ONCE, "app/services/x.py", '"""Ends as ENVIADA."""\nKIND = "CAR"\n'),
    (_ONCE, "app/web/templates/x.html", "VIGENTE {% if s == FileState.IN_FORCE %}x{% endif %}"),
    (rules.no_commit_below_the_edge, "app/db.py", "def f(s):\n    s.commit()\n"),
    (rules.who_acts_is_one_object, "app/audit/record.py", "def record_as(session, actor):\n    pass\n"),
    (rules.purposes_are_chosen_at_the_edge, "app/api/x.py", "def f(act, purpose='x'):\n    pass\n"),
    (rules.purposes_are_chosen_at_the_edge, "app/services/x.py", "def f(act, *, purpose=None):\n    pass\n"),
    (
        rules.refusals_are_made_in_one_place,
        "app/services/x.py",
        "e = {'field': e['field'], 'code': e['code'], 'message': e['message']}\n",
    ),
    (_READ, "app/services/x/rows.py", "from sqlalchemy import select\nq = select(Victim)\n"),
    (_READ, "app/services/x/writing.py", f"{_UPSERT}q = select(Unit)\nd.get(1)\n"),
    (_READ, "app/access/scope.py", "from sqlalchemy import update\nq = select(Victim)\n"),
    (rules.sealed_data_is_opened_in_one_place, "app/access/opening.py", "from app.vault import open_json\n"),
    (rules.sealed_data_is_opened_in_one_place, "app/services/x.py", "from app.vault import seal_json\n"),
    (rules.one_module_knows_the_token_library, "app/access/tokens.py", "from jose import jwk, jws\n"),
    (
        rules.ciphers_live_in_the_vault,
        "app/access/tokens.py",
        "from cryptography.hazmat.primitives.asymmetric import ec\n",
    ),
    (rules.no_role_is_compared, "app/services/x.py", "def f(a, p):\n    return p.allows(a.role, 'x')\n"),
    (rules.no_role_is_compared, "app/db.py", "def f(role):\n    return role == 'ruv_app'\n"),
    (rules.only_the_command_line_prints, "app/cli/x.py", "print('hola')\n"),
    (rules.one_reader_of_the_environment, "app/config.py", "import os\nx = os.environ['RUV_X']\n"),
    (rules.rows_are_written_by_one_unit, "app/services/writing.py", "v, s = seal_text(a, b, c, d, e, f)\n"),
    (rules.rows_are_written_by_one_unit, "app/services/plans/progress.py", "v, s = seal_text(a, b)\n"),
    (rules.each_writing_leaves_its_event, "app/services/x.py", f"{_WRITING}    write.done(detail)\n"),
    (rules.files_and_functions_stay_small, "app/x.py", "def f():\n" + "    x = 1\n" * 59),
    (texts.no_machine_path, NOTE, "docs/" + "wo" + "rk/x\n"),
    (texts.nothing_unfinished, NOTE, "todo el expediente\n"),
]


def _plant(root: Path, name: str, text: str) -> Path:
    for path, content in (("app/models/victims.py", MODEL), (name, text)):
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return root


def _case(case: tuple[Rule, str, str]) -> str:
    return f"{case[0].__name__}-{case[1]}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_holds(rule: Rule) -> None:
    findings = rule(ROOT)
    assert not findings, "\n" + "\n".join(findings)


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{_case(case)}-{n}") for n, case in enumerate(PLANTED)]
)
def test_planted_violation_is_found(case: tuple[Rule, str, str], tmp_path: Path) -> None:
    rule, name, text = case
    findings = rule(_plant(tmp_path, name, text))
    assert findings
    assert all(finding.startswith(name) for finding in findings)


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{_case(case)}-{n}") for n, case in enumerate(INNOCENT)]
)
def test_innocent_code_passes(case: tuple[Rule, str, str], tmp_path: Path) -> None:
    rule, name, text = case
    assert rule(_plant(tmp_path, name, text)) == []


def test_second_module_with_the_token_library_is_found(tmp_path: Path) -> None:
    _plant(tmp_path, "app/access/tokens.py", "from jose import jws\n")
    _plant(tmp_path, "app/services/x.py", "import jose\n")
    assert len(rules.one_module_knows_the_token_library(tmp_path)) == 1


def test_every_rule_has_a_planted_violation() -> None:
    assert {rule for rule, _, _ in PLANTED} == set(RULES)


def test_the_rules_look_at_the_real_code() -> None:
    """A rule that walks an empty list finds nothing, and would pass for ever."""
    assert {"Victim", "Profile", "TraffickingCase", "VictimBlob"} <= rules.person_tables(ROOT)
    assert sum(1 for _ in rules.sources(ROOT, "app")) > 40
    assert ROOT / "pyproject.toml" in texts.tracked(ROOT)
