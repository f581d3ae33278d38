"""One embedded PostgreSQL for the whole run, one database a worker, no cleaning: tests make their own units.

A test sees nobody else's rows because its actors belong to units of its own, which is the product's rule.
"""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

import hypothesis
import pytest
from jinja2 import FileSystemBytecodeCache

from app.cli._memory import collect_rarely, keep_what_is_loaded
from app.config import Settings
from app.postgres import ServerHandle, ServerOptions, ensure_server
from app.runtime import Runtime, assemble, install
from app.services.printing.verifying import VERIFICATIONS
from app.web.kit.templating import environment
from tests import contract
from tests.chromium import report_missing
from tests.factories import World
from tests.scratch import Original, create_database, installed, original, role_urls, served

T = TypeVar("T")

collect_rarely()
# How long an example takes says how busy the machine is, not whether a property holds.
hypothesis.settings.register_profile(
    "suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")
ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


LONGEST = (
    "web/test_look.py",
    "web/test_look_offices.py",
    "resilience/test_kill.py",
    "demo/test_demo.py",
    "resilience/test_away.py",
    "cli/test_serve.py",
    "matching/test_buckets.py",
)
"""Files whose tests take longest: begun first, so that no worker is left alone with one at the end."""


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a worker waits now and then, for a process or the disk."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files; the others stay in their random order."""
    place = {str(ROOT / "tests" / name): at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(str(item.path), len(LONGEST)))
    keep_what_is_loaded()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """End a run that had no browser with what it did not test, after everything else it says."""
    yield
    report_missing(terminalreporter)


def pytest_runtest_setup() -> None:
    """Every test begins with an address that checked no paper yet: all of a worker come from the same one."""
    VERIFICATIONS._asked.clear()


@pytest.fixture(scope="session")
def worker() -> str:
    """Name of this xdist worker."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, worker: str) -> Iterator[ServerHandle]:
    """The embedded server all workers share."""
    base = tmp_path_factory.getbasetemp()
    data_dir = (base if worker == "main" else base.parent) / "postgres"
    with ensure_server(data_dir, options=ServerOptions(grace=3.0)) as handle:
        yield handle


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the tests: cheap hashes, and as many wrong sign-ins from loopback as tests make."""
    return Settings(
        data_dir=tmp_path_factory.mktemp("datos"),
        argon2_memory_kib=64,
        argon2_time_cost=1,
        sign_in_failures_per_address=1_000_000,
    )


@pytest.fixture(scope="session")
def runtime(server: ServerHandle, settings: Settings, worker: str) -> Iterator[Runtime]:
    """An installed database of this worker and the runtime over it."""
    name = f"ruv_{worker}"
    create_database(server, name)
    urls = role_urls(server, name)
    opened = assemble(settings, urls, install(urls, settings))
    yield opened
    opened.close()


class Once(NamedTuple):
    """What one worker makes and all of them use, kept in a folder of the run."""

    folder: Path

    def __call__(self, name: str, make: Callable[[], T]) -> T:
        """What `make` gave to the worker that came first; the others wait for it. It must bear pickling."""
        place = self.folder / f"{name}.pickle"
        with place.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not place.exists():
                place.write_bytes(pickle.dumps(make()))
        return cast("T", pickle.loads(place.read_bytes()))  # noqa: S301 - written by this run


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker: str) -> Once:
    """`once(name, make)`: what costs too much to be made by every worker."""
    base = tmp_path_factory.getbasetemp()
    return Once(base if worker == "main" else base.parent)


@pytest.fixture(scope="session", autouse=True)
def _templates(once: Once) -> None:
    """Templates are compiled by the worker that needs them first, and read by the others."""
    folder = once.folder / "plantillas"
    folder.mkdir(exist_ok=True)
    environment.bytecode_cache = FileSystemBytecodeCache(str(folder))


@pytest.fixture(scope="session")
def blank(server: ServerHandle, settings: Settings, once: Once) -> Original:
    """An installed database with nothing in it: a copy of it is made sooner than another is installed."""
    name = once("instalada", lambda: installed(server, settings, once.folder).name)
    return original(settings, once.folder, name)


@pytest.fixture(scope="session")
def base_url(runtime: Runtime, settings: Settings) -> Iterator[str]:
    """Address of the application, served by a real server on loopback."""
    app = contract.application()
    app.state.settings = settings
    app.state.runtime = runtime
    with served(app) as address:
        yield address


@pytest.fixture
def world(runtime: Runtime, base_url: str) -> Iterator[World]:
    """Factories over this worker's database; units made through it belong to the test alone."""
    made = World(runtime, base_url)
    yield made
    made.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The public data sets beside the repository."""
    if not (SHARED / "data").is_dir():
        pytest.skip("needs the public data sets in ../shared/data, which are not part of the repository")
    return SHARED / "data"
