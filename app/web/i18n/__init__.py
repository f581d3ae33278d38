"""The words of the pages: Spanish in the sources, other languages as gettext catalogues beside this module.

A sentence without a translation stays Spanish. What is read to a person about consent or rights is printed,
stands in no catalogue, and is translated by people, never by a machine.
"""

from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

NAMES = {"es": "Español", "en": "English", "quz": "Runasimi"}
_language: ContextVar[str] = ContextVar("language", default="es")


def speak(language: str) -> None:
    """Set the language of the pages this request draws."""
    _language.set(language if language in NAMES else "es")


def language() -> str:
    """The language of this request's pages."""
    return _language.get()


@cache
def available() -> tuple[str, ...]:
    """Languages that pages can be read in: Spanish, and those with at least one translated sentence."""
    return tuple(code for code in NAMES if code == "es" or _has_any(code))


def gettext(text: str) -> str:
    """The text in the language of the request."""
    return str(_catalogue(_language.get()).gettext(text)) if text else ""


def ngettext(one: str, many: str, count: int) -> str:
    """The singular or plural text in the language of the request."""
    return str(_catalogue(_language.get()).ngettext(one, many, count))


_ = gettext


@cache
def _catalogue(code: str) -> NullTranslations:
    source = files("app.web.i18n").joinpath(f"{code}.po")
    if code == "es" or not source.is_file():
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(source.read_bytes()), locale=None if code == "quz" else code))
    compiled.seek(0)
    return Translations(compiled)


def _has_any(code: str) -> bool:
    source = files("app.web.i18n").joinpath(f"{code}.po")
    if not source.is_file():
        return False
    return any(message.id and any(message.string or ()) for message in read_po(BytesIO(source.read_bytes())))
