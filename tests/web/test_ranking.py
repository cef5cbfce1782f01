"""Votes and their ranking, as files."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from playground.client import Client
from playground.records import Vote
from playground.secret import load_secret
from playground.visitor import Visitor
from playground.web.badges import Badges
from playground.web.server import create_api
from tests.house import House, opened
from tests.web.conftest import serving


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(sqlite_url, tmp_path) as house:
        yield house


@pytest.fixture
async def asker(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """The browser of a visitor who has voted once, for =b against a."""
    async with serving(create_api(house.parts)) as browser:
        await browser.get("/readyz/no")
        badge = Badges(load_secret(house.parts.settings)).read([f"{k}={v}" for k, v in browser.cookies.items()])
        assert badge is not None
        client = Client(Visitor(badge.visitor_id), house.parts)
        (tab,) = await client.tabs()
        at = datetime.now(UTC)
        await client.vote(Vote(tab.id, "rnd_1", "lane", ("a", "=b"), "agent", at, winner="=b"))
        yield browser


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


async def test_the_ranking_is_a_file_for_a_spreadsheet_or_a_program(asker: httpx2.AsyncClient) -> None:
    sheet, data = await asker.get("/comparisons/ranking.csv"), await asker.get("/comparisons/ranking.json")
    headings, first, second = table(sheet.text)

    assert headings == ["contender", "rating", "low", "high", "wins", "losses", "ties", "bad"]
    assert (first[0], first[4:], second[0], second[4:]) == ("'=b", ["1", "0", "0", "0"], "a", ["0", "1", "0", "0"])
    assert float(first[2]) < float(first[1]) < float(first[3])
    assert [row["name"] for row in data.json()["standings"]] == ["=b", "a"]
    assert sheet.headers["content-disposition"] == 'attachment; filename="ranking.csv"'
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    assert data.headers["cache-control"] == "no-store"


async def test_the_votes_themselves_are_a_file_too(asker: httpx2.AsyncClient) -> None:
    _, vote = table((await asker.get("/comparisons/votes.csv")).text)
    assert vote[2:] == ["rnd_1", "agent", "lane", "'=b", "no", "a | =b"]


async def test_nobody_gets_what_somebody_else_voted(asker: httpx2.AsyncClient) -> None:
    async with httpx2.AsyncClient(base_url=asker.base_url, timeout=10) as other:
        assert len(table((await other.get("/comparisons/ranking.csv")).text)) == 1
        assert (await other.get("/comparisons/ranking.json")).json()["standings"] == []
