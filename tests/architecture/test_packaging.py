"""The locks, the licences and the built package."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("3.11.0", "3.12.0", "3.13.0", "3.14.0")
LOCKS = ("runtime", "build", "dev", "bench")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS: dict[str, list[str]] = PROJECT["dependency-groups"]
DIRECT = {
    "runtime": PROJECT["project"]["dependencies"],
    "build": GROUPS["build"],
    "dev": [*PROJECT["project"]["dependencies"], *GROUPS["build"], *GROUPS["dev"]],
    "bench": GROUPS["bench"],
}


def locked(name: str) -> dict[str, set[str]]:
    """Pinned versions by package; a package may have one for each range of Python versions."""
    pins: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", _text(name), re.MULTILINE):
        pins.setdefault(canonicalize_name(package), set()).add(version)
    return pins


def _text(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_by_hash(name: str) -> None:
    entries = _text(name).replace("\\\n", " ").splitlines()
    shape = re.compile(r"[a-z0-9.-]+(?:\[[\w,-]+\])?==\S+(?: ; [^#]+?)?(?:\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert entries
    assert [entry for entry in entries if not shape.fullmatch(entry)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_meets_the_project_file(name: str) -> None:
    pins = locked(name)
    for line in DIRECT[name]:
        wanted = Requirement(line)
        versions = pins[canonicalize_name(wanted.name)]
        assert all(wanted.specifier.contains(version) for version in versions), line


def test_locks_agree_with_each_other() -> None:
    """Development runs the versions that production runs."""
    dev = locked("dev")
    for name in ("runtime", "build"):
        assert {package: dev.get(package) for package in locked(name)} == locked(name)
    assert all(dev.get(package, versions) == versions for package, versions in locked("bench").items())


def copyleft(licence: str) -> bool:
    """Whether a licence text or name is GPL or AGPL (the lesser GPL may be linked)."""
    return re.search(r"(?<![Ll])\b(?:A?GPL|Affero)|(?<!Lesser )General Public License", licence) is not None


def _field(package: str, *fields: str) -> str | None:
    """The first line of some metadata fields of an installed package; None where it is not installed."""
    try:
        data = metadata(package)
    except PackageNotFoundError:  # of another platform or Python version
        return None
    # Some packages put the whole text of their licence into the field: its first line names it.
    values = [value.partition("\n")[0] for field in fields for value in data.get_all(field) or []]
    return " | ".join(values)


def test_nothing_copyleft_is_linked() -> None:
    fields = ("License-Expression", "License", "Classifier")
    licences = {package: _field(package, *fields) for package in locked("runtime")}
    assert sum(1 for licence in licences.values() if licence) > 40
    assert [package for package, licence in licences.items() if licence and copyleft(licence)] == []


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0-only", True),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", True),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("MIT", False),
    ],
)
def test_copyleft_names(licence: str, expected: bool) -> None:
    assert copyleft(licence) is expected


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as `pip install .` builds it, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("ruv-*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_wheel_holds_code_data_and_migrations(wheel: Path) -> None:
    for source, target in (("app", "app"), ("migrations", "app/_migrations"), ("stories", "stories")):
        wanted = {
            f"{target}/{file.relative_to(ROOT / source).as_posix()}"
            for file in (ROOT / source).rglob("*")
            if file.is_file() and "__pycache__" not in file.parts
        }
        assert wanted
        assert {name for name in wanted if not (wheel / name).is_file()} == set()


def test_wheel_holds_nothing_else(wheel: Path) -> None:
    version = PROJECT["project"]["version"]
    assert {entry.name for entry in wheel.iterdir()} == {"app", "stories", f"ruv-{version}.dist-info"}
    (entry_points,) = wheel.glob("*.dist-info/entry_points.txt")
    assert "ruv = app.cli:main" in entry_points.read_text(encoding="utf-8")


def test_installed_package_finds_its_migrations(wheel: Path, tmp_path: Path) -> None:
    code = "import app.cli, app.schema; print(app.schema.migrations_path())"
    environment = {"PYTHONPATH": str(wheel), "HOME": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    found = Path(result.stdout.strip())
    assert found == wheel / "app" / "_migrations"
    assert (found / "env.py").is_file()


def test_installed_package_finds_its_story(wheel: Path, tmp_path: Path) -> None:
    code = "import stories.demo.figures as f, stories.demo.story; f.figures(); print(f.__file__)"
    environment = {"PYTHONPATH": str(wheel), "HOME": str(tmp_path)}
    command = [sys.executable, "-c", code]
    result = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert Path(result.stdout.strip()).is_relative_to(wheel)


def refusals(requires: dict[str, str | None]) -> list[str]:
    """Packages that refuse a Python the project supports: an upper bound shuts out newer machines."""
    return [
        f"{package}: {bound} refuses {python}"
        for package, bound in requires.items()
        for python in PYTHONS
        if bound and not SpecifierSet(bound).contains(python)
    ]


def test_every_package_takes_every_python() -> None:
    requires = {name: _field(name, "Requires-Python") for name in {**locked("runtime"), **locked("build")}}
    assert sum(1 for bound in requires.values() if bound) > 40
    assert refusals(requires) == []


def test_an_upper_bound_is_found() -> None:
    assert refusals({"a": ">=3.9", "b": None}) == []
    assert len(refusals({"a": "<3.13,>=3.9"})) == 2
