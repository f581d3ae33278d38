"""Where the browser of the tests is, and what is said when there is none."""

from __future__ import annotations

import os
import shutil

import pytest

MISSING = "no Chromium: the pages were not opened in a browser"
"""Reason of a test skipped for want of a browser."""


def find_chromium() -> str | None:
    """The browser of `RUV_CHROMIUM`, otherwise the one on the path; None where there is none."""
    return os.environ.get("RUV_CHROMIUM") or shutil.which("chromium")


def report_missing(terminal: pytest.TerminalReporter) -> None:
    """Say once and plainly what a run without a browser did not test."""
    skipped = [r for r in terminal.stats.get("skipped", ()) if MISSING in str(r.longrepr)]
    if not skipped:
        return
    terminal.section("NOT TESTED", sep="!", red=True, bold=True)
    terminal.line(
        f"{len(skipped)} tests need Chromium and did not run. So nobody has looked at the pages in a real"
    )
    terminal.line(
        "browser: accessibility (axe), content security policy, weight, narrow screens, working offline."
    )
    terminal.line("As root: apt-get update && apt-get install -y --no-install-recommends chromium")
    terminal.line("Or name one: RUV_CHROMIUM=/path/to/chromium make test")
