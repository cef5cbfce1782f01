"""Markdown as safe HTML, and the same while it grows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.compare.drawing.dialect import DEEPEST, MOST_BRACKETS, WIDEST
from playground.compare.drawing.markdown import LONGEST, Growing, blocks, escaped, rendered
from tests.compare.payloads import PAYLOADS
from tests.compare.reading import LINK, Read, unsafe

LINES = [
    *("a", "b c", "> q", "- x", "+ p", "* s", "  y", "1. n", "2) m", "```", "```py", "~~~", "---", "===", "# h"),
    *("--|--", "a | b", "|-|", "", "", "    code", "\t", "*em", "**", "\\", "  - deep", "    - er", "*", "-", "  "),
    *("[a]: http://x.example", "[b]: <http://z.example>", "'t", "more'", "[a] and [b][a]", "> [a]: http://q.example"),
    *("- [b]: http://w.example", "![i](http://j.example)", "![a]", "[c]:", "http://d.example", "\r", "\0", "<b>"),
]
TEXTS = st.lists(st.sampled_from(LINES), max_size=14).map("\n".join)
STEPS = st.lists(st.integers(1, 6), min_size=1, max_size=30)


def test_prose_is_drawn_as_it_is_meant() -> None:
    html = rendered("# Title\n\nSome *slanted*, **bold**, ~~gone~~ `code`\nand a [link](https://a.example/?b&c).")

    assert html == (
        "<h1>Title</h1>\n<p>Some <em>slanted</em>, <strong>bold</strong>, <s>gone</s> <code>code</code><br>\n"
        'and a <a href="https://a.example/?b&amp;c" target="_blank" rel="noopener noreferrer nofollow">link</a>.</p>\n'
    )


def test_a_table_keeps_which_way_its_columns_are_set() -> None:
    read = Read(rendered("| a | b | c |\n|---|:-:|--:|\n| 1 | 2 | **3** |"))

    assert read.tags("th") == read.tags("td") == [{}, {"align": "center"}, {"align": "right"}]


def test_code_says_its_language_in_one_word() -> None:
    assert Read(rendered("```python title=x\n1 < 2\n```")).tags("code") == [{"class": "language-python"}]
    assert Read(rendered("```<b>\n1\n```")).tags("code") == [{}]


def test_a_list_keeps_its_first_number() -> None:
    assert Read(rendered("3. c\n4. d")).tags("ol") == [{"start": "3"}]


@pytest.mark.parametrize("text", PAYLOADS)
def test_nothing_comes_out_but_what_is_for_reading(text: str) -> None:
    html = rendered(text)

    assert unsafe(html) == []
    assert "".join(blocks(text)) == html


@pytest.mark.parametrize("text", PAYLOADS)
def test_inside_other_markup_nothing_comes_out_either(text: str) -> None:
    for around in ("> - {}", "**{}**", "[{}](https://a.example)", "![{}](https://a.example)", "a|b\n-|-\n{}|{}"):
        assert unsafe(rendered(around.replace("{}", text))) == []


@given(text=st.text(st.sampled_from("<>\"'&;:#()[]!`*_~|-/\\ \n\tajscriptonimgxhef="), max_size=80))
@settings(derandomize=True, deadline=None, max_examples=300)
def test_whatever_is_written_is_for_reading(text: str) -> None:
    assert unsafe(rendered(text)) == []


@pytest.mark.parametrize("text", PAYLOADS)
def test_escaped_text_is_text(text: str) -> None:
    read = Read(f'<i title="{escaped(text)}">{escaped(text)}</i>')

    assert [tag for tag, _ in read.elements] == ["i"]
    assert read.text == read.elements[0][1]["title"]


def test_an_image_is_a_link_with_its_words() -> None:
    read = Read(rendered("![a *fine* cat](https://i.example/cat.png)"))

    assert read.tags("img") == []
    assert read.tags("a") == [{"href": "https://i.example/cat.png", **LINK}]
    assert read.text.strip() == "a fine cat"


def test_an_image_without_words_shows_where_it_is() -> None:
    assert Read(rendered("![](https://i.example/cat.png)")).text.strip() == "https://i.example/cat.png"


def test_an_image_in_a_link_leads_where_the_link_leads() -> None:
    read = Read(rendered("[![build](https://i.example/b.svg)](https://a.example)"))

    assert [link["href"] for link in read.tags("a")] == ["https://a.example"]
    assert read.text.strip() == "build"


def test_what_may_not_be_a_link_stays_as_it_is_written() -> None:
    assert Read(rendered("[x](javascript:alert(1))")).text.strip() == "[x](javascript:alert(1))"


# -- without end ------------------------------------------------------------------------------------------------


def test_quotes_without_end_are_flat_from_some_depth_on() -> None:
    read = Read(rendered("> " * 5_000 + "deep"))

    assert read.depth <= DEEPEST + 1
    assert read.text.strip().endswith("> > deep")


def test_lists_without_end_lose_nothing() -> None:
    read = Read(rendered("\n".join(" " * 2 * level + f"- point {level}" for level in range(300))))

    assert read.depth <= DEEPEST + 2
    assert [line for line in range(300) if f"point {line}\n" not in read.text + "\n"] == []


def test_emphasis_without_end_is_as_deep_as_anybody_means_it() -> None:
    read = Read(rendered("*a **b " * 3_000 + "x" + "** *" * 3_000)[: 10 * WIDEST])

    assert read.depth <= DEEPEST + 1


@pytest.mark.parametrize(
    "piece", ["[", "![", "**x *a", "`a", "[a](", "<a:", "a | b\n-|-\n", "> ", "- ", "&", "[\n", "(("]
)
def test_a_paragraph_without_end_is_shown_as_it_is(piece: str) -> None:
    text = "x " + piece * (2 * WIDEST // len(piece))
    html = rendered(text)

    assert unsafe(html) == []
    assert len(Read(html).text) >= len(text) / 6


@pytest.mark.parametrize("cell", ["{}", "|a|\n|-|\n|{}|"])
def test_a_paragraph_of_brackets_is_shown_as_it_is(cell: str) -> None:
    few = rendered(cell.format("[" * (MOST_BRACKETS - 1) + "[**b**](http://x.example)"))
    many = rendered(cell.format("[" * MOST_BRACKETS + "[**b**](http://x.example)"))

    assert "<strong>b</strong>" in few
    assert "[**b**](http://x.example)" in many


def test_a_wide_table_of_short_rows_is_not_filled_up_without_end() -> None:
    drawn = rendered("|" + "a|" * 200 + "\n|" + "-|" * 200 + "\n" + "b\n" * 1000)
    assert drawn.count("<td") <= 2_200
    assert drawn.count("b") - drawn.count("tbody") >= 1000


def test_what_is_too_long_is_all_there() -> None:
    text = "**Word** after word.\n\n" * (LONGEST // 10)
    shown = blocks(text)

    assert shown[0] == "<p><strong>Word</strong> after word.</p>\n"
    assert shown[-1].startswith("<pre>")
    assert Read("".join(shown)).text.count("Word") == LONGEST // 10


# -- growing ----------------------------------------------------------------------------------------------------


@given(text=TEXTS, steps=STEPS)
@settings(derandomize=True, deadline=None, max_examples=500)
def test_text_that_grows_is_drawn_as_if_it_came_at_once(text: str, steps: list[int]) -> None:
    growing, end = Growing(), 0
    while end < len(text):
        end += steps[end % len(steps)]
        assert growing.update(text[:end]) == blocks(text[:end])


@given(texts=st.lists(TEXTS, max_size=5))
@settings(derandomize=True, deadline=None, max_examples=100)
def test_text_that_is_taken_back_is_drawn_anew(texts: list[str]) -> None:
    growing = Growing()

    assert [growing.update(text) for text in texts] == [blocks(text) for text in texts]


def test_an_address_that_comes_last_makes_links_of_what_came_first() -> None:
    growing = Growing()
    text = "See [this].\n\n" + "More.\n\n" * 5
    assert "<a" not in growing.update(text)[0]

    shown = growing.update(f"{text}[this]: https://a.example\n")

    assert Read(shown[0]).tags("a") == [{"href": "https://a.example", **LINK}]
    assert shown == blocks(f"{text}[this]: https://a.example\n")


def test_text_that_grows_beyond_what_is_read_is_all_there() -> None:
    growing = Growing()
    block = f"**{'a' * 4_994}**\n\n"
    for count in (1, LONGEST // 5_000, LONGEST // 5_000 + 1, LONGEST // 5_000 + 3):
        text = block * count
        assert growing.update(text) == blocks(text)


def test_settled_blocks_are_handed_out_as_they_were() -> None:
    growing = Growing()
    text = "\n\n".join(f"Paragraph {number}" for number in range(40))
    first = growing.update(text)

    assert all(before is after for before, after in zip(first[:38], growing.update(text + " and more"), strict=False))
