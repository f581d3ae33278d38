"""The components as drawn: whole in every state, safe under the content policy, kind to what was typed."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.datastructures import FormData

from app.records.kinds import today
from app.web.kit.charts import bar_chart, line_chart, map_chart, number, stacked_chart
from app.web.kit.components import examples
from app.web.kit.forms import Form
from app.web.kit.templating import environment

TEMPLATES = Path(__file__).resolve().parents[2] / "app" / "web" / "templates"
IMPORTS = (
    "{% import 'components/display.html' as display with context %}"
    "{% import 'components/forms.html' as forms with context %}"
)


def draw(source: str, **context: Any) -> str:
    return environment.from_string(IMPORTS + source).render(csrf="ficha", **context)


def test_catalogue_shows_every_macro_safely() -> None:
    page = environment.get_template("components/catalogue.html").render(csrf="ficha", **examples())
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert "Undefined" not in page
    assert "None" not in page


def test_catalogue_shows_every_macro() -> None:
    folder = TEMPLATES / "components"
    shown = "".join(file.read_text(encoding="utf-8") for file in folder.glob("catalogue*.html"))
    for name in ("forms", "display", "charts"):
        macros = re.findall(r"macro ([a-z]\w*)\(", (folder / f"{name}.html").read_text(encoding="utf-8"))
        # An error summary is part of every form.
        missing = [macro for macro in macros if f"{name}.{macro}(" not in shown and macro != "errors"]
        assert missing == []


def test_errors_lead_to_their_fields_and_keep_what_was_typed() -> None:
    form = Form(FormData([("nota", "\nUna\n  línea <b>"), ("fecha.anio", "2010")]))
    for field in ("nota", "fecha", "tipo"):
        form.wrong(field, "Corrija esto")
    page = draw(
        "{% call forms.open('/x') %}{% call forms.group('Grupo') %}"
        "{{ forms.textarea('nota', 'Nota', count=10) }}{% endcall %}"
        "{{ forms.date('fecha', 'Fecha', '2001-02-03') }}"
        "{{ forms.radios('tipo', 'Tipo', [('A', 'a')]) }}{% endcall %}",
        form=form,
    )
    for name in ("nota", "fecha", "tipo"):
        assert f'href="#{name}"' in page
        assert len(re.findall(rf'id="{name}"', page)) == 1
    assert ">\nUna\n  línea &lt;b&gt;</textarea>" in page
    assert 'value="2010"' in page
    assert 'name="_csrf" value="ficha"' in page


def test_a_question_with_nothing_to_tick_says_so_and_still_takes_an_error() -> None:
    form = Form(FormData())
    form.wrong("para", "Elija una unidad")
    page = draw("{{ forms.checkboxes('para', '¿A quién?', []) }}", form=form)
    assert "govuk-checkboxes" not in page  # whose script finds no box in it and says so
    assert re.search(r'id="para".*¿A quién\?.*nada que elegir.*Elija una unidad', page, re.DOTALL)


def test_password_is_never_filled_in_again() -> None:
    page = draw(
        "{{ forms.password('clave', 'Contraseña') }}",
        form=Form(FormData([("clave", "secreto-tipeado")])),
    )
    assert "secreto-tipeado" not in page


def test_values_are_escaped_everywhere() -> None:
    bad = "<img src=x>\"'"
    page = draw(
        "{{ forms.input('a', bad, bad, bad) }}{{ forms.select('b', bad, [(bad, bad)], bad, empty=bad) }}"
        "{{ forms.checkboxes('c', bad, [(bad, bad, bad)], [bad]) }}"
        "{{ display.summary([(bad, bad, '/x', bad)]) }}"
        "{{ display.table([bad, bad], [[bad, bad]], bad) }}{{ display.tag(bad) }}{{ display.notice(bad) }}"
        "{{ display.timeline([{'title': bad, 'by': bad, 'at': bad, 'text': bad}]) }}{{ display.masked(bad) }}"
        "{{ display.task_list([{'text': bad, 'status': bad, 'hint': bad}]) }}{{ display.warning(bad) }}"
        "{% call display.details(bad) %}{{ bad }}{% endcall %}"
        "{{ display.sub_navigation([('/x', bad, 'x', bad)], 'x') }}"
        "{{ display.identity_bar({'code': bad, 'initials': bad, 'flags': [(bad, 'red')]}) }}",
        bad=bad,
    )
    assert "<img" not in page
    assert page.count("&lt;img") > 20
    assert "&amp;lt;" not in page
    assert "selected" in page
    assert "checked" in page


@pytest.mark.parametrize(
    ("days", "words", "kind"),
    [
        (-2, "Vencida hace 2 días", "overdue"),
        (-1, "Vencida hace 1 día", "overdue"),
        (0, "Vence hoy", "today"),
        (1, "Vence mañana", "soon"),
        (7, "Vence en 7 días", "soon"),
        (8, "Vence en 8 días", "later"),
    ],
)
def test_due_says_what_the_date_means(days: int, words: str, kind: str) -> None:
    day = today() + timedelta(days=days)
    page = draw("{{ display.due(day) }}", day=day)
    assert f">{words}</span>" in page
    assert f"ruv-due--{kind}" in page
    assert f"{day:%d/%m/%Y}</time>" in page


def test_partial_dates_fill_what_is_known() -> None:
    page = draw("{{ forms.date('f', 'Fecha', '2010-05~') }}")
    assert re.search(r'name="f.anio"[^>]*value="2010"', page)
    assert re.search(r'name="f.mes"[^>]*value="05"', page)
    assert re.search(r'name="f.dia"[^>]*value=""', page)


def test_protected_values_tell_nothing_about_their_size() -> None:
    few, many = bar_chart([("a", None), ("b", 10)]), bar_chart([("a", None), ("b", 9_000)])
    assert few.bars[0] == many.bars[0]
    one, other = stacked_chart([("a", [5, None])]), stacked_chart([("a", [5_000, None])])
    assert one.bars[0].parts == other.bars[0].parts
    assert one.bars[0].text == ""


def test_scales_begin_at_zero_and_hold_every_value() -> None:
    bars = bar_chart([("a", 200), ("b", 100), ("c", 0)]).bars
    assert [bar.width for bar in bars] == [86.0, 43.0, 0.0]
    assert bar_chart([]).bars == ()
    lines = line_chart([("s", [0, None, 37, 12])], ["1", "2", "3", "4"])
    assert [tick.text for tick in lines.ticks] == ["0", "10", "20", "30", "40"]
    assert len(lines.lines[0].points) == 3
    assert len(lines.lines[0].steps) == 1
    assert all(22 <= point.y <= 238 for point in lines.lines[0].points)


def test_map_tells_protected_from_missing() -> None:
    chart = map_chart({"15": 90, "08": 12, "17": None})
    by_name = {region.name: region for region in chart.regions}
    assert (by_name["Lima"].step, by_name["Cusco"].step) == (5, 1)
    assert by_name["Madre de Dios"].protected
    assert by_name["Madre de Dios"].text == ""
    assert not by_name["Puno"].protected
    assert by_name["Puno"].step == 0
    assert map_chart({}).legend == ()
    assert [step.text for step in map_chart({"15": 3, "08": 3}).legend] == ["hasta 3"]


def test_numbers_are_written_as_in_peru() -> None:
    assert [number(value) for value in (1234567, 12.5, 3.0, 0, None)] == ["1,234,567", "12.5", "3", "0", ""]
