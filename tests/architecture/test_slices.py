"""A slice is called by one word in every folder: what is of it is found by that word."""

from __future__ import annotations

from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[2] / "app"
OF_NO_SLICE = {
    "api": {"answers", "choices", "documentation", "health", "reference", "router", "schemas", "wording"},
    "web/templates": {"base", "case", "components", "error"},
}
"""What all slices share, or what is about the interface itself."""


def slices(app: Path) -> frozenset[str]:
    """The words: of use cases, of pages, and of the lists of codes."""
    folders = [*(app / "services").iterdir(), *(app / "web").iterdir(), app / "catalogues"]
    return frozenset(one.name for one in folders if (one / "__init__.py").exists())


def called_otherwise(app: Path, folder: str) -> list[str]:
    """Files and folders whose name does not begin with the word of a slice."""
    known = slices(app)
    return sorted(
        one.name
        for one in (app / folder).iterdir()
        if (one.suffix in (".py", ".html") or one.is_dir()) and not one.name.startswith("_")
        if one.stem not in OF_NO_SLICE[folder] and not any(is_of(one.stem, word) for word in known)
    )


def is_of(name: str, word: str) -> bool:
    """Whether a name begins with a slice's word."""
    return name == word or name.startswith(f"{word}_")


@pytest.mark.parametrize("folder", OF_NO_SLICE)
def test_every_slice_is_called_alike_everywhere(folder: str) -> None:
    assert called_otherwise(APP, folder) == []


@pytest.mark.parametrize("folder", OF_NO_SLICE)
def test_another_word_is_found(folder: str, tmp_path: Path) -> None:
    for name in ("catalogues", "services/plans", folder):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "web").mkdir(exist_ok=True)
    (tmp_path / "services" / "plans" / "__init__.py").touch()
    for name in ("plans.py", "plans_records.py", "planning.py", "units.py"):
        (tmp_path / folder / name).touch()
    assert called_otherwise(tmp_path, folder) == ["planning.py", "units.py"]
