"""A sentence of ours, in the language of whom it is said to."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from playground.languages.catalogs import CATALOGS, DEFAULT

_language: ContextVar[str] = ContextVar("the language of whom we answer", default=DEFAULT)


def say(text: str, /, **values: object) -> str:
    """The English `text` in the language that is spoken now, its `{names}` filled in with the `values`."""
    told = CATALOGS.get(spoken(), {}).get(text, text)
    return told.format(**values) if values else told


def spoken() -> str:
    """The language that is spoken now, such as `de`."""
    return _language.get()


@contextmanager
def speaking(language: str) -> Generator[None]:
    """What is said within is said in this language."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)
