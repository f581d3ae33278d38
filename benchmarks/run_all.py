"""Run every benchmark and write docs/benchmarks.md: the figures with the command that makes them."""

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from _report import ROOT, note

PAGE = ROOT / "docs" / "benchmarks.md"
HERE = Path(__file__).parent


def run(script: Path, extra: list[str]) -> tuple[str, list[dict[str, object]], int]:
    """The benchmark's first line of description, its figures, and its exit code."""
    note(f"{script.name} ...")
    done = subprocess.run(
        [sys.executable, str(script), *extra], stdout=subprocess.PIPE, text=True, check=False
    )
    figures = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"name"')]
    title = script.read_text(encoding="utf-8").split('"""')[1].strip().split("\n")[0]
    return title, figures, done.returncode


def page(results: list[tuple[Path, str, list[dict[str, object]]]], extra: list[str]) -> str:
    """The page, with what was measured where and when."""
    lines = [
        "# Mediciones",
        "",
        "Escrito por `make bench`. Cada cifra se compara con una base medida en la misma corrida; valen las",
        f"razones, no los tiempos. {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} núcleos,",
        f"Python {platform.python_version()}{', medición breve' if extra else ''}.",
    ]
    for script, title, figures in results:
        command = " ".join([".venv/bin/python", f"benchmarks/{script.name}", *extra])
        lines += ["", f"## {script.stem}", "", title, "", f"`{command}`", ""]
        lines += ["| cifra | valor | unidad | frente a | objetivo | se cumple |", "|---|---|---|---|---|---|"]
        for f in figures:
            holds = "sí" if f["holds"] else "**no**"
            aim = f["target"] or "—"
            lines.append(f"| {f['name']} | {f['value']} | {f['unit']} | {f['baseline']} | {aim} | {holds} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run all; 1 if a figure does not hold or a benchmark fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="mediciones breves")
    extra = ["--quick"] if parser.parse_args().quick else []
    scripts = sorted(p for p in HERE.glob("*.py") if not p.name.startswith("_") and p != Path(__file__))
    results, worst = [], 0
    for script in scripts:
        title, figures, code = run(script, extra)
        results.append((script, title, figures))
        worst = max(worst, code)
    PAGE.write_text(page(results, extra), encoding="utf-8")
    note(f"Escrito: {PAGE.relative_to(ROOT)}")
    return worst


if __name__ == "__main__":
    sys.exit(main())
