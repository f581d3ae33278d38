"""A client that a generator makes of the served document is typed throughout and does what it says.

Its tools are in an environment of their own (`make client`): they want other versions than the product.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.factories import PASSWORD, World

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".cache" / "client" / "bin"
FLOW = Path(__file__).with_name("flow.py")
CONFIG = "package_name_override: ruv_client\nproject_name_override: ruv-client\nliteral_enums: true\n"

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not TOOLS.exists(), reason="no environment for the client: `make client` makes it"),
]


def run(folder: Path, *command: str | Path, **more: str) -> str:
    """What a command of the client's environment prints."""
    own = {
        **os.environ,
        "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        **more,
    }
    ended = subprocess.run(
        [str(TOOLS / command[0]), *map(str, command[1:])],
        cwd=folder, env=own, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture
def generated(world: World, tmp_path: Path) -> Path:
    """A folder with the package that is generated from the served document."""
    (tmp_path / "openapi.json").write_bytes(world.client().get("/openapi.json").content)
    (tmp_path / "config.yml").write_text(CONFIG, encoding="utf-8")
    said = run(
        tmp_path, "openapi-python-client", "generate", "--path", "openapi.json", "--config", "config.yml",
        "--meta", "none", "--output-path", "ruv_client",
    )  # fmt: skip
    left_out = [line for line in said.splitlines() if line.startswith("WARNING")]
    assert [line for line in left_out if not line.endswith(("documents.", "evidence."))] == [], said
    return tmp_path


def test_it_does_what_a_system_does(world: World, generated: Path) -> None:
    """Files alone are left out: the generator knows no answer of PDF and of pictures."""
    officer = world.actor("cem_officer")
    own = {"RUV_URL": world.base_url, "RUV_USER": officer.username, "RUV_PASSWORD": PASSWORD}
    assert run(generated, "python", FLOW, **own).strip() == (
        "3 registered, changed and listed by a generated client"
    )


def test_it_is_typed(generated: Path) -> None:
    """The flow is judged strictly with the package; what of it is used is known to be what it is."""
    typed = ("--strict", "--config-file=", "--follow-imports=silent", FLOW)
    assert "Success" in run(generated, "mypy", *typed, MYPYPATH=str(generated))
    wrong = generated / "wrong.py"
    wrong.write_text(FLOW.read_text(encoding="utf-8").replace('"PRESUNTA_VICTIMA"', '"NINGUNO"'))
    with pytest.raises(AssertionError, match="NINGUNO"):
        run(generated, "mypy", *typed[:-1], wrong, MYPYPATH=str(generated))
