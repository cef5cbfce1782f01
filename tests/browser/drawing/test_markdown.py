"""Answers: Markdown as a reader sees it, while it is written and afterwards."""

import pytest
from playwright.sync_api import expect

from tests.browser.drawing.conftest import Sheet, said

pytestmark = pytest.mark.browser

LONG = """# Title

Some **bold**, *italic* and `code` with a [link](https://example.org/a_(b)) and https://bare.example.

1. one
   - nested

   with a paragraph
2. two

| a | b |
|:--|--:|
| 1 | 2 |

- [x] done
- [ ] open

```python
def f():
    return "a"

# still code
```

> quoted
> twice

A [reference][r] and a <kbd>key</kbd>, 5 < 6 & more.

[r]: https://example.org/r
"""


def test_tables_are_aligned_and_can_be_scrolled(sheet: Sheet) -> None:
    item = sheet.answer("| a | b |\n|:-:|--:|\n| 1 | 2 |")
    expect(item.get_by_role("group", name="Table")).to_be_visible()
    expect(item.locator("td").last).to_have_css("text-align", "end")
    expect(item.locator("th").first).to_have_css("text-align", "center")


def test_task_lists_say_what_is_done(sheet: Sheet) -> None:
    item = sheet.answer("- [x] wash\n- [ ] cook")
    expect(item.get_by_role("img", name="done")).to_have_count(1)
    expect(item.get_by_role("img", name="to do")).to_have_count(1)
    expect(item.locator("input")).to_have_count(0)


def test_code_says_its_language_and_can_be_copied(sheet: Sheet) -> None:
    sheet.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    item = sheet.answer('```js\nconst a = "<b>"; // x\n```')
    expect(item.locator(".pg-lang")).to_have_text("js")
    expect(item.locator("pre")).to_have_text('const a = "<b>"; // x')
    item.locator("figcaption").get_by_role("button", name="Copy").click()
    expect(item.locator("figcaption").get_by_role("status")).to_have_text("Copied")
    assert sheet.page.evaluate("navigator.clipboard.readText()") == 'const a = "<b>"; // x'


def test_numbered_lists_begin_where_they_say(sheet: Sheet) -> None:
    expect(sheet.answer("4. four\n5. five").locator("ol")).to_have_attribute("start", "4")


def test_links_lead_outside_and_tell_nothing(sheet: Sheet) -> None:
    link = sheet.answer("[here](https://example.org/x?y=1)").get_by_role("link")
    expect(link).to_have_attribute("href", "https://example.org/x?y=1")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(link).to_have_attribute("target", "_blank")


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "data:text/html,x", "/local", "file:///etc", "vbscript:x", "//host/x"]
)
def test_other_links_are_only_words(sheet: Sheet, target: str) -> None:
    item = sheet.answer(f"[here]({target}) and <{target}>")
    expect(item).to_contain_text("here")
    expect(item.get_by_role("link")).to_have_count(0)


def test_a_picture_is_a_link_and_nothing_is_fetched(sheet: Sheet) -> None:
    item = sheet.answer("![a cat](https://elsewhere.example/cat.png)")
    expect(item.get_by_role("link", name="a cat")).to_have_attribute("href", "https://elsewhere.example/cat.png")
    expect(item.locator("img")).to_have_count(0)


def test_html_is_shown_as_it_is_written(sheet: Sheet) -> None:
    text = "Use <Foo bar='1'> here.\n\n<div onclick=\"x()\">inner</div>\n\n<script>alert(1)</script>"
    item = sheet.answer(text)
    for words in ("<Foo bar='1'>", '<div onclick="x()">inner</div>', "<script>alert(1)</script>"):
        expect(item).to_contain_text(words)


def test_a_line_break_is_one(sheet: Sheet) -> None:
    assert sheet.answer("one\ntwo<br>three").locator("p").inner_text() == "one\ntwo\nthree"


