"""The server at the other end."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from gradio import networking

from playground.settings import Settings
from playground.web.tunnel.program import TunnelError
from playground.web.tunnel.relay import Relay, relay_of

ANSWERS: dict[str, object] = {
    "/good": [{"host": "share.test", "port": 7000, "root_ca": "-----BEGIN CERTIFICATE-----"}],
    "/empty": [],
    "/odd": {"host": "share.test"},
    "/port": [{"host": "share.test", "port": "x", "root_ca": ""}],
}


class Directory(BaseHTTPRequestHandler):
    """Gradio's, as it answers."""

    def do_GET(self) -> None:
        """An answer, or none."""
        body = ANSWERS.get(self.path)
        self.send_response(200 if body is not None else 502)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode() if body is not None else b"<html>")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is named there
        """Says nothing."""


@pytest.fixture
def directory() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Directory) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_gradios_is_asked_for_and_its_certificate_kept_in_the_data_folder(
    directory: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(networking, "GRADIO_API_SERVER", f"{directory}/good")
    settings = Settings(data_dir=tmp_path / "kept")
    kept = settings.data_dir / "share-server.pem"
    assert relay_of(settings) == relay_of(settings) == Relay("share.test:7000", kept, "https")
    assert kept.read_text() == "-----BEGIN CERTIFICATE-----"
    assert oct(kept.stat().st_mode)[-3:] == "600"
    assert list(tmp_path.iterdir()) == [kept.parent], "nothing where it was started"
    assert list(kept.parent.iterdir()) == [kept]


@pytest.mark.parametrize("answer", ["empty", "odd", "port", "broken"])
def test_one_that_cannot_be_asked_is_one_sentence(directory: str, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(networking, "GRADIO_API_SERVER", f"{directory}/{answer}")
    with pytest.raises(
        TunnelError, match=r"^Gradio's share server could not be asked for a link: is there a network\?$"
    ):
        relay_of(Settings())


def test_without_a_network_it_is_the_same_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networking, "GRADIO_API_SERVER", "http://127.0.0.1:1/")
    with pytest.raises(TunnelError, match="is there a network") as failure:
        relay_of(Settings())
    assert not failure.value.final


def test_a_server_of_ones_own_is_used_as_it_is_set(tmp_path: Path) -> None:
    certificate = tmp_path / "share.pem"
    certificate.write_text("x")
    settings = Settings(share_server="share.test:7000", share_server_certificate=certificate)
    assert relay_of(settings) == Relay("share.test:7000", certificate, "https")
    plain = Settings(share_server="share.test:7000", share_server_protocol="http")
    assert relay_of(plain) == Relay("share.test:7000", None, "http")


def test_a_missing_certificate_is_told_and_not_done_without(tmp_path: Path) -> None:
    settings = Settings(share_server="share.test:7000", share_server_certificate=tmp_path / "share.pem")
    with pytest.raises(TunnelError, match="no certificate of the share server") as failure:
        relay_of(settings)
    assert failure.value.final
