"""Rules of the code base that no general linter knows.

Each rule takes the root of a repository and returns its findings as `path:line: what`. Rules that look at the
product read `app/` and `stories/`; the others read every file under version control.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

Rule = Callable[[Path], list[str]]

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
PRODUCT = ("app", "stories")
CODE = (*PRODUCT, "benchmarks", "migrations", "tests")

_READERS = {"select", "exists"}
_SESSION_READERS = {"get", "get_one", "query"}
_WRITERS = {"insert", "update", "delete", "insert_rows"}
_OPENERS = {"unseal", "open_json", "open_text", "open_envelope"}
_OPENING_MODULES = (
    "app/access/opening.py",
    "app/access/opening_drafts.py",
    "app/access/opening_files.py",
    "app/access/opening_rows.py",
    "app/access/opening_sites.py",
    "app/access/comparing.py",
    "app/access/contradicting.py",
    "app/access/reindexing.py",
)
_SEALING = "seal_text"
_SEALERS_BESIDE_THE_UNIT = frozenset({"app/services/plans/progress.py"})
"""Who seals by itself; may only shrink. An activity's step is one statement: people wait for it all day."""
_ENVIRONMENT = {"environ", "environb", "getenv", "putenv"}
_DATABASE_ROLE = "ruv_"
_UNVERIFIED = "get_unverified_"
_ANOTHER_ACTOR = {
    "acting_as", "record_as", "note_broken", "end_other_sessions", "_store_session", "_issue",
}  # fmt: skip


class Source(NamedTuple):
    """One parsed module: its path from the root, and its tree."""

    path: str
    tree: ast.Module

    def at(self, node: ast.stmt | ast.expr, text: str) -> str:
        """A finding at a node."""
        return f"{self.path}:{node.lineno}: {text}"

    def within(self, *places: str) -> bool:
        """Whether the module is one of these files or lies in one of these folders (ending in `/`)."""
        return any(self.path.startswith(p) if p.endswith("/") else self.path == p for p in places)


def sources(root: Path, *folders: str) -> Iterator[Source]:
    """Every module below these folders of the root, parsed."""
    for folder in folders:
        for file in sorted((root / folder).rglob("*.py")):
            yield Source(file.relative_to(root).as_posix(), _parsed(file.read_text(encoding="utf-8")))


@cache
def _parsed(text: str) -> ast.Module:
    """The tree of a text, which no rule changes: most rules read every module."""
    return ast.parse(text)


def _calls(source: Source) -> Iterator[tuple[ast.Call, str]]:
    """Calls with the last name of what they call: `a.b.c()` and `c()` both give `c`."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node, node.func.attr
            elif isinstance(node.func, ast.Name):
                yield node, node.func.id


def _imports(source: Source) -> Iterator[tuple[ast.stmt, str]]:
    """Absolute dotted names a module imports: `from a import b` gives `a.b`."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield node, f"{node.module}.{alias.name}"


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | {
        n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)
    }


def no_commit_below_the_edge(root: Path) -> list[str]:
    """The transaction belongs to who opened the session: services, policy, audit and routes never commit."""
    return [
        source.at(call, "commit() belongs to the edge")
        for source in sources(
            root, "app/services", "app/access", "app/audit", "app/matching", "app/api", "stories"
        )
        for call, name in _calls(source)
        if name == "commit"
    ]


def person_tables(root: Path) -> set[str]:
    """Model classes that hold a person's data: `Victim` and every table keyed by `victim_id`."""
    return {
        node.name
        for source in sources(root, "app/models")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef)
        and (node.name == "Victim" or any(_declares(line, "victim_id") for line in node.body))
    }


def _declares(statement: ast.stmt, column: str) -> bool:
    return (
        isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and statement.target.id == column
    )


def persons_are_read_where_nothing_is_written(root: Path) -> list[str]:
    """A person's tables are read by use cases and the policy only; a module that reads them writes nothing.

    So what is shown of a person, and to whom, is read in one place, apart from what changes it.
    """
    tables = person_tables(root)
    return [
        source.at(call, f"reads {', '.join(sorted(tables & _names(call)))}: belongs apart from what writes")
        for source in sources(root, *PRODUCT)
        if not source.within("app/access/", "app/models/", "app/audit/")
        and not (source.within("app/services/") and not _writes(source))
        for call, name in _calls(source)
        if (name in _READERS and tables & _named_in_arguments(call))
        or (name in _SESSION_READERS and call.args and tables & _names(call.args[0]))
    ]


