"""The command line in this process (`ruv(...)`), on an installation of the tests' own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from app.cli import run
from app.config import get_settings
from app.postgres import ServerOptions, ensure_server


class Result(NamedTuple):
    """What a command line gave."""

    code: int
    out: str
    err: str


Ruv = Callable[..., Result]


@pytest.fixture(autouse=True)
def settings_of_the_test() -> Iterator[None]:
    """Cheap password hashes and a short grace; whatever a command hands down is taken back."""
    before = {name: value for name, value in os.environ.items() if name.startswith("RUV_")}
    os.environ.update(RUV_ARGON2_MEMORY_KIB="64", RUV_ARGON2_TIME_COST="1", RUV_POSTGRES_GRACE="2")
    get_settings.cache_clear()
    yield
    for name in [name for name in os.environ if name.startswith("RUV_")]:
        del os.environ[name]
    os.environ.update(before)
    get_settings.cache_clear()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of an installation that the module's tests share; it is running all the while."""
    data_dir = tmp_path_factory.mktemp("ruv") / "datos"
    with ensure_server(data_dir, options=ServerOptions(grace=2.0)) as server:
        yield data_dir
        server.close(wait=20.0)


@pytest.fixture
def ruv(capsys: pytest.CaptureFixture[str]) -> Ruv:
    """Run one command line; its standard input comes from `monkeypatch` if need be."""

    def call(*arguments: object) -> Result:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        return Result(code, *capsys.readouterr())

    return call
