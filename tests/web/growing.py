"""One more of each thing that the register lists: about the girl of the day, a woman, and the house."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from app.records.kinds import today
from tests.access.accounts import code_of
from tests.cases.story import API, mandate, move, ok, refer, unit_code
from tests.directory.test_directory import place, service
from tests.evidence.samples import photo
from tests.plans.test_follow_ups import CONTACT, following
from tests.plans.test_reviews import HELD
from tests.web.scene import Scene

TODAY = today().isoformat()
PARTS = ("identity", "contact", "health", "legal", "protection", "plan")
LATER = (today() + timedelta(days=60)).isoformat()
Codes = dict[str, Any]


def opened(scene: Scene) -> Codes:
    """What everything else is added to: a woman's case, the house and its institution with two who run it."""
    find = "SELECT i.code FROM unit u JOIN institution i ON i.id = u.institution_id WHERE u.code = %(c)s"
    ((institution,),) = scene.run(find, c=scene.units["CAR"])
    central = scene.world.unit("CENTRAL", institution=institution)
    scene.actors["Segunda"] = scene.world.actor("institution_admin", unit=central)
    scene.units["Segunda"] = central
    codes = {"house": scene.units["CAR"], "institution": institution, "plan": scene.plan}
    codes |= {"account": code_of(scene.world, scene.actors["CAR"]), "girl": scene.victim, "case": scene.case}
    woman = _registered(scene, "CEM", "Rosa", 0, age_years=30)
    objecting = _case(scene, "CEM", _registered(scene, "CEM", "Elsa", 0, age_years=31))
    codes |= {"woman": woman, "hers": _case(scene, "CEM", woman), "objecting": objecting}
    codes["signed"] = _plan_of(scene, "Olga", 0)
    _signed(scene, codes["signed"], 0)
    followed, contacts = following(scene.world)
    scene.actors["Seguimiento"] = followed.person.officer
    scene.units["Seguimiento"] = unit_code(scene.world, followed.person.officer)
    return codes | {"followed": followed.code, "contact": contacts[0]}


def one_more(scene: Scene, n: int, codes: Codes) -> None:
    """Add one of each, the `n`-th; the codes of what is there in `codes`, of each the first."""
    added = _of_the_girl(scene, n) | _of_the_woman(scene, n, codes)
    added |= _of_the_plan(scene, n) | _of_the_house(scene, n) | _of_the_institution(scene, n, codes)
    for name, code in added.items():
        codes.setdefault(name, code)
    scan = f"{API}/consents/{codes['consent']}/scans"
    ok(scene.desks["UPE"].client.post(scan, content=photo(), headers={"Idempotency-Key": f"scan-{n}"}), 201)
    _out_and_back(scene, codes["stay"])
    codes["last"] = _signed(scene, codes["signed"], n)
    attempt = f"/plans/{codes['followed']}/follow-ups/{codes['contact']}/contacts"
    scene.post("Seguimiento", attempt, **CONTACT | {"result": "NO_UBICADA"})


def _of_the_girl(scene: Scene, n: int) -> Codes:
    case, sister = f"/cases/{scene.case}", _registered(scene, "UPE", "Luz", n, age_years=9)
    scene.post(
        "UPE", f"/victims/{scene.victim}/family", relative=sister, link={"relation": "HERMANA_HERMANO"}
    )
    scene.post("CAR", f"{case}/notes", kind="SEGUIMIENTO", about="plan", text=f"Nota {n}")
    done = {"service_type": "SALUD", "delivered_on": TODAY, "attendance": "ATENDIDA"}
    scene.post("CAR", f"{case}/services", **done)
    scene.post(
        "Fiscalía", f"{case}/protection-measures", type="ALEJAMIENTO", until=LATER, authority="Juzgado"
    )
    file = {"file_number": f"2060{n:09d}-2026-1-0", "office": "Primera FISTRAP"}
    kind = {"kind": "CARPETA_FISCAL", "department": "17"}
    scene.post("Fiscalía", f"{case}/proceedings", proceeding=kind, link=file)
    scene.write("UPE", "contact", mobile_phone=f"9632587{n:02d}")
    asked = {"kind": "ACCESO", "channel": "PRESENCIAL", "by_whom": "UPE", "received_on": TODAY}
    request = scene.post("UPE", "/data-requests", victim=scene.victim, **asked)["code"]
    assent = {"given_by": "ASENTIMIENTO_NNA", "backed_by": "UPE"}
    consent = scene.consents("UPE", "Defensa", "identity", "legal", **assent)
    held = {"case": _case(scene, "UPE", sister), "group": "NNA_MUJERES", "unit": scene.units["CAR"]}
    hold = scene.post("UPE", "/shelters/holds", legal_basis="INTERES_SUPERIOR", **held)["code"]
    return {
        "request": request,
        "consent": consent,
        "stay": scene.post("CAR", "/placements", hold=hold)["code"],
    }


