"""SECURITY.md says what holds."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from playground.access.rates import RATES
from playground.settings import Settings
from playground.web import bodies, bounds, connection, crowd

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
FLOORS = dict(re.findall(r"^\| ([a-z0-9-]+) \| ([\d.]+) \|", TEXT, re.MULTILINE))
KNOWN = {"gradio": "6.31", "python-multipart": "0.0.34", "pillow": "12.3", "jinja2": "3.1.6", "starlette": "1.10"}
"""Below these are weaknesses that were made public."""


def asked_for() -> dict[str, Requirement]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]
    return {one.name.lower().replace("_", "-"): one for one in found}


def lowest(requirement: Requirement) -> Version:
    """The oldest release that it takes."""
    return max(Version(one.version) for one in requirement.specifier if one.operator in {">=", "==", "~="})


@pytest.mark.parametrize("package", FLOORS)
def test_nothing_older_than_its_floor_is_asked_for(package: str) -> None:
    assert lowest(asked_for()[package]) >= Version(FLOORS[package])


@pytest.mark.parametrize("package", KNOWN)
def test_no_floor_is_below_a_known_weakness(package: str) -> None:
    assert Version(FLOORS[package]) >= Version(KNOWN[package])


def test_every_package_that_is_asked_for_has_a_floor() -> None:
    without = [name for name, one in asked_for().items() if not one.specifier]
    assert without == []


def test_every_setting_that_it_names_is_one() -> None:
    names = {name.removeprefix("PLAYGROUND_").lower() for name in re.findall(r"PLAYGROUND_[A-Z_]+", TEXT)}
    assert names <= set(Settings.model_fields)


def test_its_numbers_are_those_that_hold() -> None:
    numbers = {
        f"{crowd.MOST}, or",
        f"{crowd.OF_ONE_ADDRESS} from one address",
        f"{crowd.WAITING} that only wait",
        f"{connection.HEAD_SECONDS:.0f} seconds, 64 KB",
        f"`PLAYGROUND_MAX_BODY_BYTES`, {bodies.SECONDS:.0f} seconds",
        f"{bodies.UPLOAD_SECONDS:.0f} seconds, {bodies.PACE // 1024} KB a second",
        f"{bodies.MOST_ARRIVING}; of more the slowest",
        f"{connection.UNREAD_SECONDS:.0f} seconds |",
        f"{RATES['requests'].visitor} requests, {RATES['writes'].visitor} of them writes; {RATES['runs'].visitor}",
        f"{RATES['files'].visitor} files; {RATES['kilobytes'].visitor // 1024} MB",
        f"{RATES['transcriptions'].visitor} recordings; {RATES['pages'].visitor} pages",
        f"{bounds.VISITOR_AT_ONCE} requests at once, {bounds.ADDRESS_AT_ONCE} from an address",
    }
    text = re.sub(r"\s+", " ", TEXT)
    assert {number for number in numbers if number not in text} == set()
