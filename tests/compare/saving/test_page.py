"""A comparison as a page: read as text here, and opened in Chromium from a disk, without a network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Route, ViewportSize

from playground.compare.answers import Answer
from playground.compare.parts import Note, Thought, ToolCall
from playground.compare.saving.comparison import Comparison, SavedLane, SavedRun
from playground.compare.saving.page import MOST_COMPARED, MOST_READ, POLICY, html, missing
from playground.errors import NotFound
from playground.records import LaneSettings
from tests.browser.conftest import browser as browser  # noqa: PLC0414 - a fixture
from tests.compare.payloads import PAYLOADS
from tests.compare.reading import Read
from tests.compare.saved import AT, MODELS, comparison

WIDE, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
PLOTTED = ("svg", "g", "rect", "text")
EVIL = "\n\n".join(PAYLOADS).replace("\ud800", "")  # the store keeps no half characters


def hostile() -> Comparison:
    """Payloads wherever text can be."""
    made = comparison(EVIL, title=EVIL)
    (first, *others) = made.rounds
    reply = first.replies[0].model_copy(
        update={
            "parts": (
                Thought(title=EVIL, text=EVIL),
                ToolCall(name=EVIL, arguments=EVIL, result=EVIL, note=EVIL),
                *(Answer(text=payload) for payload in PAYLOADS),
                Note(text=EVIL),
            ),
            "run": SavedRun(agent=EVIL, model=EVIL, status="failed", created_at=AT, notes=(EVIL,), error=EVIL),
        }
    )
    lane = SavedLane(name=EVIL, agent=EVIL, model=EVIL, settings=LaneSettings(instructions=EVIL[:5_000]))
    replies = (reply, *first.replies[1:])
    rounds = (first.model_copy(update={"replies": replies}), *others)
    return made.model_copy(update={"lanes": (lane, *made.lanes[1:]), "rounds": rounds})


# -- as text ----------------------------------------------------------------------------------------------------


def test_all_that_was_said_and_done_is_on_the_page() -> None:
    text = Read(html(comparison())).text

    for told in (
        *("Weather in Oslo, and what to wear", "4 lanes", "3 prompts", "22 November 2026, 12:00 UTC", "same world"),
        *MODELS,
        *("What is the weather in Oslo?", "take a coat", "Hand-off → desk", "weather", "Arguments", "No such city."),
        *("Reasoning", "The user wants the weather.", "Met office", "Stopped", "Failed", "$0.0012", "3 m/s"),
        *("The provider closed the connection before the answer was complete.", "temperature 0.2"),
    ):
        assert told in text, told


def test_the_page_asks_for_nothing_and_runs_nothing() -> None:
    read = Read(html(hostile()))

    assert read.elements[2][0] == "meta"
    (policy,) = [meta for meta in read.tags("meta") if meta.get("http-equiv")]
    assert policy == {"http-equiv": "Content-Security-Policy", "content": POLICY}
    names = {name for tag, attributes in read.elements if tag not in PLOTTED for name in attributes}
    assert names & {"src", "srcset", "style", "action", "data", "background", "poster", "ping"} == set()
    assert [name for name in names if name.startswith("on")] == []
    forbidden = {"script", "link", "img", "iframe", "object", "embed", "form", "input", "button", "base", "use"}
    assert {tag for tag, _ in read.elements} & forbidden == set()
    plotted = {name for tag, attributes in read.elements if tag in PLOTTED for name in attributes}
    assert plotted & {"href", "xlink:href", "src", "id", "class"} == set()
    assert [
        one for tag in PLOTTED for one in read.tags(tag) if "(" in (one.get("style") or "").replace("var(--", "")
    ] == []


def test_names_on_the_page_are_its_own() -> None:
    ids = [value for _, attributes in Read(html(hostile())).elements if (value := attributes.get("id"))]
    assert ids == ["took", "settings"]


def test_the_best_figures_are_marked() -> None:
    assert {"class": "best"} in Read(html(comparison())).tags("b")


def test_two_answers_are_compared_word_by_word() -> None:
    made = comparison()
    last = made.rounds[1]
    pair = last.model_copy(update={"replies": tuple(last.replies[:2])})
    other = pair.replies[1].model_copy(update={"parts": (Answer(text=f"{pair.replies[0].text} Or a list."),)})
    changed = made.model_copy(update={"rounds": (pair.model_copy(update={"replies": (pair.replies[0], other)}),)})

    read = Read(html(changed))

    assert "Word by word" in read.text
    assert read.tags("ins")
    assert "Word by word" not in Read(html(made)).text


def test_what_is_too_much_to_be_drawn_at_once_is_shown_as_it_was_written() -> None:
    made = comparison()
    (one, other), length = made.rounds[0].replies[:2], 10_000
    said = [
        reply.model_copy(update={"parts": (Answer(text=f"**{letter}** ".ljust(length, letter)),)})
        for reply, letter in ((one, "x"), (other, "y"))
    ]
    rounds = tuple(made.rounds[0].model_copy(update={"prompt": "**z**", "replies": tuple(said)}) for _ in range(20))

    page = html(made.model_copy(update={"rounds": rounds}))

    assert 0 < page.count("<strong>x</strong>") <= MOST_READ / length / 2
    assert page.count("<pre>**x** xxx") == 20 - page.count("<strong>x</strong>")
    assert 0 < page.count("Word by word") <= MOST_COMPARED / length / 2


def test_a_lane_in_which_nothing_was_said_is_on_the_page() -> None:
    made = comparison().model_copy(update={"rounds": ()})
    text = Read(html(made)).text
    assert "Nothing was asked yet." in text


def test_what_is_missing_says_nothing_of_what_there_is() -> None:
    text = Read(missing()).text
    assert "There is nothing here" in text
    assert NotFound().message not in text


# -- in a browser -----------------------------------------------------------------------------------------------


class Opened:
    """The page in Chromium, with all that it tried."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.tried: list[str] = []
        page.on("request", self._requested)
        page.on("console", lambda message: self.tried.append(message.text))
        page.on("pageerror", lambda error: self.tried.append(str(error)))
        page.on("dialog", lambda dialog: self.tried.append(dialog.message))
        page.on("popup", lambda popup: self.tried.append(popup.url))
        page.route("**/*", self._blocked)
        page.goto(address)

    def _requested(self, request: Request) -> None:
        if request.url != self.address:
            self.tried.append(request.url)

    def _blocked(self, route: Route) -> None:
        (route.continue_ if route.request.url == self.address else route.abort)()


