"""Sources, numbered in the text."""

import pytest
from chatkit.types import Annotation, FileSource, URLSource

from playground.compare.answers import answer as read
from playground.compare.answers import sources as read_sources
from playground.compare.drawing.citations import marked, source_line
from playground.compare.drawing.markdown import rendered
from tests.ui.made import answer

SITE = URLSource(title="Site", url="https://a.test/x>y", attribution="Ann")
BOOK = FileSource(title="Book", filename="book.pdf")


@pytest.mark.parametrize(
    ("text", "notes", "expected"),
    [
        ("Tea is hot.", [(SITE, 11)], "Tea is hot. [\\[1\\]](<https://a.test/x%3Ey>)"),
        (
            "Tea is hot.",
            [(BOOK, 3), (SITE, 11), (BOOK, 11)],
            "Tea \\[1\\] is hot. \\[1\\] [\\[2\\]](<https://a.test/x%3Ey>)",
        ),
        ("Tea is hot.", [(BOOK, 1)], "Tea \\[1\\] is hot."),
        ("Tea is hot.", [(BOOK, 999)], "Tea is hot. \\[1\\]"),
        ("Tea is hot.", [(BOOK, None)], "Tea is hot."),
        ("```\ncode\n```\nend", [(BOOK, 6)], "```\ncode\n```\nend"),
    ],
    ids=["link", "twice", "in a word", "too far", "nowhere", "in code"],
)
def test_a_mark_stands_behind_what_it_is_for(
    text: str, notes: list[tuple[URLSource, int | None]], expected: str
) -> None:
    item = answer(text, *(Annotation(source=source, index=at) for source, at in notes))
    assert marked(read(item)) == expected


def test_a_mark_leads_to_its_source() -> None:
    item = answer("Hot.", Annotation(source=SITE, index=4))
    assert '<a href="https://a.test/x%3Ey"' in rendered(marked(read(item)))
    assert read(item).text == "Hot."


def test_a_source_tells_who_published_it() -> None:
    item = answer("Hot.", Annotation(source=SITE, index=4), Annotation(source=BOOK))
    assert [mark.number for mark in read(item).marks] == [1]
    assert source_line(read_sources(item)[0]) == "[Site](<https://a.test/x%3Ey>) · Ann"
    assert source_line(read_sources(item)[1]) == "Book"
