"""A stand-in for the platform, of the same interface: `python -m tests.identity_checks.fake_pide`.

It answers as the services are known to (docs/verificacion-de-identidad.md), for made-up people only. Some
numbers stand for a service in trouble.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ROSA = {"prenombres": "ROSA MARIA", "apPrimer": "QUISPE", "apSegundo": "MAMANI"}
OTHER = {"prenombres": "JULIO", "apPrimer": "CONDORI", "apSegundo": "APAZA"}
YULEIDY = {"strNombres": "YULEIDY DEL VALLE", "strPrimerApellido": "GUEVARA", "strSegundoApellido": None}

ROSA_DNI, OTHER_DNI, MINOR_DNI, UNKNOWN_DNI = "10117410", "10117411", "71000001", "71000002"
YULEIDY_CE, UNKNOWN_CE = "001234567", "009999999"
REFUSED, SLOW, TRICKLE, MALFORMED, EMPTY, BROKEN, REDIRECT, HUGE, ONCE = (f"7100001{n}" for n in range(9))
TRAP = {"foto": "/9j/AAAA", "direccion": "JR. INVENTADO 123", "restriccion": "NINGUNA", "ubigeo": "INVENTADO"}
PEOPLE = {ROSA_DNI: ROSA, OTHER_DNI: OTHER, ONCE: ROSA}
USER = {"nuDniUsuario": "40000000", "nuRucUsuario": "20000000001", "password": "clave-de-prueba"}
INSTITUTION = {"strCodInstitucion": "PRUEBA", "strMac": "00:00:5E:00:53:01", "strNroIp": "192.0.2.1"}


class FakePide(ThreadingHTTPServer):
    """The server; `seen` keeps what came in: path, headers and body of each request."""

    daemon_threads = True

    def __init__(self, port: int = 0, pause: float = 3.0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.pause = pause
        self.seen: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        """Base address, as it is configured."""
        return f"http://127.0.0.1:{self.server_address[1]}/Rest"


class _Handler(BaseHTTPRequestHandler):
    server: FakePide

    def log_message(self, *_: object) -> None:
        """Say nothing: bodies hold credentials."""

    def do_POST(self) -> None:
        """Answer one look-up."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.path, dict(self.headers), body))
        asked = json.loads(body)["PIDE"]
        if self.path == "/Rest/RENIEC/Consultar?out=json":
            self._reniec(asked)
        elif self.path == "/Rest/Migraciones/CarnetExtranjeria?out=json":
            self._migraciones(asked)
        else:
            self._send(404, b"")

    def _reniec(self, asked: dict[str, str]) -> None:
        number = asked.pop("nuDniConsulta")
        if asked != USER:
            self._result("1001", None)
        elif number in PEOPLE and not self._failed_once(number):
            self._result("0000", {**PEOPLE[number], **TRAP})
        else:
            self._trouble(number)

    def _failed_once(self, number: str) -> bool:
        """The first look-up of this number meets a service that is being restarted."""
        times = sum(number.encode() in body for _, _, body in self.server.seen)
        return number == ONCE and times == 1

    def _trouble(self, number: str) -> None:
        if number == SLOW:
            time.sleep(self.server.pause)
        elif number == TRICKLE:
            self._trickle()
        elif number == REDIRECT:
            self._send(302, b"", {"Location": f"{self.server.url}/RENIEC/Consultar"})
        elif number == HUGE:
            self._send(200, b'{"a": "' + b"x" * 5_000_000 + b'"}')
        elif number in {MALFORMED, EMPTY, BROKEN, ONCE}:
            status = {BROKEN: 500, ONCE: 503}.get(number, 200)
            self._send(status, b"<html>" if number != EMPTY else b"{}")
        else:
            self._result({MINOR_DNI: "0001", REFUSED: "1003"}.get(number, "0999"), None)

    def _trickle(self) -> None:
        """A byte now and then: no single wait is long, the whole is."""
        self.send_response(200)
        self.end_headers()
        for _ in range(40):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(self.server.pause / 20)

    def _result(self, code: str, person: dict[str, str] | None) -> None:
        result = {"coResultado": code, "datosPersona": person, "deResultado": "texto de prueba"}
        self._json({"consultarResponse": {"return": result}})

    def _migraciones(self, asked: dict[str, str]) -> None:
        number = asked.pop("strNumDocumento")
        if asked != {**INSTITUTION, "strTipoDocumento": "CE"}:
            self._migration("0003", {})
        elif number == YULEIDY_CE:
            self._migration("0000", {**YULEIDY, "strCalidadMigratoria": "HUMANITARIA"})
        else:
            self._migration("0001", {})

    def _migration(self, code: str, person: dict[str, Any]) -> None:
        self._json({"consultarDocumentoResponse": {"return": {"strNumRespuesta": code, **person}}})

    def _json(self, answer: object) -> None:
        self._send(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(pause: float = 3.0) -> Iterator[FakePide]:
    """The stand-in at work on a free port."""
    with FakePide(pause=pause) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="PIDE de mentira, con personas inventadas.")
    options.add_argument("--port", type=int, default=8099)
    with FakePide(options.parse_args().port) as pide:
        print(f"RUV_PIDE_URL={pide.url}", flush=True)  # noqa: T201
        pide.serve_forever()
