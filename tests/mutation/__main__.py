"""`python -m tests.mutation [MODULE [LINE ...]]`: what became of the mutants, survivors by name.

Ends with 1 when of some module fewer were found than its floor asks for.
"""

from __future__ import annotations

import sys

from tests.mutation.judging import judge
from tests.mutation.modules import JUDGED


def main() -> None:
    """Print a line a module, then its survivors."""
    wanted, lines = sys.argv[1:2], [int(line) for line in sys.argv[2:]]
    low = False
    for module in wanted or JUDGED:
        verdict = judge(module, JUDGED[module].tests, lines)
        low = low or (not lines and verdict.share < JUDGED[module].floor)
        print(f"{verdict.share:5.1f} %  {verdict.killed}/{verdict.tried}  {module}", flush=True)  # noqa: T201
        for survivor in verdict.survivors:
            print(f"         {survivor}", flush=True)  # noqa: T201
    sys.exit(low)


main()
