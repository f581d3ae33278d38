"""The one Jinja environment: macros, words, dates and code labels that every template may use."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from babel.dates import format_date
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader, PrefixLoader
from markupsafe import Markup, escape

from app import __version__, states
from app.catalogues import code_list
from app.records.kinds import LIMA, today
from app.web import i18n
from app.web.kit.charts import bar_chart, line_chart, map_chart, stacked_chart
from app.web.kit.keeping import typed
from app.web.kit.static import static


def day(value: Any) -> str:
    """A date as dd/mm/yyyy in Lima's time; also ISO texts, of a month or year alone too (`~`: estimated)."""
    if isinstance(value, datetime):
        value = value.astimezone(LIMA).date() if value.tzinfo else value.date()
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if not value:
        return ""
    parts = str(value).removesuffix("~")[:10].split("-")
    shown = "/".join(reversed(parts))
    return i18n.gettext("hacia %(date)s") % {"date": shown} if str(value).endswith("~") else shown


def moment(value: datetime | None) -> str:
    """A moment as dd/mm/yyyy hh:mm in Lima's time."""
    return value.astimezone(LIMA).strftime("%d/%m/%Y %H:%M") if value else ""


def long_day(value: date) -> str:
    """A date in words."""
    locale = {"en": "en", "quz": "quz_PE"}.get(i18n.language(), "es_PE")
    return format_date(value, "long", locale=locale)


def label(code: Any, codes: str) -> str:
    """The label of a code of a list; several codes are joined; an unknown one stays as it is."""
    if code is None or code == "":
        return ""
    if isinstance(code, (list, tuple)):
        return ", ".join(label(each, codes) for each in code)
    return code_list(codes).labels.get(str(code), str(code))


def options(codes: str, only: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """The codes of a list with their labels, for a control; `only` keeps some, in their order."""
    known = code_list(codes)
    return [(code, known.label(code)) for code in (only if only is not None else known.codes)]


def with_choices(select: Markup, wanted: Sequence[Sequence[object]], chosen: str, empty: str = "") -> Markup:
    """A drawn, empty select with its options; a macro for each of some hundreds would take most of the time.

    Args:
        wanted: value and text of each; what comes after is left.
        empty: text of a first, empty choice; without it there is none.
    """
    made = [f'<option value="">{escape(empty)}</option>'] if empty else []
    for value, text, *_ in wanted:
        mark = " selected" if str(value) == chosen else ""
        made.append(f'<option value="{escape(value)}"{mark}>{escape(text)}</option>')
    inside = "\n".join(made)
    return Markup(str.replace(select, "</select>", f"{inside}\n</select>"))  # noqa: S704 - each part is escaped


class _Environment(Environment):
    """An environment whose templates all see the same globals.

    A template that could have some of its own sees them through a chain of dictionaries, which is walked name
    by name at every import of a page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The environment's own.

        Raises:
            ValueError: some of a template's own were given.
        """
        if d:
            raise ValueError("no template has globals of its own")
        return self.globals


def _environment() -> Environment:
    own = PackageLoader("app.web", "templates")
    govuk = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja", "templates")})
    made = _Environment(
        loader=ChoiceLoader([own, govuk]),
        autoescape=True,
        undefined=ChainableUndefined,  # the macros of govuk-frontend-jinja read parameters nobody gave
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(day=day, moment=moment, long_day=long_day, label=label)
    made.tests["typed"] = typed
    made.globals.update({name: getattr(states, name) for name in states.__all__})
    made.globals.update(
        printed_at=lambda: moment(datetime.now(UTC)),
        static=static,
        options=options,
        with_choices=with_choices,
        version=__version__,
        languages=i18n.NAMES,
        today=today,
        clock=lambda: datetime.now(LIMA).strftime("%H:%M"),
        bar_chart=bar_chart,
        stacked_chart=stacked_chart,
        line_chart=line_chart,
        map_chart=map_chart,
    )
    return made


environment = _environment()
