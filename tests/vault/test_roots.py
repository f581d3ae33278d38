"""Root keys: a file nobody else reads, never half written, several keys so that it can be rotated."""

import base64
import json
import os
import stat
import threading
from pathlib import Path

import pytest

from app.vault import EnvRoot, FileRoot, KeyBroken, RootKey, RootKeyError, UnknownKey, root_from
from app.vault import rootfile as files

KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(params=["file", "env"])
def any_root(request: pytest.FixtureRequest, tmp_path: Path) -> RootKey:
    if request.param == "env":
        return root_from("env", value=KEY)
    FileRoot.create(tmp_path / "root")
    return root_from("file", path=tmp_path / "root")


def test_wrapping(any_root: RootKey) -> None:
    key_id = any_root.current_id()
    wrapped = any_root.wrap(b"k" * 32, b"health 1")
    assert any_root.unwrap(wrapped, b"health 1", key_id) == b"k" * 32
    assert any_root.wrap(b"k" * 32, b"health 1") != wrapped
    for context, raw in ((b"health 2", wrapped), (b"", wrapped), (b"health 1", wrapped[:-1]), (b"", b"")):
        with pytest.raises(KeyBroken):
            any_root.unwrap(raw, context, key_id)
    for other in ("", "file-0", key_id.upper()):
        with pytest.raises(UnknownKey):
            any_root.unwrap(wrapped, b"health 1", other)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601, 0o610, 0o620, 0o777])
def test_a_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "root"
    FileRoot.create(path)
    path.chmod(mode)
    with pytest.raises(RootKeyError, match="Otras cuentas"):
        FileRoot(path)
    path.chmod(0o400)
    FileRoot(path)


def test_a_link_is_judged_by_what_it_points_to(tmp_path: Path) -> None:
    FileRoot.create(tmp_path / "root").current_id()
    (tmp_path / "link").symlink_to(tmp_path / "root")
    FileRoot(tmp_path / "link")
    (tmp_path / "root").chmod(0o644)
    with pytest.raises(RootKeyError, match="Otras cuentas"):
        FileRoot(tmp_path / "link")


def test_a_file_of_another_account_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FileRoot.create(tmp_path / "root")
    owner = (tmp_path / "root").stat().st_uid
    if owner == 0:
        os.chown(tmp_path / "root", 4321, -1)
        owner = 4321
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(RootKeyError, match="otra cuenta"):
        FileRoot(tmp_path / "root")


def test_missing_directory_and_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(RootKeyError, match="No existe"):
        FileRoot(tmp_path / "none")
    for odd in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(RootKeyError, match="regular"):
            FileRoot(odd)


def test_creating(tmp_path: Path) -> None:
    path = tmp_path / "data" / "keys" / "root"
    mask = os.umask(0)
    try:
        first = FileRoot.create(path)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["root"], "nothing is left aside"
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        FileRoot.create(path)
    assert path.read_bytes() == before
    assert FileRoot.open_or_create(path).current_id() == first.current_id()


def test_many_starting_at_once_agree_on_one_key(tmp_path: Path) -> None:
    ids: list[str] = []
    start = threading.Barrier(8)

    def begin() -> None:
        start.wait()
        ids.append(FileRoot.open_or_create(tmp_path / "root").current_id())

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1


def test_rotations_at_once_lose_no_key(tmp_path: Path) -> None:
    FileRoot.create(tmp_path / "root")
    threads = [threading.Thread(target=FileRoot(tmp_path / "root").rotate) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(FileRoot(tmp_path / "root").key_ids()) == 9
    assert stat.S_IMODE((tmp_path / "root").stat().st_mode) == 0o600


def test_rotating_and_forgetting(tmp_path: Path) -> None:
    root = FileRoot.create(tmp_path / "root")
    old = root.current_id()
    wrapped = root.wrap(b"k" * 32, b"")
    new = root.rotate()
    assert root.key_ids() == FileRoot(tmp_path / "root").key_ids() == (old, new)
    assert root.unwrap(wrapped, b"", old) == b"k" * 32
    with pytest.raises(KeyBroken):
        root.unwrap(wrapped, b"", new)
    with pytest.raises(RootKeyError, match="en uso"):
        root.forget(new)
    with pytest.raises(UnknownKey):
        root.forget("file-none")
    root.forget(old)
    with pytest.raises(UnknownKey):
        FileRoot(tmp_path / "root").unwrap(wrapped, b"", old)


def test_a_failed_write_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = FileRoot.create(tmp_path / "root")
    before = (tmp_path / "root").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RootKeyError, match="actualizar"):
        root.rotate()
    with pytest.raises(RootKeyError, match="crear"):
        FileRoot.create(tmp_path / "new")
    assert (tmp_path / "root").read_bytes() == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [".root.lock", "root"]


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RootKeyError, match="crear"):
        FileRoot.create(tmp_path / "file" / "root")
    with pytest.raises(RootKeyError):
        FileRoot(tmp_path / "file" / "root")


GOOD = {"format": "ruv-root-1", "current": "a", "keys": {"a": KEY}}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "[" * 30_000, "\ud7ff", json.dumps(GOOD | {"format": "ruv-root-2"}),
     json.dumps(GOOD | {"current": "b"}), json.dumps(GOOD | {"current": ["a"]}),
     json.dumps(GOOD | {"keys": {"a": KEY[:-8]}}), json.dumps(GOOD | {"keys": {"a": "?" + KEY}}),
     json.dumps(GOOD | {"keys": [KEY]}), json.dumps(GOOD | {"keys": {"a": 7}}), json.dumps(GOOD) + "}"],
)  # fmt: skip
def test_a_damaged_file_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "root"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(RootKeyError, match="dañado") as refused:
        FileRoot(path)
    assert refused.value.__context__ is None


def test_the_environment_takes_either_alphabet() -> None:
    key = bytes([0xFB, 0xFF] * 16)
    ids = {
        EnvRoot(text).current_id()
        for text in (base64.b64encode(key).decode(), base64.urlsafe_b64encode(key).decode().rstrip("="))
    }
    assert len(ids) == 1
    assert ids != {EnvRoot(KEY).current_id()}


@pytest.mark.parametrize("value", ["", "corta", KEY[:-4], KEY + "AAAA", "ñ" * 44, KEY.replace("A", "*")])
def test_a_bad_setting_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(RootKeyError, match="32 bytes") as refused:
        EnvRoot(value)
    assert not value or value not in str(refused.value)


def test_choosing_a_provider() -> None:
    for provider, named in (("file", "ruta"), ("env", "configuración"), ("kms", "desconocido")):
        with pytest.raises(RootKeyError, match=named):
            root_from(provider)


def test_repr_shows_ids_only(tmp_path: Path) -> None:
    root = FileRoot.create(tmp_path / "root")
    content = files.read_file(tmp_path / "root")
    assert repr(root) == f"<FileRoot {root.current_id()}>"
    assert repr(content) == f"<RootFile {root.current_id()}>"
    assert KEY not in repr(EnvRoot(KEY))
