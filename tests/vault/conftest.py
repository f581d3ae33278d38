"""A root file and a ring with two compartments, in which each has two key versions."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.vault import FileRoot, Keyring, WrappedKey, new_wrapped_key

PURPOSES = (("health", 1), ("health", 2), ("legal", 1), ("legal", 2), ("audit", 1), ("audit", 2))


@pytest.fixture
def root(tmp_path: Path) -> FileRoot:
    return FileRoot.create(tmp_path / "keys" / "root.json")


@pytest.fixture
def rows(root: FileRoot) -> list[WrappedKey]:
    return [
        replace(new_wrapped_key(root, purpose, version), id=10 + number)
        for number, (purpose, version) in enumerate(PURPOSES)
    ]


@pytest.fixture
def ring(root: FileRoot, rows: list[WrappedKey]) -> Keyring:
    return Keyring(root, rows)