@pytest.fixture(params=[(WIDE, "light"), (PHONE, "dark")], ids=["wide", "phone"])
def opened(browser: Browser, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """The hostile page, opened from a disk."""
    file = tmp_path / "page.html"
    file.write_text(html(hostile()), encoding="utf-8")
    viewport, scheme = request.param
    context = browser.new_context(viewport=viewport, color_scheme=scheme, offline=True)
    context.add_init_script("window.alert = text => console.log('a script ran: ' + text)")
    yield Opened(context.new_page(), file.as_uri())
    context.close()


def test_nothing_that_was_written_runs_or_asks_for_anything(opened: Opened) -> None:
    page = opened.page
    for summary in page.locator("summary").all():
        summary.evaluate("summary => summary.parentElement.open = true")
    page.mouse.move(200, 300)
    page.mouse.wheel(0, 2_000)
    page.keyboard.press("Tab")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    assert opened.tried == []


def test_the_page_does_not_scroll_sideways(opened: Opened) -> None:
    width = opened.page.evaluate("() => [document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1]


def test_no_message_leaves_its_box(opened: Opened) -> None:
    outside = opened.page.evaluate(
        """() => [...document.querySelectorAll('.words')].filter(box => {
            const style = getComputedStyle(box), size = box.getBoundingClientRect()
            const lane = box.closest('.lane, .prompt').getBoundingClientRect()
            return style.contain !== 'content' || size.left < lane.left - 1 || size.right > lane.right + 1
        }).length"""
    )
    floating = opened.page.evaluate(
        """() => [...document.querySelectorAll('.words *')].filter(
            one => ['fixed', 'absolute', 'sticky'].includes(getComputedStyle(one).position)).length"""
    )
    assert (outside, floating) == (0, 0)


def test_a_browser_draws_no_picture_and_no_form(opened: Opened) -> None:
    assert opened.page.locator("img, iframe, form, input, button, script, video, audio, object").count() == 0
    drawn = opened.page.locator("svg, svg *").evaluate_all("them => them.map(each => each.localName)")
    assert set(drawn) == {"svg", "title", "text", "g", "rect"}
    assert opened.page.locator("svg:not(.measures svg)").count() == 0


def test_lanes_stand_side_by_side_and_are_swiped_on_a_phone(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(html(comparison()), encoding="utf-8")
    page = browser.new_page(viewport=WIDE)
    page.goto(file.as_uri())
    lanes = page.locator(".round").first.locator(".lane")

    boxes = [box for lane in lanes.all() if (box := lane.bounding_box())]
    assert len({box["y"] for box in boxes}) == 1
    assert boxes[-1]["x"] + boxes[-1]["width"] <= WIDE["width"]

    page.set_viewport_size(PHONE)
    row = page.locator(".lanes").first
    assert row.evaluate("row => row.scrollWidth > row.clientWidth")
    assert row.evaluate("row => getComputedStyle(row).scrollSnapType") == "x mandatory"
    box = lanes.first.bounding_box()
    assert box is not None
    assert box["width"] < PHONE["width"]
    page.close()


def test_steps_open_without_a_script(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(html(comparison()), encoding="utf-8")
    page = browser.new_page(java_script_enabled=False)
    page.goto(file.as_uri())
    result = page.get_by_text('"degrees": 4.5').first

    assert not result.is_visible()
    page.locator(".step.tool summary").first.click()
    assert result.is_visible()
    page.close()


SLIPPED = (
    "<script>alert('script')</script><img src=x onerror=alert('img')><svg onload=alert('svg')></svg>"
    "<iframe srcdoc=\"<script>parent.alert('frame')</script>\"></iframe>"
    "<a id=go href=\"javascript:alert('link')\">go</a>"
    "<form id=f action=https://evil.example><button id=send>x</button></form>"
)


def test_even_markup_that_slipped_through_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(html(comparison()).replace("take a coat", SLIPPED), encoding="utf-8")
    context = browser.new_context(offline=True)
    context.add_init_script("window.ran = []; window.alert = text => window.ran.push(text)")
    page = context.new_page()
    page.goto(file.as_uri())
    page.evaluate("() => { document.querySelector('#go').click(); document.querySelector('#send').click() }")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    assert page.evaluate("() => window.ran") == []
    assert page.url == file.as_uri()
    context.close()
