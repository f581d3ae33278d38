"""The day of who cares for her: the house that took her in, her psychologist, and the services."""

from __future__ import annotations

from tests.web.conftest import OpenPage
from tests.web.scene import SECRETS, Scene
from tests.web.walking import begin


def test_the_house_sees_what_is_due_and_does_it(browser_page: OpenPage, scene: Scene) -> None:
    """A caseworker: an activity, a note, a case by its code and a plan on paper."""
    day = begin(browser_page, scene, "Acogida")
    day.at("/trabajo")
    day.sees("Vencidos", "Responder una derivación", "Nota del caso", "Vencida hace")
    day.knows()
    day.look("mi-trabajo", guide=True)
    with day.within(3):
        day.follow("Actualizar", near="Vencida hace")
        day.look("actividad", guide=True)
        day.choose("En curso")
        day.page.fill("[name=note]", "Tiene cita el jueves, la acompaña la casa.")
        day.press("Guardar")
        day.sees("Se actualizó la actividad.")
    day.at("/trabajo")
    with day.within(2):
        day.page.fill("[name=codigo]", scene.case.lower())
        day.press("Buscar")
        day.at(f"/casos/{scene.case}")
    day.knows("delito")
    day.look("caso", guide=True)
    day.page.goto("/trabajo")
    with day.within(2):
        day.follow("Escribir nota", near=scene.case)
        day.page.fill("[name=text]", "Conversó tranquila con su tía por teléfono.")
        day.press("Guardar nota")
        day.sees("Se guardó la nota.", "Conversó tranquila")
    day.knows("nota de la casa")
    day.look("notas", guide=True)
    day.page.goto("/trabajo")
    with day.within(2):
        day.follow("Revisar", near=scene.case)
        day.look("plan", guide=True)
        with day.page.expect_download() as paper:
            day.follow("Imprimir")
    assert paper.value.suggested_filename.endswith(".pdf")


def test_the_head_of_the_house_answers_who_asks_for_a_place(browser_page: OpenPage, scene: Scene) -> None:
    """A coordinator: before she answers she knows nothing of the woman; afterwards what the house needs."""
    day = begin(browser_page, scene, "CAR")
    asked = scene.waiting["Acogida"]
    day.page.goto(f"/derivaciones/{asked}")
    day.sees("Urgente", "CEM Tambopata")
    day.lacks("Roxana", "Ticona", "/casos/CA-")
    day.look("responder", guide=True)
    day.page.goto("/trabajo")
    with day.within(3):
        day.page.locator(f"main a[href='/derivaciones/{asked}']").first.click()
        day.choose("Aceptar")
        day.press("Enviar respuesta")
        day.sees("Aceptó la derivación.")
    assert day.page.locator("main a[href^='/casos/CA-']").count()
    day.follow("Encargar el caso a otra persona")
    day.sees("Equipo")


def test_her_psychologist_keeps_what_is_only_hers(browser_page: OpenPage, scene: Scene) -> None:
    """The facts and the testimony are closed; nobody else of the house reads what she writes of a session."""
    day = begin(browser_page, scene, "Psicología")
    day.page.goto(f"/casos/{scene.case}/datos")
    day.sees("Reservada")
    day.knows()
    day.page.locator("main tr", has_text="Salud mental").get_by_role("button", name="Abrir").click()
    day.knows("diagnóstico", "nota de sesión")
    day.look("salud-mental")
    day.page.goto(f"/casos/{scene.case}/notas")
    day.page.fill("[name=text]", "Hoy habló de su hermano menor.")
    day.page.select_option("[name=about]", label="Salud mental")
    day.press("Guardar nota")
    day.sees("Se guardó la nota.", "Hoy habló de su hermano menor.")
    house = begin(browser_page, scene, "CAR")
    house.page.goto(f"/casos/{scene.case}/notas")
    house.lacks("Hoy habló de su hermano menor.", SECRETS["nota de sesión"])


def test_a_health_centre_answers_and_sees_health_alone(browser_page: OpenPage, scene: Scene) -> None:
    day = begin(browser_page, scene, "Salud")
    with day.within(3):
        day.page.locator(f"main a[href='/derivaciones/{scene.waiting['Salud']}']").first.click()
        day.choose("Aceptar")
        day.press("Enviar respuesta")
        day.sees("Aceptó la derivación.")
    day.look("derivacion-aceptada", guide=True)
    day.page.goto(f"/casos/{scene.case}")
    day.sees("Reservado")
    day.lacks("/proceso", "/proteccion", scene.units["CAR"], "Casa Amanecer")
    day.knows()
    day.page.goto(f"/casos/{scene.case}/datos")
    day.look("datos", guide=True)
    day.page.locator("main tr", has_text="Salud física").get_by_role("button", name="Abrir").click()
    day.knows("alergia")


def test_a_school_updates_its_activity_and_sees_no_other(browser_page: OpenPage, scene: Scene) -> None:
    day = begin(browser_page, scene, "Programa social")
    assert day.menu()[:3] == ["Mi trabajo", "Casos", "Derivaciones"]
    with day.within(3):
        day.follow("Actualizar", near=scene.case)
        day.choose("En curso")
        day.page.fill("[name=note]", "Matriculada; empieza el lunes.")
        day.press("Guardar")
        day.sees("Se actualizó la actividad.")
    day.page.goto(f"/planes/{scene.plan}")
    day.sees("Actividades de su unidad", "Matrícula y tutoría")
    day.lacks("Quiero terminar la secundaria", "Llamada semanal", "Imprimir", "Casa Amanecer")
    day.knows()
    day.look("plan-de-un-servicio", guide=True)
    day.watch.expect(403)
    day.page.goto("/registrar")
    day.sees("Su función no permite esta operación.")


def test_a_consulate_sees_what_she_agreed_to(browser_page: OpenPage, scene: Scene) -> None:
    day = begin(browser_page, scene, "Consulado")
    with day.within(3):
        day.page.locator(f"main a[href='/derivaciones/{scene.waiting['Consulado']}']").first.click()
        day.choose("Rechazar")
        day.page.select_option("[name=reason]", index=1)
        day.press("Enviar respuesta")
        day.sees("Rechazó la derivación.")
    day.page.goto(f"/casos/{scene.case}/datos")
    day.page.locator("main tr", has_text="Identidad").get_by_role("button", name="Abrir").click()
    day.sees("Su función ve solo una parte", "M.", "••••77")
    day.knows()
    day.lacks("Casa Amanecer", "Explotación")
    day.look("identidad-parcial")
