"""The `ruv` command. Exit codes: 0 done, 1 failed, 2 bad usage, 130 interrupted.

One module a group of commands, each imported when it is called, so that help is quick.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from app.cli._memory import collect_rarely
from app.cli._tree import COMMANDS, Ruv, tell


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (that of the process by default) and return its exit code."""
    try:
        code = Ruv(COMMANDS).main(args=arguments, prog_name="ruv", standalone_mode=False)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the edge of the program: every failure becomes one line
        return tell(error)
    return code if isinstance(code, int) else 0


def main() -> None:
    """Entry point of `ruv`."""
    collect_rarely()
    sys.exit(run())