def _of_the_woman(scene: Scene, n: int, codes: Codes) -> Codes:
    client, case = scene.desks["CEM"].client, codes["hers"]
    scene.post("CEM", f"/cases/{codes['objecting']}/objections", compartments=[PARTS[n - 1]])
    scene.post("CEM", f"/cases/{case}/participations", **mandate(scene.world.unit("UDAVIT")))
    referral = ok(refer(client, case, scene.world.unit("SALUD"), service_type="SALUD"), 201)["code"]
    colleague = scene.world.actor("cem_officer", unit=scene.units["CEM"])
    scene.actors["Colega"] = colleague
    scene.charge("Colega", case)
    doubtful = _case(scene, "CEM", _registered(scene, "CEM", "Eva", n, age_years=25))
    command = ok(move(client, doubtful, "DESCARTADA", reason="SIN_INDICIOS"), 202)["command"]
    hold = {"case": doubtful, "group": "GENERAL", "department": "17"}
    scene.post("CEM", "/shelters/holds", **hold)
    scene.twice()
    return {"referral": referral, "command": command}


def _of_the_plan(scene: Scene, n: int) -> Codes:
    scene.post("CAR", f"/plans/{scene.plan}/assessments", domain="EDUCACION", level=2, assessed_on=TODAY)
    scene.post("CAR", f"/plans/{scene.plan}/reviews", **HELD)  # what is reviewed may be added to
    words = ("Quiero aprender", "Aprende un oficio", f"Taller {n}")
    activity = scene.aim("CAR", scene.plan, "EMPLEO", words, unit=scene.units["CAR"])
    sent = {"content": photo(), "params": {"kind": "FOTOGRAFIA"}, "headers": {"Idempotency-Key": f"foto-{n}"}}
    file = ok(scene.desks["CAR"].client.post(f"{API}/plans/{scene.plan}/evidence", **sent), 201)["code"]
    return {"activity": activity, "file": file}


def _of_the_house(scene: Scene, n: int) -> Codes:
    """Another one who is in its care, with a plan of her own."""
    plan = _plan_of(scene, "Ana", n)
    scene.ask("CEM", "CAR", "SALUD_MENTAL", scene.get("CAR", f"/plans/{plan}")["case"])
    return {}


def _plan_of(scene: Scene, name: str, n: int) -> str:
    """The plan of another one who is in the care of the house."""
    case = _case(scene, "CEM", _registered(scene, "CEM", name, n, age_years=22))
    sent = scene.ask("CEM", "CAR", "ALOJAMIENTO", case)
    scene.post("CAR", f"/referrals/{sent}/answer", 200, decision="accept")
    header = {"language": "spa", "interpreter": "NO", "place_of_execution": "LUGAR_DE_ORIGEN"}
    plan = str(scene.post("CAR", "/plans", case=case, **header)["code"])
    scene.aim(
        "CAR", plan, "SALUD_MENTAL", ("Quiero estar bien", "Está bien", "Control"), unit=scene.units["CAR"]
    )
    return plan


def _signed(scene: Scene, plan: str, n: int) -> int:
    """A plan is signed, from the second time on with one more goal; returns how often it was."""
    if n == 0:
        scene.desks["CAR"].moves(f"/plans/{plan}", "EN_CONSULTA")
    else:
        scene.post("CAR", f"/plans/{plan}/reviews", **HELD)
        words = ("Quiero aprender", "Aprende un oficio", f"Curso {n}")
        scene.aim("CAR", plan, "EMPLEO", words, unit=scene.units["CAR"])
    for signer in ("PERSONA", "PROFESIONAL"):
        scene.desks["CAR"].signs(plan, signer, "FIRMA")
    scene.desks["CAR"].moves(f"/plans/{plan}", "EN_EJECUCION")
    return len(scene.get("CAR", f"/plans/{plan}/versions")["items"])


def _out_and_back(scene: Scene, stay: str) -> None:
    """Somebody of the house goes to an office and comes back."""
    client, url = scene.desks["CAR"].client, f"{API}/placements/{stay}"
    back = (datetime.now(UTC) + timedelta(hours=4)).isoformat()
    for path, body in (
        ("leaves", {"reason": "DILIGENCIA", "accompanied": "SI", "due_back_at": back}),
        ("leaves/return", None),
    ):
        headers = {"If-Match": client.get(url).headers["ETag"]}
        ok(client.post(f"{url}/{path}", json=body, headers=headers))


def _of_the_institution(scene: Scene, n: int, codes: Codes) -> Codes:
    unit = codes.setdefault("unit", scene.world.unit("CEM", institution=codes["institution"]))
    scene.world.unit("CEM", institution=codes["institution"])
    scene.world.unit("CAR")
    scene.world.actor("car_caseworker", unit=codes["house"])
    for who in ("CAR", "UPE"):
        scene.world.token(scene.actors[who])
    client = scene.desks["Administración"].client
    asked = {"username": f"pedida-{n}-{scene.world.tag}", "unit": codes["house"], "role": "car_caseworker"}
    added = {"account-request": ok(client.post(f"{API}/accounts", json=asked), 201)["request"]}
    for path, body in (("services", service(unit)), ("locations", place(unit))):
        body["name"] = f"Número {n}"
        added[path] = ok(client.post(f"{API}/directory/{path}", json=body), 201)["id"]
    return added


def _registered(scene: Scene, who: str, name: str, n: int, **identity: Any) -> str:
    known = {"given_names": name, "first_surname": f"Quispe{'abcdefgh'[n]}", "sex": "MUJER", **identity}
    return scene.register(who, "PRESUNTA_VICTIMA", identity=known)


def _case(scene: Scene, who: str, victim: str) -> str:
    return str(scene.get(who, f"/victims/{victim}")["cases"][0]["code"])
