import io
import logging
import sys

import pytest

from playground.models.local.progress import showing


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_a_line_per_tenth(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with caplog.at_level(logging.INFO), showing("tiny", 20_000_000) as report:
        for percent in range(101):
            report(percent / 100)
    assert len(caplog.messages) == 11
    assert caplog.messages[5] == "tiny: 50 % of 20 MB"


def test_a_terminal_gets_a_bar(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with caplog.at_level(logging.INFO), showing("tiny", 20_000_000) as report:
        report(0.5)
        report(1.0)
    assert "20.0/20.0 MB" in terminal.getvalue()
    assert caplog.messages == []
