"""Comparisons behind links, and as files."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote

import httpx2
import pytest

from playground.client import Client
from playground.compare.saving.comparison import read
from playground.compare.saving.sharing import Sharing
from playground.errors import NotFound
from playground.records import Tab
from playground.secret import load_secret
from playground.visitor import Visitor
from playground.web.badges import Badges
from playground.web.guard import POLICY as OF_THE_PLAYGROUND
from playground.web.server import create_api
from tests.house import ECHO, House, opened
from tests.web.conftest import serving

UNKNOWN = "shr_" + "0" * 32


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(sqlite_url, tmp_path) as house:
        yield house


@pytest.fixture
async def asker(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A visitor's browser."""
    async with serving(create_api(house.parts)) as client:
        await client.get("/readyz/no")
        yield client


@pytest.fixture
async def reader(asker: httpx2.AsyncClient) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody else's."""
    async with httpx2.AsyncClient(base_url=asker.base_url, timeout=10) as client:
        yield client


@pytest.fixture
def visitor(house: House, asker: httpx2.AsyncClient) -> Visitor:
    """Who the first browser belongs to."""
    badges = Badges(load_secret(house.parts.settings))
    badge = badges.read([f"{name}={value}" for name, value in asker.cookies.items()])
    assert badge is not None
    return Visitor(badge.visitor_id)


@pytest.fixture
def sharing(house: House, visitor: Visitor) -> Sharing:
    return Sharing(visitor, house.parts)


@pytest.fixture
async def tab(house: House, visitor: Visitor) -> Tab:
    """A tab in which something was said."""
    client = Client(visitor, house.parts)
    (tab,) = await client.tabs()
    await client.set_lane(tab.id, model=ECHO)
    await client.add_lane(tab.id, model="compatible/words-3")
    await client.rename_tab(tab.id, 'Größe: 1/2 "cool"\r\nX-Evil: 1; ../../etc')
    await say(client, tab, "The first word")
    return await client.tab(tab.id)


async def say(client: Client, tab: Tab, text: str) -> None:
    for sent in await client.send_all(tab.id, text):
        assert sent.reply is not None
        async for _ in client.follow(sent.reply.run_id):
            pass


async def test_whoever_has_the_link_may_read(sharing: Sharing, tab: Tab, reader: httpx2.AsyncClient) -> None:
    share = await sharing.share(tab.id)

    page = await reader.get(f"/shared/{share.id}")
    data = await reader.get(f"/shared/{share.id}.json")

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "The first word" in page.text
    assert (data.status_code, data.headers["content-type"]) == (200, "application/json")
    assert read(data.content).rounds[0].prompt == "The first word"


async def test_nobody_learns_who_shared_it(
    sharing: Sharing, tab: Tab, visitor: Visitor, reader: httpx2.AsyncClient
) -> None:
    share = await sharing.share(tab.id)
    told = [visitor.id, tab.id, *(lane.thread_id or "?" for lane in tab.lanes), *(lane.id for lane in tab.lanes)]
    for address in (f"/shared/{share.id}", f"/shared/{share.id}.json"):
        answer = await reader.get(address)
        assert [one for one in told if one in answer.text or one in str(answer.headers)] == []


async def test_a_share_stays_as_it_was_shared(
    sharing: Sharing, tab: Tab, house: House, visitor: Visitor, reader: httpx2.AsyncClient
) -> None:
    share = await sharing.share(tab.id)
    before = (await reader.get(f"/shared/{share.id}")).text

    await say(Client(visitor, house.parts), tab, "The last word")

    assert (await reader.get(f"/shared/{share.id}")).text == before
    assert "The last word" not in before


async def test_a_page_that_was_read_before_is_gone_once_it_is_revoked(
    sharing: Sharing, tab: Tab, reader: httpx2.AsyncClient
) -> None:
    share = await sharing.share(tab.id)
    pages = [(await reader.get(f"/shared/{share.id}")).text for _ in range(2)]
    await sharing.revoke(share.id)

    assert pages[0] == pages[1]
    assert (await reader.get(f"/shared/{share.id}")).status_code == 404


