"""The server at the other end of the tunnel: Gradio's, which is asked for, or one of the owner's own."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import httpx2
import structlog

from playground.settings import Settings
from playground.web.tunnel.program import TunnelError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Relay:
    """`address` is `host:port`; without a certificate the tunnel has no TLS; `protocol` is what visitors speak."""

    address: str
    certificate: Path | None
    protocol: str


def relay_of(settings: Settings) -> Relay:
    """The server to use. Blocking. Raises TunnelError if Gradio's cannot be asked for."""
    if settings.share_server is None:
        return _gradios(settings.data_dir)
    certificate = settings.share_server_certificate
    if certificate is not None and not certificate.is_file():
        raise TunnelError(f"There is no certificate of the share server at {certificate}.", final=True)
    return Relay(settings.share_server, certificate, settings.share_server_protocol)


def _gradios(folder: Path) -> Relay:
    from gradio.networking import GRADIO_API_SERVER  # noqa: PLC0415 - seconds

    try:
        told = httpx2.get(GRADIO_API_SERVER, timeout=30).raise_for_status().json()[0]
        host, port, certificate = str(told["host"]), int(told["port"]), str(told["root_ca"])
    except (httpx2.HTTPError, ValueError, LookupError, TypeError) as error:
        log.debug("no share server was told", exc_info=True)
        raise TunnelError("Gradio's share server could not be asked for a link: is there a network?") from error
    return Relay(f"{host}:{port}", _kept(certificate, folder), "https")


def _kept(certificate: str, folder: Path) -> Path:
    """In the data folder: Gradio itself would put it wherever the playground was started."""
    path = folder.absolute() / "share-server.pem"
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".share-server-", delete=False) as draft:
        draft.write(certificate)
    return Path(draft.name).replace(path)
