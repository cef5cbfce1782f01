"""Drawings for those who use a screen reader or a keyboard, or need contrast."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.drawing.conftest import Sheet, said
from tests.browser.drawing.samples import PIXEL, SAMPLES, component
from tests.browser.drawing.test_kinds import QUESTIONS, TASKS
from tests.browser.drawing.test_markdown import LONG, web

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "vendor" / "axe-core" / "axe.min.js"
RUN = """axe.run(document.querySelector("main"), {resultTypes: ["violations"]}).then(({violations}) => violations
  .filter(({impact}) => ["serious", "critical"].includes(impact))
  .map(({id, nodes}) => [id, ...nodes.slice(0, 3).map(({html}) => html.slice(0, 200))]))"""


def everything() -> list[tuple[str, dict[str, Any]]]:
    roots = [component(name) for name in ("Card", "ListView")]
    single = [component(name) for name in SAMPLES if name not in {"Card", "ListView", "Basic", "ListViewItem"}]
    widgets = [*roots, *[{"type": "Card", "children": [one]} for one in single]]
    tag: dict[str, Any] = {"type": "input_tag", "id": "1", "text": "@Ada", "data": {}}
    file = {"id": "b", "type": "file", "name": "paper.pdf", "mime_type": "application/pdf"}
    return [
        ("user_message", {"content": [tag], "quoted_text": "said", "attachments": [file]}),
        ("assistant_message", {"content": [said(LONG, web("One", 30), web("Two"))]}),
        ("workflow", {"workflow": {"type": "custom", "expanded": True, "tasks": TASKS}}),
        ("structured_input", {"status": "pending", "inputs": QUESTIONS}),
        ("client_tool_call", {"status": "pending", "name": "facts", "arguments": {"a": 1}}),
        ("generated_image", {"image": {"id": "1", "url": PIXEL}}),
        ("error", {"message": "Too busy.", "allow_retry": True}),
        ("notice", {"level": "warning", "title": "Soon", "message": "Only **3** left."}),
        ("progress", {"text": "Reading"}),
        *[("widget", {"copy_text": "x", "widget": widget}) for widget in widgets],
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(sheet: Sheet, scheme: str) -> None:
    sheet.page.emulate_media(reduced_motion="reduce")  # colours on their way from one scheme to the other are nobody's
    root = "document.documentElement.style"
    sheet.page.evaluate(f"{root}.colorScheme = '{scheme}'; {root}.background = 'light-dark(#fff, #131316)'")
    for kind, fields in everything():
        sheet.show(kind, **fields)
    sheet.page.evaluate("document.querySelectorAll('details').forEach((fold) => (fold.open = true))")
    sheet.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = sheet.page.evaluate(RUN)
    sheet.page.evaluate(f"{root}.colorScheme = {root}.background = ''")
    assert found == []