def _writes(source: Source) -> bool:
    """Whether a module takes from SQLAlchemy, or from `app.db`, what writes rows."""
    return any(
        name.rpartition(".")[2] in _WRITERS and name.startswith(("sqlalchemy.", "app.db."))
        for _, name in _imports(source)
    )


def _named_in_arguments(call: ast.Call) -> set[str]:
    return set().union(*(_names(argument) for argument in call.args))


def sealed_data_is_opened_in_one_place(root: Path) -> list[str]:
    """Sealed data is opened after policy and trace, by `access/opening*.py`; to compare, by `comparing.py`.

    To see whether two can be one person, by `contradicting.py`; to rebuild look-up tokens, by
    `reindexing.py`. Keys are opened in `access/`.
    """
    findings = []
    for source in sources(root, *PRODUCT):
        if source.within("app/vault/", *_OPENING_MODULES):
            continue
        findings += [
            source.at(node, f"imports {name}")
            for node, name in _imports(source)
            if name.startswith("app.vault") and name.rpartition(".")[2] in _OPENERS
        ]
        findings += [
            source.at(call, f"calls {name}()")
            for call, name in _calls(source)
            if isinstance(call.func, ast.Attribute)
            and (name in _OPENERS or (name == "open_dek" and not source.within("app/access/")))
        ]
    return findings


def one_module_knows_the_token_library(root: Path) -> list[str]:
    """`jose` is imported by one module; its encryption and its unverified readers by none."""
    found = [
        (source, node, name)
        for source in sources(root, *PRODUCT)
        for node, name in _imports(source)
        if name.split(".")[0] == "jose"
    ]
    modules = sorted({source.path for source, _, _ in found})
    several = [f"{path}:1: one of {len(modules)} modules that import jose" for path in modules[1:]]
    return several + [
        source.at(node, f"{name} must not be used")
        for source, node, name in found
        if "jwe" in name.split(".") or name.rpartition(".")[2].startswith(_UNVERIFIED)
    ]


def ciphers_live_in_the_vault(root: Path) -> list[str]:
    """Symmetric encryption is the vault's alone."""
    return [
        source.at(node, f"imports {name}")
        for source in sources(root, *PRODUCT)
        if not source.within("app/vault/")
        for node, name in _imports(source)
        if name.startswith(("cryptography.hazmat.primitives.ciphers", "cryptography.fernet"))
    ]


def no_role_is_compared(root: Path) -> list[str]:
    """What a role may do comes from the policy file: no code compares a role with a literal.

    Roles of the database (`ruv_app` and the like) are another thing.
    """
    return [
        source.at(node, "compares a role: ask the policy")
        for source in sources(root, *PRODUCT)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Compare)
        and any(_is_role(side) for side in (node.left, *node.comparators))
        and any(_is_text(side) for side in (node.left, *node.comparators))
    ]


def _is_role(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "role") or (
        isinstance(node, ast.Name) and node.id == "role"
    )


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return any(_is_text(item) for item in node.elts)
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and not node.value.startswith(_DATABASE_ROLE)
    )


def only_the_command_line_prints(root: Path) -> list[str]:
    """Standard output belongs to `ruv`."""
    return [
        source.at(call, "print()")
        for source in sources(root, *PRODUCT)
        if not source.within("app/cli/")
        for call, name in _calls(source)
        if name == "print" and isinstance(call.func, ast.Name)
    ]


def one_reader_of_the_environment(root: Path) -> list[str]:
    """Settings come from `config.py`; what the operating system says of itself, from `postgres/host.py`."""
    return [
        source.at(node, f"os.{name}")
        for source in sources(root, *PRODUCT)
        if not source.within("app/config.py", "app/postgres/host.py")
        for node, name in _environment_uses(source)
    ]


def _environment_uses(source: Source) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in _ENVIRONMENT
            and isinstance(node.value, ast.Name)
            and node.value.id == "os"
        ):
            yield node, node.attr
    for statement, name in _imports(source):
        module, _, last = name.rpartition(".")
        if module == "os" and last in _ENVIRONMENT:
            yield statement, last


