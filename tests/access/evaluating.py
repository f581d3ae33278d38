"""What a query finds among rows that are at hand, as SQL means it: no server is needed to ask.

Of SQL it knows what the queries of who sees what are made of; of anything else it says so.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Select
from sqlalchemy.sql import elements, functions, operators
from sqlalchemy.sql.selectable import Alias, FromClause, Join

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]
"""The rows of each table by its name; a column that a row leaves out is null."""
Bound = dict[int, Row]
_COMPARED: dict[Any, Callable[[Any, Any], Any]] = {
    operators.eq: operator.eq,
    operators.ne: operator.ne,
    operators.lt: operator.lt,
    operators.le: operator.le,
    operators.gt: operator.gt,
    operators.ge: operator.ge,
    operators.in_op: lambda one, many: one in many,
    operators.not_in_op: lambda one, many: one not in many,
}
_SOURCES: WeakKeyDictionary[Select[Any], Sequence[FromClause]] = WeakKeyDictionary()
"""What each query selects from: costly to find out."""


class Asked:
    """Rows, and what the functions of the database would answer."""

    def __init__(self, rows: Rows, **functions: Callable[..., Any]) -> None:
        self._rows = rows
        self._functions = functions
        self._given: Mapping[str, Any] = {}

    def all(self, query: Select[Any]) -> list[tuple[Any, ...]]:
        """What the query finds."""
        self._given = query._params
        return [tuple(self._value(column, bound) for column in query.selected_columns)
                for bound in self._found(query, {})]  # fmt: skip

    def _found(self, query: Select[Any], outer: Bound) -> Iterator[Bound]:
        """Every combination of rows that the query is true of; what stands outside is not looked for anew."""
        if query not in _SOURCES:
            _SOURCES[query] = query.get_final_froms()
        sources = [one for one in _SOURCES[query] if hash(one) not in outer]
        for combined in product(*(list(self._of(source, outer)) for source in sources)):
            bound = dict(outer)
            for part in combined:
                bound |= part
            if query.whereclause is None or self._value(query.whereclause, bound) is True:
                yield bound

    def _of(self, source: FromClause, outer: Bound) -> Iterator[Bound]:
        if isinstance(source, Join):
            for left, right in product(self._of(source.left, outer), self._of(source.right, outer)):
                if source.onclause is None or self._value(source.onclause, outer | left | right) is True:
                    yield left | right
        else:
            table = source.element if isinstance(source, Alias) else source
            yield from ({hash(source): row} for row in self._rows.get(str(table), ()))

    def _value(self, what: Any, bound: Bound) -> Any:
        match what:
            case elements.Grouping() | elements.AsBoolean():
                return self._value(what.element, bound)
            case elements.BooleanClauseList():
                return _together(what.operator, (self._value(one, bound) for one in what.clauses))
            case elements.UnaryExpression():
                return self._alone(what, bound)
            case elements.BinaryExpression():
                return self._compared(what, bound)
            case elements.BindParameter():
                return self._given.get(what.key, what.effective_value)
            case elements.Null() | elements.True_() | elements.False_():
                return {"null": None, "true": True, "false": False}[what.__visit_name__]
            case functions.FunctionElement():
                return self._functions[what.name](*(self._value(one, bound) for one in what.clauses))
            case elements.ColumnClause():
                return bound[hash(what.table)].get(what.key)
        raise NotImplementedError(type(what))

    def _alone(self, what: elements.UnaryExpression[Any], bound: Bound) -> Any:
        if what.operator is operators.exists:
            query = what.element
            while not isinstance(query, Select):
                query = query.element  # type: ignore[attr-defined]
            return next(self._found(query, bound), None) is not None
        if what.operator is operators.inv:
            value = self._value(what.element, bound)
            return None if value is None else not value
        raise NotImplementedError(what.operator)

    def _compared(self, what: elements.BinaryExpression[Any], bound: Bound) -> Any:
        left = self._value(what.left, bound)
        if isinstance(what.right, elements.CollectionAggregate):
            many = self._value(what.right.element, bound)
            return None if many is None else any(_COMPARED[what.operator](left, one) for one in many)
        right = self._value(what.right, bound)
        if what.operator in {operators.is_, operators.is_not}:
            return (left is right) is (what.operator is operators.is_)
        if left is None or right is None:
            return None
        if isinstance(what.operator, operators.custom_op):
            return {"&": operator.and_, "|": operator.or_}[what.operator.opstring](left, right)
        return _COMPARED[what.operator](left, right)


def _together(how: Any, values: Iterable[bool | None]) -> bool | None:
    """The three-valued logic of SQL; no further than to the value that decides."""
    decides = how is operators.or_
    unknown = False
    for value in values:
        if value is decides:
            return decides
        unknown = unknown or value is None
    return None if unknown else not decides
