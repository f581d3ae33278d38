"""What a caller may choose about the embedded server."""

import os
from dataclasses import dataclass
from pathlib import Path

DEFAULT_GRACE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Choices for the embedded server; the first process to start it decides for all who share it.

    Attributes:
        bin_dir: folder with other PostgreSQL programs (`RUV_POSTGRES_BIN`); None: those of the wheel.
        account: operating-system account of the server when started by root (`RUV_POSTGRES_ACCOUNT`);
            None: the owner of the data, else `nobody`. Ignored for a plain user.
        grace: seconds the server stays after its last user left (`RUV_POSTGRES_GRACE`).
    """

    bin_dir: Path | None = None
    account: str | None = None
    grace: float = DEFAULT_GRACE_SECONDS

    @classmethod
    def from_environment(cls) -> "ServerOptions":
        """Read `RUV_POSTGRES_BIN`, `RUV_POSTGRES_ACCOUNT` and `RUV_POSTGRES_GRACE` (seconds).

        Raises:
            ValueError: the grace is no number.
        """
        bin_dir = os.environ.get("RUV_POSTGRES_BIN")
        return cls(
            bin_dir=Path(bin_dir) if bin_dir else None,
            account=os.environ.get("RUV_POSTGRES_ACCOUNT") or None,
            grace=float(os.environ.get("RUV_POSTGRES_GRACE") or DEFAULT_GRACE_SECONDS),
        )
