"""What the guide of the interface shows works as it stands there; the page of errors knows every kind."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.edge import errors_page
from tests.factories import PASSWORD, World

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "interfaz.md"


def example(language: str) -> str:
    """The one example of the guide in a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return str(found)


def run(command: list[str], world: World) -> subprocess.CompletedProcess[str]:
    """An example, run by somebody who may register."""
    officer = world.actor("cem_officer")
    own = {"RUV_URL": world.base_url, "RUV_USER": officer.username, "RUV_PASSWORD": PASSWORD}
    return subprocess.run(
        command, env={**os.environ, **own}, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_python_example_works(world: World) -> None:
    ended = run([sys.executable, "-c", example("python")], world)
    assert ended.returncode == 0, ended.stderr


def test_the_curl_example_works(world: World) -> None:
    if shutil.which("curl") is None:
        pytest.skip("needs curl, which the guide's first example is written for")
    ended = run(["bash", "-euo", "pipefail", "-c", example("bash")], world)
    assert ended.returncode == 0, ended.stderr
    assert '"items"' in ended.stdout


def test_the_page_of_errors_knows_every_kind() -> None:
    assert {kind.type for kind in errors_page.kinds()} == set(errors_page.WAYS)
    shown = errors_page.render()
    assert all(f"`urn:ruv:problem:{kind.type}`" in shown for kind in errors_page.kinds())


def test_a_kind_without_a_way_out_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = SimpleNamespace(status=418, type="planted", title="Planted")
    monkeypatch.setattr(errors_page, "kinds", lambda: [planted])
    with pytest.raises(KeyError, match="planted"):
        errors_page.render()
