"""Small wrong changes of a module's source, one at a time: what its tests are there to find.

Changed are comparisons, conditions, numbers, codes, arithmetic and what a literal lists; statements are left
out.
Not changed: docstrings and sentences for people, annotations, decorators, and what is imported.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from typing import NamedTuple

CODE = re.compile(r"\w{2,}")
"""A text that is a code or a name, not a sentence."""
_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
}
_UNTOUCHED = {"annotation", "returns", "decorator_list", "type_params"}


class Mutant(NamedTuple):
    """A changed source: on which line, what stood there and what stands there now."""

    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.line}: {_short(self.before)} -> {_short(self.after)}"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 90 else f"{flat[:87]}..."


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a source, in the order of its lines."""
    tree = ast.parse(source)
    for place in sorted(_places(tree, ()), key=lambda at: getattr(_at(tree, at), "lineno", 0)):
        node = _at(tree, place)
        for changed in _changes(node):
            yield Mutant(node.lineno, ast.unparse(node), _said(changed), _with(tree, place, changed))


Place = tuple[tuple[str, int | None], ...]
"""The way from the module to a node: fields, with the position where a field is a list."""


def _places(node: ast.AST, way: Place) -> Iterator[Place]:
    for name, value in ast.iter_fields(node):
        if name in _UNTOUCHED:
            continue
        children = enumerate(value) if isinstance(value, list) else [(None, value)]
        for at, child in children:
            if isinstance(child, ast.AST) and not _silent(child) and not _listed(node, child):
                here = (*way, (name, at))
                if hasattr(child, "lineno"):
                    yield here
                yield from _places(child, here)


def _silent(node: ast.AST) -> bool:
    """A docstring, a note beside a value, an import, or a formatted text."""
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return text or isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr)


def _listed(node: ast.AST, child: ast.AST) -> bool:
    """A text among what a literal lists: that it is left out there is enough."""
    listing = isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict)
    return listing and isinstance(child, ast.Constant) and isinstance(child.value, str)


def _at(tree: ast.AST, way: Place) -> ast.expr | ast.stmt:
    node: object = tree
    for name, at in way:
        value = getattr(node, name)
        node = value if at is None else value[at]
    assert isinstance(node, ast.AST)
    return node  # type: ignore[return-value]


def _with(tree: ast.Module, way: Place, changed: ast.AST) -> str:
    other = copy.deepcopy(tree)
    parent: object = other
    for name, at in way[:-1]:
        value = getattr(parent, name)
        parent = value if at is None else value[at]
    name, at = way[-1]
    if at is None:
        setattr(parent, name, changed)
    else:
        getattr(parent, name)[at] = changed
    return ast.unparse(ast.fix_missing_locations(other))


def _said(node: ast.AST) -> str:
    return "nothing" if isinstance(node, ast.Pass) else ast.unparse(node)


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.stmt):
        yield from _statement(node)
    elif isinstance(node, ast.Constant):
        yield from _constant(node)
    elif isinstance(node, ast.List | ast.Tuple | ast.Set) and len(node.elts) > 1:
        for n in range(len(node.elts)):
            yield _changed(node, elts=[*node.elts[:n], *node.elts[n + 1 :]])
    elif isinstance(node, ast.Dict):
        for n in range(len(node.keys)):
            yield _changed(
                node,
                keys=[*node.keys[:n], *node.keys[n + 1 :]],
                values=[*node.values[:n], *node.values[n + 1 :]],
            )
    else:
        yield from _expression(node)


def _statement(node: ast.stmt) -> Iterator[ast.AST]:
    if isinstance(node, ast.Expr | ast.Raise | ast.AugAssign | ast.Continue | ast.Break):
        yield ast.Pass()
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.If | ast.While) and not isinstance(node.test, ast.Compare | ast.UnaryOp):
        yield _changed(node, test=ast.UnaryOp(ast.Not(), node.test))


def _expression(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for n, operator in enumerate(node.ops):
            for other in _COMPARED[type(operator)]:
                yield _changed(node, ops=[*node.ops[:n], other(), *node.ops[n + 1 :]])
    elif isinstance(node, ast.BoolOp):
        yield _changed(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in _RECKONED:
        yield _changed(node, op=_RECKONED[type(node.op)]())
    elif isinstance(node, ast.IfExp) and not isinstance(node.test, ast.Compare | ast.UnaryOp):
        yield _changed(node, test=ast.UnaryOp(ast.Not(), node.test))


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)
    elif isinstance(node.value, str) and CODE.fullmatch(node.value):
        yield ast.Constant(f"{node.value}_")


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
