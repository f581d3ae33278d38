"""A data folder copied from under its running server: said, and ended, instead of tried for ever."""

from __future__ import annotations

from .conftest import PlainUser

COPY_AND_START = """
import shutil, signal, sys
from pathlib import Path
from app.postgres import ServerOptions, ServerStartError, ensure_server
home, what = Path(sys.argv[1]), sys.argv[2]
at_once = ServerOptions(grace=0.0)
signal.alarm(60)
with ensure_server(home / "datos", options=at_once) as server:
    assert server.socket_dir == home / "datos" / "socket", server.socket_dir
    left_out = shutil.ignore_patterns(".s.PGSQL.5432", *(["postmaster.pid"] if what == "socket" else []))
    shutil.copytree(home / "datos", home / "copia", ignore=left_out)
    (home / "copia").chmod(0o700)
    try:
        ensure_server(home / "copia", options=at_once)
    except ServerStartError as refused:
        print(refused)
    server.close(wait=30.0)
for lock in (home / "copia").rglob("*.lock"):
    print(lock.relative_to(home / "copia"))
# The lock files that stay behind name a process that is gone: nothing stands in the way now.
with ensure_server(home / "copia", options=at_once) as copy:
    print("copia", copy.version)
    copy.close(wait=30.0)
"""


def started(user: PlainUser, what: str) -> str:
    done = user.run(COPY_AND_START, str(user.home), what)
    assert done.returncode == 0, f"{done.returncode}: {done.stderr}"
    return done.stdout


def test_a_copy_of_a_running_folder_is_refused_with_the_reason(plain_user: PlainUser) -> None:
    said = started(plain_user, "todo")
    assert f"es copia de {plain_user.home / 'datos' / 'pgdata'}" in said
    assert "sigue en marcha" in said
    assert "copia 17." in said


def test_the_lock_of_a_copied_socket_alone_is_refused_too(plain_user: PlainUser) -> None:
    said = started(plain_user, "socket")
    assert ".s.PGSQL.5432.lock" in said
    assert "sigue en marcha" in said
    assert "copia 17." in said
