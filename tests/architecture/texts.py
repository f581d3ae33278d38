"""Rules about the text of every file under version control.

Forbidden words are put together from parts, so that this file does not hold them.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

_SKIPPED = {".git", ".venv", ".hypothesis", "__pycache__", "build", "data", "dist", "secrets"}
_HOSTS = (
    "py" + "pi.org",
    "python" + "hosted",
    "npm" + "js.",
    "deb." + "debian",
    "crates" + ".io",
    "proxy." + "golang",
    "docker" + ".io",
    "ghcr" + ".io",
)
_MACHINE_FOLDERS = ("wo" + "rk", "ro" + "ot", "opt/" + "wheels", "Us" + "ers")

HOST = re.compile("|".join(map(re.escape, _HOSTS)), re.IGNORECASE)
MACHINE_PATH = re.compile(r"(?<![\w.}\])-])/(?:" + "|".join(_MACHINE_FOLDERS) + r")/")
UNFINISHED = re.compile(r"\b(?:" + "TO" + "DO|FIX" + r"ME)\b(?!S)")
WORKPLACE = re.compile(r"\bissues?\s+(?:no\.\s*)?#?\d+\b|\bsub" + r"agent\b", re.IGNORECASE)


def tracked(root: Path) -> list[Path]:
    """Files under version control or about to be; without a repository, every file but the usual waste."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=root,
            capture_output=True,
            check=True,
            text=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return sorted(_walk(root))
    return [root / name for name in sorted(listed.split("\0")) if name and (root / name).is_file()]


def _walk(root: Path) -> Iterator[Path]:
    for file in root.rglob("*"):
        parts = file.relative_to(root).parts
        if file.is_file() and not any(p in _SKIPPED or p.endswith("_cache") for p in parts):
            yield file


def _matches(root: Path, pattern: re.Pattern[str], what: str) -> list[str]:
    findings = []
    for file in tracked(root):
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:  # a picture or a font
            continue
        findings += [
            f"{file.relative_to(root).as_posix()}:{number}: {what}"
            for number, line in enumerate(lines, 1)
            if pattern.search(line)
        ]
    return findings


def no_registry_host(root: Path) -> list[str]:
    """Where packages come from is the installer's business: no file names a registry's host."""
    return _matches(root, HOST, "names a registry's host")


def no_machine_path(root: Path) -> list[str]:
    """No file speaks of one machine's folders."""
    return _matches(root, MACHINE_PATH, "path of one machine")


def nothing_unfinished(root: Path) -> list[str]:
    """Work left open belongs to the tracker, not to the code."""
    return _matches(root, UNFINISHED, "marks something unfinished")


def nothing_but_the_product(root: Path) -> list[str]:
    """The repository speaks of the product, not of how it was made."""
    return _matches(root, WORKPLACE, "speaks of the workplace")


TEXT_RULES = (no_registry_host, no_machine_path, nothing_unfinished, nothing_but_the_product)
