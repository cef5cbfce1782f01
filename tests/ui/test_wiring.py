"""The page as it is registered with Gradio."""

import inspect
import re
from pathlib import Path
from typing import Any, cast

import gradio as gr
import pytest

from playground import ui
from playground.parts import Playground
from playground.settings import Settings
from playground.ui.page import build_page
from playground.ui.theme import head
from tests.ui.building import built

SCRIPTS = sorted(Path(ui.__file__).parent.glob("*.js"))


@pytest.fixture(scope="module")
def page() -> gr.Blocks:
    return built(lambda: build_page(cast("Playground", None)))


def listeners(page: gr.Blocks) -> list[Any]:
    return list(page.fns.values())


def test_no_listener_is_part_of_an_api(page: gr.Blocks) -> None:
    assert {listener.api_visibility for listener in listeners(page)} == {"private"}


def test_nothing_keeps_a_connection_open_for_a_state(page: gr.Blocks) -> None:
    assert not [block for block in page.blocks.values() if isinstance(block, gr.State)]


def test_the_chat_is_never_an_input(page: gr.Blocks) -> None:
    inputs = [block for listener in listeners(page) for block in listener.inputs]
    assert not [block for block in inputs if isinstance(block, gr.Chatbot)]


def test_only_watching_goes_through_the_queue(page: gr.Blocks) -> None:
    queued = {listener.name for listener in listeners(page) if listener.queue and listener.fn}
    assert queued == {"attach", "attach_earlier"}


def test_a_watching_page_has_one_output(page: gr.Blocks) -> None:
    # Gradio makes every further one anew at each update, changed or not.
    outputs = [listener.outputs for listener in listeners(page) if listener.queue and listener.fn]
    assert {len(components) for components in outputs} == {1}


def test_every_listener_asks_who_it_is(page: gr.Blocks) -> None:
    for listener in listeners(page):
        if listener.fn is not None:
            annotations = [parameter.annotation for parameter in inspect.signature(listener.fn).parameters.values()]
            assert gr.Request in annotations, listener.name


def test_templates_are_constant(page: gr.Blocks) -> None:
    templates = [block.html_template for block in page.blocks.values() if isinstance(block, gr.HTML)]
    assert len(templates) == 11
    assert not [template for template in templates if re.search(r"\$\{|\{\{", template)]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_draw_text_and_no_markup(script: Path) -> None:
    found = re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", script.read_text())
    assert found == (["innerHTML"] if script.name == "make.js" else [])  # what the server made, in `put`


def test_nothing_is_named_that_another_host_serves() -> None:
    addresses = [head(), *(script.read_text() for script in SCRIPTS)]
    found = {address for text in addresses for address in re.findall(r"https?://[^\s'\"]+", text)}
    assert found == {"http://www.w3.org/2000/svg"}  # a name, not an address


def test_settings_are_untouched_by_building(page: gr.Blocks) -> None:
    assert not page.has_launched
    assert Settings().port == 7860
