"""Try every mutant of a module with the tests that judge the module, each in a process of its own.

The process is a copy of one in which the product is loaded, so a mutant costs little more than its tests. In
the copy the changed module takes the place of the true one, wherever it or what it defines was imported by
name. That this by itself changes nothing is tried first, with the true source.

What others made of it when they were loaded stays as it was: a module of whose classes others hold instances
is judged by tests that make their own. Only tests that need no server judge: those whose fixtures are all in
their own file.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib
import os
import signal
import sys
import types
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import hypothesis
import pytest

from tests.mutation.mutants import mutants

EXAMPLES = 150
"""Of a property, at most: with the same ones each time."""
PATIENCE = 60
"""Seconds that a mutant may take, as one may never end."""
QUIET = (
    "-x", "-q", "-c", os.devnull, "--rootdir=.", "--noconftest", "--import-mode=importlib", "--tb=no",
    "-W", "ignore", "-m", "not soak",
    *(f"-pno:{name}" for name in ("cacheprovider", "unraisableexception", "threadexception", "logging")),
)  # fmt: skip
"""Of pytest: the tests and nothing else; each of the plugins left out costs as much as a test."""
KILLED, SURVIVED, UNJUDGED = 1, 0, 5


@dataclass
class Verdict:
    """What became of a module's mutants."""

    module: str
    killed: int = 0
    survivors: list[str] = field(default_factory=list)

    @property
    def tried(self) -> int:
        """How many there were."""
        return self.killed + len(self.survivors)

    @property
    def share(self) -> float:
        """Part of them that some test found, in percent."""
        return 100 * self.killed / self.tried if self.tried else 100.0


class Judges:
    """Leaves out what needs more than its own file, and asks properties the same few questions each time."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests that can judge here."""
        items[:] = [item for item in items if isinstance(item, pytest.Function) and _by_itself(item)]
        for item in items:
            asked = getattr(item.obj, "_hypothesis_internal_use_settings", None)
            if asked is not None and asked.max_examples > EXAMPLES:
                few = hypothesis.settings(asked, max_examples=EXAMPLES)
                item.obj._hypothesis_internal_use_settings = few


def _by_itself(item: pytest.Function) -> bool:
    known = item._fixtureinfo.name2fixturedefs
    return all(name in known or name == "request" for name in item.fixturenames)


def judge(module: str, tests: Sequence[str], lines: Iterable[int] = ()) -> Verdict:
    """Try the mutants of a module; of these lines alone, where any are named.

    Raises:
        RuntimeError: its tests fail, or there is none, with the true source in its place.
    """
    path = Path(str(importlib.import_module(module).__file__))
    source, wanted = path.read_text(encoding="utf-8"), set(lines)
    _load(tests)
    gc.freeze()
    if outcome := _tried(module, ast.unparse(ast.parse(source)), tests):
        raise RuntimeError(f"{module}: its tests do not hold as it stands ({outcome}): {' '.join(tests)}")
    verdict = Verdict(module)
    for mutant in mutants(source):
        if wanted and mutant.line not in wanted:
            continue
        if _tried(module, mutant.source, tests) == SURVIVED:
            verdict.survivors.append(str(mutant))
        else:
            verdict.killed += 1
    return verdict


def _load(tests: Sequence[str]) -> None:
    """Load of the product what the tests use, by collecting them once in passing."""
    for name in list(_imported(tests)):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _imported(tests: Sequence[str]) -> Iterator[str]:
    for test in tests:
        for node in ast.walk(ast.parse(Path(test.partition("::")[0]).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
                yield from (f"{node.module}.{name.name}" for name in node.names)


def _tried(module: str, source: str, tests: Sequence[str]) -> int:
    """Outcome of the tests with a source in a module's place: `SURVIVED` when they all pass."""
    child = os.fork()
    if not child:
        os._exit(_outcome(module, source, tests))
    with _impatient(child):
        _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


@contextlib.contextmanager
def _impatient(child: int) -> Iterator[None]:
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(PATIENCE)
    yield
    signal.alarm(0)


def _outcome(module: str, source: str, tests: Sequence[str]) -> int:
    silence = os.open(os.devnull, os.O_WRONLY)
    if not os.environ.get("RUV_MUTANTS_SAY"):
        os.dup2(silence, 1)
        os.dup2(silence, 2)
    try:
        put_in_place(module, source)
    except Exception:  # noqa: BLE001 - a module that cannot even be loaded is noticed at once
        return KILLED
    hypothesis.settings.register_profile(
        "mutants",
        deadline=None,
        derandomize=True,
        database=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("mutants")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return int(pytest.main([*QUIET, *tests], plugins=[Judges()]))


def put_in_place(name: str, source: str) -> None:
    """Load a source as a module, for all that imported the module or what it defines by name."""
    old = sys.modules[name]
    new = types.ModuleType(name)
    new.__file__, new.__package__, new.__spec__ = old.__file__, old.__package__, old.__spec__
    sys.modules[name] = new
    exec(compile(source, str(old.__file__), "exec"), new.__dict__)  # noqa: S102 - the product's own source
    instead = {
        id(value): new.__dict__[key] for key, value in vars(old).items() if key in new.__dict__ and _own(key)
    }
    instead[id(old)] = new
    for other in list(sys.modules.values()):
        if other is None or other in {old, new} or not other.__name__.startswith(("app", "tests")):
            continue
        for key, value in list(vars(other).items()):
            if id(value) in instead and _own(key):
                setattr(other, key, instead[id(value)])


def _own(name: str) -> bool:
    return not name.startswith("__")
