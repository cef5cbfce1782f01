"""The text of PDFs."""

from pathlib import Path

import pytest

from playground.attachments import pages
from playground.attachments.pages import Pages, read
from tests.attachments.made import pdf


def test_the_text_of_each_page_is_read() -> None:
    assert read(pdf("Hello there", "And more"), most_chars=1000) == Pages(("Hello there", "And more"), 2)


def test_what_is_too_long_is_not_read_to_its_end() -> None:
    found = read(pdf(*["word " * 10] * 9), most_chars=100)
    assert found is not None
    assert (len(found.texts), found.count) == (3, 9)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4 and then nothing", b"%PDF-1.7\n" + b"\xff" * 1000])
def test_what_is_no_pdf_has_no_text(data: bytes) -> None:
    assert read(data, most_chars=1000) is None


def test_one_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SECONDS", 0.01)
    assert read(pdf("Hello"), most_chars=1000) is None


def test_a_page_that_never_ends_is_cut_where_it_is_read() -> None:
    found = read(pdf("one", "a" * 5_000, "three"), most_chars=1_000)
    assert found is not None
    assert [len(text) for text in found.texts] == [3, 998]


def test_who_takes_over_the_process_that_reads_finds_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    script = tmp_path / "taken_over.py"
    script.write_text("import json, os\nprint(json.dumps({'texts': [repr(os.environ)], 'count': 1}))")
    monkeypatch.setattr(pages, "_SCRIPT", script)
    found = read(b"", most_chars=1)
    assert found is not None
    assert "PATH" in found.texts[0]
    assert "canary" not in found.texts[0]
