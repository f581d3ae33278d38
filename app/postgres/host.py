"""Variables of the operating system that our own processes start with; settings (`RUV_*`) are not here."""

import os
from typing import Final

_KEPT: Final = ("PATH", "HOME", "XDG_RUNTIME_DIR", "PYTHONPATH")


def host_environment() -> dict[str, str]:
    """Where programs, the home and the runtime folder are: no more, as an environment may hold keys."""
    return {name: os.environ[name] for name in _KEPT if os.environ.get(name)}
