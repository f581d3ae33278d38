"""What a caller may choose about the embedded server."""

from dataclasses import dataclass
from pathlib import Path

DEFAULT_GRACE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Choices for the embedded server; the first process to start it decides for all who share it.

    Attributes:
        bin_dir: folder with other PostgreSQL programs; None: those of the wheel.
        account: operating-system account of the server when started by root; None: the owner of the data,
            else `nobody`. Ignored for a plain user.
        grace: seconds the server stays after its last user left.
    """

    bin_dir: Path | None = None
    account: str | None = None
    grace: float = DEFAULT_GRACE_SECONDS