def files_and_functions_stay_small(root: Path) -> list[str]:
    """No module over 400 lines, no function over 60."""
    findings = []
    for source in sources(root, *CODE):
        lines = len((root / source.path).read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE:
            findings.append(f"{source.path}:1: {lines} lines")
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    findings.append(source.at(node, f"{node.name} has {length} lines"))
    return findings


def who_acts_is_one_object(root: Path) -> list[str]:
    """A function takes an `Act`, not a session and an actor, which might not belong together.

    But for the few that are told of an actor to whom the session is not bound: signing in, and a proxy.
    """
    return [
        source.at(node, f"{node.name} takes a session and an actor")
        for source in sources(root, "app", "stories")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name not in _ANOTHER_ACTOR
        if {"session", "actor"} <= {argument.arg for argument in _arguments(node)}
    ]


def purposes_are_chosen_at_the_edge(root: Path) -> list[str]:
    """No use case and no policy says by itself what a person is looked at for."""
    return [
        source.at(node, f"{node.name} has a purpose of its own")
        for source in sources(root, "app/services", "app/access")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if any(name == "purpose" for name, _default in _defaults(node))
    ]


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def _defaults(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, ast.expr]]:
    """Arguments that may be left out, and what they are then."""
    positional = [*node.args.posonlyargs, *node.args.args]
    last = positional[len(positional) - len(node.args.defaults) :]
    for argument, default in zip(last, node.args.defaults, strict=True):
        yield argument.arg, default
    for argument, found in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if found is not None and not (isinstance(found, ast.Constant) and found.value is None):
            yield argument.arg, found


def refusals_are_made_in_one_place(root: Path) -> list[str]:
    """What is wrong with a field is said by `app.errors.wrong`, so that none forgets a part of it."""
    return [
        source.at(node, "a refusal of a field made by hand")
        for source in sources(root, "app", "stories")
        if not source.within("app/errors.py", "app/records/")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Dict)
        if {"field", "code", "message"} <= {key.value for key in node.keys if isinstance(key, ast.Constant)}
        if not _copies(node)
    ]


def _copies(node: ast.Dict) -> bool:
    """Whether it only repeats the parts of another."""
    return all(isinstance(value, ast.Subscript | ast.BinOp | ast.JoinedStr) for value in node.values)


def rows_are_written_by_one_unit(root: Path) -> list[str]:
    """What people write is sealed by `app.services.writing`, with its code, its row and its event.

    Who need not be an exception any more is none.
    """
    findings = []
    for source in sources(root, "app/services"):
        uses = [node for node, name in _imports(source) if name.endswith(f".{_SEALING}")]
        uses += [call for call, name in _calls(source) if name == _SEALING]
        if source.path in _SEALERS_BESIDE_THE_UNIT and not uses:
            findings.append(f"{source.path}:1: seals nothing: no exception any more")
        elif not source.within("app/services/writing.py", *_SEALERS_BESIDE_THE_UNIT):
            findings += [source.at(node, "seals a text by itself: use Writing") for node in uses]
    return findings


def each_writing_leaves_its_event(root: Path) -> list[str]:
    """Who begins a `Writing` ends it: `done` or `tell` in the same function."""
    return [
        source.at(node, f"{node.name} leaves no event: call done()")
        for source in sources(root, "app/services")
        if any(name == "app.services.writing.Writing" for _, name in _imports(source))
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef)
        for names in [{name for _, name in _calls(Source(source.path, ast.Module([node], [])))}]
        if "Writing" in names and not names & {"done", "tell"}
    ]


CODE_RULES: tuple[Rule, ...] = (
    no_commit_below_the_edge,
    persons_are_read_where_nothing_is_written,
    sealed_data_is_opened_in_one_place,
    one_module_knows_the_token_library,
    ciphers_live_in_the_vault,
    no_role_is_compared,
    only_the_command_line_prints,
    one_reader_of_the_environment,
    files_and_functions_stay_small,
    who_acts_is_one_object,
    purposes_are_chosen_at_the_edge,
    refusals_are_made_in_one_place,
    rows_are_written_by_one_unit,
    each_writing_leaves_its_event,
)
