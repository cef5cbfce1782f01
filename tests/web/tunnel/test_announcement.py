"""What the owner reads on his terminal."""

from decimal import Decimal

from playground.policy import STRANGERS, Caps
from playground.web.tunnel.announcement import announcement, bounds, in_blocks

URL = "https://abc.share.test"
OWNER = "http://127.0.0.1:7860/owner"


def test_it_has_the_link_the_owners_page_the_caps_and_the_way_out() -> None:
    text = announcement(URL, caps=STRANGERS, owner=OWNER, code=False)
    assert text.startswith(f"Public link: {URL}\n")
    for wanted in (OWNER, "$10 in all", "$5 a day", "$0.50 a day for each visitor", "16 answers at once", "Ctrl+C"):
        assert wanted in text
    assert "\x1b" not in text, "a file is no terminal"


def test_on_a_terminal_it_can_be_scanned() -> None:
    assert in_blocks(URL) in announcement(URL, caps=STRANGERS, owner=OWNER, code=True)
    lines = in_blocks(URL).splitlines()
    assert len(lines) >= 15
    assert {len(line) for line in lines} == {len(lines[0])}


def test_without_caps_it_says_so() -> None:
    assert list(bounds(Caps())) == []
    assert "there is no cap" in announcement(URL, caps=Caps(), owner=OWNER, code=False)


def test_only_the_caps_that_hold_are_told() -> None:
    caps = Caps(day=Decimal("1234.5"), visitor_messages=1000)
    assert list(bounds(caps)) == ["$1,234.50 a day", "1,000 messages a day for each visitor"]