@pytest.mark.parametrize("step", [1, 7])
def test_what_grows_ends_as_what_is_drawn_at_once(sheet: Sheet, step: int) -> None:
    for end in range(1, len(LONG), step):
        if end == 1:
            sheet.answer(LONG[:end], context="{open: true}")
        sheet.again("assistant_message", content=[said(LONG[:end])], context="{open: true}")
    sheet.again("assistant_message", content=[said(LONG)])
    grown = sheet.page.locator(".pg-md").inner_html()
    sheet.page.evaluate("document.querySelector('.pg-item').remove()")
    sheet.answer(LONG)
    assert sheet.page.locator(".pg-md").inner_html() == grown


def test_only_the_end_is_drawn_anew_while_a_text_grows(sheet: Sheet) -> None:
    text = "\n\n".join(f"Paragraph {number}" for number in range(30))
    sheet.answer(text, context="{open: true}")
    sheet.page.evaluate("window.before = [...document.querySelectorAll('.pg-block')]")
    watched = "{subtree: true, childList: true, characterData: true, attributes: true}"
    sheet.page.evaluate(f"new MutationObserver(() => (window.changed = true)).observe(before[5], {watched})")
    sheet.again("assistant_message", content=[said(text + " and more\n\nlast")], context="{open: true}")
    assert sheet.page.evaluate(
        "[...document.querySelectorAll('.pg-block')].slice(0, 30).every((block, at) => block === before[at])"
    )
    assert sheet.page.evaluate("window.changed ?? false") is False


def web(title: str, index: int | None = None) -> dict[str, object]:
    source = {"type": "url", "title": title, "url": f"https://{title.lower()}.example/page"}
    return {"type": "annotation", "source": source, "index": index}


def test_sources_are_numbered_where_they_are_used_and_listed_below(sheet: Sheet) -> None:
    text = "😀 First claim. **Second claim.**"
    item = sheet.answer(text, web("One", 14), web("Two", len(text)), web("One", len(text)), web("Three"))
    assert item.locator("p").inner_text() == "😀 First claim.1 Second claim.12"
    expect(item.locator("p strong")).to_have_count(1)
    expect(item.locator(".pg-mark").first).to_have_attribute("href", "https://one.example/page")
    expect(item.locator(".pg-source-title")).to_have_text(["One", "Two", "Three"])


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("| a |\n|---|\n| b |", 15),
        ("| a |\n|---|\n| b |", 9),
        ("- one\n- two", 7),
        ("# Head\n\ntext", 1),
        ("See https://example.org/abc now", 20),
        ("a [link](https://example.org) b", 15),
        ("`some code`", 4),
        ("```\ncode\n```\n\nafter", 6),
        ("", 0),
        ("short", 99),
    ],
)
def test_a_mark_breaks_nothing(sheet: Sheet, text: str, at: int) -> None:
    plain = sheet.answer(text)
    named = ".pg-md :is(table, td, li, h3, a, code, pre):not(.pg-mark)"
    tags = f"(item) => [...item.querySelectorAll('{named}')].map((e) => e.tagName).join()"
    shape, words = plain.evaluate(tags), plain.locator(".pg-md").inner_text()
    item = sheet.answer(text, web("One", at))
    expect(item.locator(".pg-md .pg-mark")).to_have_count(0 if not text else 1)
    item.evaluate("(item) => item.querySelectorAll('.pg-mark').forEach((mark) => mark.remove())")
    item.evaluate("(item) => item.querySelectorAll('.pg-md p:empty').forEach((box) => box.parentElement.remove())")
    assert item.evaluate(tags) == shape
    assert item.locator(".pg-md").inner_text().strip() == words.strip()


def test_a_source_that_is_no_page_leads_to_the_list(sheet: Sheet) -> None:
    file = {"type": "annotation", "index": 4, "source": {"type": "file", "title": "Report", "filename": "r.pdf"}}
    item = sheet.answer("Text", file, *[web(f"W{number}") for number in range(6)])
    item.get_by_role("button", name="Source 1: Report").click()
    expect(item.locator(".pg-source-box").first).to_be_focused()
    expect(item.get_by_text("r.pdf")).to_be_visible()


def test_an_answer_without_words_yet_says_that_it_is_written(sheet: Sheet) -> None:
    expect(sheet.show("assistant_message", content=[], context="{open: true}").get_by_role("status")).to_have_attribute(
        "aria-label", "Writing"
    )
