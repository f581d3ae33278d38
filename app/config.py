"""Settings: the only reader of the environment (`RUV_*`)."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How this installation runs. Every value has a safe default; secrets may come from files."""

    model_config = SettingsConfigDict(env_prefix="RUV_", secrets_dir=None, extra="ignore")

    data_dir: Path = Field(default=Path.home() / ".local" / "share" / "ruv")
    """Embedded database, keys and logs."""

    database_url: str | None = None
    """A PostgreSQL server for the application role; the embedded server is used where no address is given."""
    database_owner_url: str | None = None
    database_report_url: str | None = None
    database_release_url: str | None = None
    """The same server for the other roles; by default the user of `database_url` is replaced. The owner's
    address is needed in full where `database_url` comes with a password: that is the application's."""
    database_password_file: Path | None = None
    database_owner_password_file: Path | None = None
    """Files with the passwords (container secrets), added to the URLs above."""

    postgres_bin: Path | None = None
    """Folder with other PostgreSQL binaries (>= 15) for the embedded server."""
    postgres_account: str | None = None
    """Account the embedded server runs under when started as root (default: the data's owner)."""
    postgres_grace: float = Field(default=5.0, ge=0)
    """Seconds the embedded server stays after its last user left."""

    root_key_provider: Literal["file", "env"] = "file"
    root_key_file: Path | None = None
    root_key: SecretStr | None = None
    """Development only: the root key itself, base64."""

    pool_size: int = Field(default=20, ge=1)
    max_overflow: int = Field(default=30, ge=0)
    context_seconds: int = Field(default=120, ge=1)
    """How long a signed database context is accepted after it was bound."""

    witness_dir: Path | None = None
    """Folder of the witness of releases (default: in `data_dir`). Keep it apart from backups of the database:
    it tells a restored ledger what has been drawn since."""

    scheduler: bool = True
    """Whether this process also keeps the deadlines (`off`: others do, or `ruv clocks sweep` by hand)."""

    clocks_file: Path | None = None
    """Deadlines of this installation that differ from the catalogue's (CSV)."""

    token_issuer: str = "ruv"  # noqa: S105 - a name
    token_audience: str = "ruv-api"  # noqa: S105 - a name
    session_hours: int = Field(default=12, ge=1, le=24)
    """How long a session lasts at most, whatever is done in it."""
    session_idle_minutes: int = Field(default=30, ge=15, le=60)
    """How long a refresh token waits for its use: without one the session is over."""
    argon2_memory_kib: int = Field(default=65536, ge=8)
    argon2_time_cost: int = Field(default=3, ge=1)
    password_checks_at_once: int = Field(default=2, ge=1, le=4)
    """Passwords a process checks at the same time; each takes `argon2_memory_kib` and a core."""
    password_checks_waiting: int = Field(default=20, ge=0)
    """How many more wait for their turn; others are told to come back (429)."""
    password_checks_patience: float = Field(default=5.0, gt=0, le=30)
    """Seconds somebody waits for a turn."""
    sign_in_failures_per_address: int = Field(default=30, ge=5)
    """Wrong sign-ins of an hour from one address, of whatever accounts, before it has to wait."""
    trusted_proxies: str = "127.0.0.1"
    """Addresses or networks, by commas, of proxies whose word on where a request comes from is taken."""
    probe_limit_per_hour: int = Field(default=60, ge=1)
    """Look-ups of persons a user may make in an hour, by search, registration or correction."""
    identity_check_limit_per_hour: int = Field(default=30, ge=1)
    """Documents a user may ask their issuers about in an hour."""
    max_body_bytes: int = Field(default=1_048_576, ge=1024)

    exit_url: str = "https://www.senamhi.gob.pe/"
    """Harmless page the exit button leads to."""
    offline: bool = True
    """Whether browsers keep the blank page for writing without a connection; `off` takes it away from all."""
    demo: bool = False
    """Every page says that its data are invented."""

    api_document: bool = True
    """Whether `/openapi.json` and `/docs` tell what the interface is made of; `off`: nobody is to know."""

    metrics_token: SecretStr | None = None

    pide_url: str | None = None
    """Base address of the State's interoperability platform (REST); without it nobody is asked."""
    pide_timeout: float = Field(default=5.0, gt=0, le=20)
    """Seconds for one attempt; there are two."""
    pide_ruc: str | None = None
    pide_user: str | None = None
    pide_password: SecretStr | None = None
    """RENIEC: RUC of the institution, DNI of its registered user, and that user's password."""
    pide_institution: str | None = None
    pide_mac: str | None = None
    pide_ip: str | None = None
    """Migraciones: code of the institution, MAC and IP address it registered."""

    @field_validator("pide_url")
    @classmethod
    def _encrypted(cls, url: str | None) -> str | None:
        """Names of persons travel encrypted, or do not leave the machine."""
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.hostname and (parts.scheme == "https" or _is_loopback(parts.scheme, parts.hostname)):
            return url
        raise ValueError("https")

    @property
    def embedded(self) -> bool:
        """Whether the embedded server is used: no address of another one is given, for any role."""
        return not any(
            (self.database_url, self.database_owner_url, self.database_report_url, self.database_release_url)
        )

    @property
    def witness_path(self) -> Path:
        """Where the witness of releases is written."""
        return self.witness_dir or self.data_dir / "testigo"

    @property
    def root_key_path(self) -> Path:
        """Where the file provider keeps the root key."""
        return self.root_key_file or self.data_dir / "keys" / "root.json"


def _is_loopback(scheme: str, host: str) -> bool:
    return scheme == "http" and host in {"127.0.0.1", "::1", "localhost"}


@lru_cache
def get_settings() -> Settings:
    """The process's settings, read once."""
    return Settings()


def hand_down(**values: object) -> Settings:
    """Put settings given on the command line where this process and its children read them.

    The only writer of the environment: worker processes start anew and know nothing of the options
    their parent was given. `None` leaves a setting as it is.

    Returns:
        The settings as they are now.
    """
    for name, value in values.items():
        if value is not None:
            os.environ[f"RUV_{name.upper()}"] = str(value)
    get_settings.cache_clear()
    return get_settings()