async def test_a_revoked_link_and_an_unknown_one_look_alike(
    sharing: Sharing, tab: Tab, reader: httpx2.AsyncClient
) -> None:
    share = await sharing.share(tab.id)
    await sharing.revoke(share.id)

    for ending in ("", ".json"):
        revoked = await reader.get(f"/shared/{share.id}{ending}")
        for address in (UNKNOWN, "%00", "%ff", "shr_", "x" * 500):
            unknown = await reader.get(f"/shared/{address}{ending}")
            assert (unknown.status_code, unknown.text) == (revoked.status_code, revoked.text) == (404, revoked.text)
            alike = {name: value for name, value in unknown.headers.items() if name not in {"date", "set-cookie"}}
            assert alike == {name: value for name, value in revoked.headers.items() if name in alike}


async def test_a_missing_page_is_friendly_and_missing_data_is_json(reader: httpx2.AsyncClient) -> None:
    page = await reader.get(f"/shared/{UNKNOWN}")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "There is nothing here" in page.text
    assert (await reader.get(f"/shared/{UNKNOWN}.json")).json() == {"message": "Not found."}


@pytest.mark.parametrize("address", ["/shared/{share}", "/shared/{share}.json", f"/shared/{UNKNOWN}"])
async def test_a_shared_page_may_be_drawn_and_nothing_else(
    sharing: Sharing, tab: Tab, reader: httpx2.AsyncClient, address: str
) -> None:
    share = await sharing.share(tab.id)
    headers = (await reader.get(address.format(share=share.id))).headers

    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["content-security-policy"] != OF_THE_PLAYGROUND
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


async def test_a_head_is_answered_without_a_body(sharing: Sharing, tab: Tab, reader: httpx2.AsyncClient) -> None:
    share = await sharing.share(tab.id)
    for address, status in (
        (f"/shared/{share.id}", 200),
        (f"/shared/{share.id}.json", 200),
        (f"/shared/{UNKNOWN}", 404),
    ):
        head, got = await reader.head(address), await reader.get(address)
        assert (head.status_code, head.content) == (status, b"")
        assert head.headers["content-length"] == str(len(got.content))


async def test_nothing_is_written_through_a_link(sharing: Sharing, tab: Tab, reader: httpx2.AsyncClient) -> None:
    share = await sharing.share(tab.id)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert (await reader.request(method, f"/shared/{share.id}")).status_code == 405
    assert (await reader.get(f"/shared/{share.id}")).status_code == 200


async def test_nobody_shares_or_revokes_for_somebody_else(sharing: Sharing, tab: Tab, house: House) -> None:
    share = await sharing.share(tab.id)
    bob = Sharing(Visitor("vis_bob"), house.parts)
    with pytest.raises(NotFound):
        await bob.share(tab.id)
    with pytest.raises(NotFound):
        await bob.revoke(share.id)
    assert list(await bob.shared()) == []
    assert list(await sharing.shared()) == [share]


# -- files ------------------------------------------------------------------------------------------------------


async def test_a_visitor_takes_a_tab_away_as_files(tab: Tab, asker: httpx2.AsyncClient) -> None:
    page = await asker.get(f"/comparisons/{tab.id}.html")
    data = await asker.get(f"/comparisons/{tab.id}.json")

    assert "The first word" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert [len(round_.replies) for round_ in read(data.content).rounds] == [2]


async def test_a_file_is_named_after_the_title_and_nothing_else(tab: Tab, asker: httpx2.AsyncClient) -> None:
    answer = await asker.get(f"/comparisons/{tab.id}.html")
    kind, plain, full = answer.headers["content-disposition"].split("; ")

    assert kind == "attachment"
    assert plain == 'filename="Groe-1-2-cool-X-Evil-1-etc.html"'
    assert unquote(full) == "filename*=UTF-8''Größe-1-2-cool-X-Evil-1-etc.html"
    assert "x-evil" not in answer.headers


async def test_a_title_without_letters_still_names_a_file(
    tab: Tab, asker: httpx2.AsyncClient, house: House, visitor: Visitor
) -> None:
    await Client(visitor, house.parts).rename_tab(tab.id, "🐙 / …")
    answer = await asker.get(f"/comparisons/{tab.id}.json")
    assert 'filename="comparison.json"' in answer.headers["content-disposition"]


@pytest.mark.parametrize("ending", ["html", "json"])
async def test_nobody_takes_away_what_is_somebody_elses(tab: Tab, reader: httpx2.AsyncClient, ending: str) -> None:
    foreign = await reader.get(f"/comparisons/{tab.id}.{ending}")
    unknown = await reader.get(f"/comparisons/tab_{'0' * 32}.{ending}")
    odd = await reader.get(f"/comparisons/%00.{ending}")
    assert [(one.status_code, one.json()) for one in (foreign, unknown, odd)] == [(404, {"message": "Not found."})] * 3
