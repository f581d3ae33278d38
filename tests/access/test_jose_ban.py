"""python-jose is used in one place, and there only for what is safe."""

import ast
from pathlib import Path

import pytest

from app.access import tokens

APP = Path(tokens.__file__).parents[1]
ALLOWED = {
    "jose.jwk",
    "jose.jws",
    "jose.exceptions.JOSEError",
    "jose.backends.cryptography_backend.CryptographyECKey",
}


def _jose_faults(path: str, source: str) -> list[str]:
    """Uses of jose that are not allowed: outside the codec any, inside it all but the few it needs."""
    faults = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found = [name.name for name in names if name.name.split(".")[0] == "jose"]
            case ast.ImportFrom(module=str(module), names=names, level=0) if module.split(".")[0] == "jose":
                found = [f"{module}.{name.name}" for name in names]
            case ast.Attribute(attr=attr) | ast.Name(id=attr) if attr.startswith("get_unverified"):
                found = [attr]
            case ast.Call(
                func=ast.Name(id="__import__") | ast.Attribute(attr="import_module"), args=[argument]
            ):
                found = [ast.unparse(argument)] if "jose" in ast.unparse(argument) else []
            case _:
                found = []
        faults += [f"{path}: {one}" for one in found if path != "access/tokens.py" or one not in ALLOWED]
    return faults


def test_jose_is_used_in_one_place() -> None:
    files = {path.relative_to(APP).as_posix(): path.read_text() for path in APP.rglob("*.py")}
    assert len(files) > 10
    assert [fault for path, source in files.items() for fault in _jose_faults(path, source)] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("api/auth.py", "from jose import jws"),
        ("api/auth.py", "import jose"),
        ("api/auth.py", "import jose.jwt as tokens"),
        ("api/auth.py", "def f():\n    from jose.jwt import decode"),
        ("api/auth.py", "import importlib\nimportlib.import_module('jose.jws')"),
        ("access/tokens.py", "from jose import jwe"),
        ("access/tokens.py", "from jose import jwt"),
        ("access/tokens.py", "from jose import jws\njws.get_unverified_header('x')"),
    ],
)
def test_another_use_of_jose_would_be_noticed(path: str, source: str) -> None:
    assert _jose_faults(path, source)
