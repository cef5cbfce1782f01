"""The languages that we speak, and what our English sentences are in them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from babel.core import negotiate_locale
from babel.messages.pofile import read_po

DEFAULT = "en"
"""What the sentences are written in."""

TRANSLATED = ("de", "fr", "es", "zh", "ur")

MOST_ASKED = 20
"""Languages of an `Accept-Language` header that are looked at."""


def _read(language: str) -> Mapping[str, str]:
    with (Path(__file__).parent / f"{language}.po").open("rb") as file:
        catalog = read_po(file, locale=language, abort_invalid=True)
    return MappingProxyType({str(one.id): str(one.string) for one in catalog if one.id and one.string})


# Read with the module: nobody is to wait for a disk in the middle of a sentence.
CATALOGS: Mapping[str, Mapping[str, str]] = MappingProxyType({language: _read(language) for language in TRANSLATED})


def negotiated(accepted: str) -> str:
    """The language to speak to whoever sent this `Accept-Language` header; English if we speak none of theirs."""
    wanted = [name for name, _ in sorted(_weighed(accepted), key=lambda one: -one[1])]
    return negotiate_locale(wanted, (DEFAULT, *TRANSLATED), sep="-") or DEFAULT


def _weighed(accepted: str) -> Iterator[tuple[str, float]]:
    """The languages of the header with their weights, without those that are not wanted."""
    for part in accepted.split(",", MOST_ASKED)[:MOST_ASKED]:
        name, _, parameters = part.partition(";")
        weight = _weight(parameters)
        if weight > 0 and name.strip():
            yield name.strip().lower(), weight


def _weight(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if name.strip().lower() != "q":
        return 1
    try:
        return float(value)
    except ValueError:
        return 0
