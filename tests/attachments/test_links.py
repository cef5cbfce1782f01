"""Signed links."""

from urllib.parse import parse_qs, urlsplit

import pytest

from playground.attachments.links import LIFE, Links, reached_at

NOW = 1_800_000_000.0


def links(secret: bytes = b"s" * 32, now: float = NOW) -> Links:
    return Links(secret, home="http://localhost:7860", clock=lambda: now)


def signature(url: str) -> str:
    return parse_qs(urlsplit(url).query)["signature"][0]


def test_a_link_leads_to_where_we_are_reached() -> None:
    with reached_at("https://chat.example.com/"):
        assert links().to("atc_1", "read").startswith("https://chat.example.com/chatkit/attachments/atc_1?signature=")
    assert links().to("atc_1", "read").startswith("http://localhost:7860/")


def test_a_link_holds_until_it_expires() -> None:
    given = signature(links().to("atc_1", "read"))
    assert links().allows("atc_1", "read", given)
    assert links(now=NOW + LIFE["read"]).allows("atc_1", "read", given)
    assert not links(now=NOW + LIFE["read"] + 1).allows("atc_1", "read", given)


def test_a_link_holds_for_one_file_one_purpose_and_one_server() -> None:
    given = signature(links().to("atc_1", "read"))
    assert not links().allows("atc_2", "read", given)
    assert not links().allows("atc_1", "write", given)
    assert not links(b"t" * 32).allows("atc_1", "read", given)


@pytest.mark.parametrize(
    "given", ["", ".", "1", "x.y", "99999999999.", "9" * 400 + ".a", "²³.a", "99999999999.é\udcff"]
)
def test_what_was_not_signed_here_holds_for_nothing(given: str) -> None:
    assert not links().allows("atc_1", "read", given)


def test_nobody_lengthens_a_link() -> None:
    until, _, mark = signature(links().to("atc_1", "read")).partition(".")
    assert not links().allows("atc_1", "read", f"{int(until) + 1}.{mark}")


def test_an_item_gets_fresh_links_for_its_images_only() -> None:
    image, file = {"id": "atc_1", "preview_url": "old"}, {"id": "atc_2"}
    fresh = links().renewed({"id": "msg_1", "attachments": [image, file]})
    assert fresh["attachments"][0]["preview_url"] == links().to("atc_1", "read")
    assert fresh["attachments"][1] == file
    assert links().renewed({"id": "msg_2"}) == {"id": "msg_2"}
