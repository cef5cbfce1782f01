"""The program that holds the tunnel: frpc, as Gradio builds it, looked at before every start."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)


class TunnelError(Exception):
    """There is no tunnel. The text is a sentence for the owner; `final` if another try is no use."""

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


@dataclass(frozen=True, slots=True)
class Program:
    """Where it is, the SHA-256 that it must have (None: not known for this system), and what fetches it there."""

    path: Path
    checksum: str | None
    fetch: Callable[[], None]

    def verify(self) -> None:
        """Fetch it if it is not there, and read all of it. Blocking. Raises TunnelError for any other than ours."""
        if self.checksum is None:
            raise TunnelError("Gradio has no tunnel for this kind of machine.", final=True)
        if not self.path.exists():
            self._fetch()
        with self.path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != self.checksum:
            raise TunnelError(
                f"The tunnel's program is not the one that Gradio publishes, and was not started: {self.path}. "
                "If it was a broken download, delete it.",
                final=True,
            )

    def _fetch(self) -> None:
        try:
            self.fetch()
        except Exception as error:
            self.path.unlink(missing_ok=True)  # half of it, or another one
            log.debug("the tunnel's program was not fetched", exc_info=True)
            raise TunnelError("The tunnel's program could not be fetched: is there a network?") from error


def gradios() -> Program:
    """The one for this system. Slow: it imports Gradio."""
    from gradio import tunneling  # noqa: PLC0415 - seconds

    checksum = tunneling.CHECKSUMS.get(tunneling.BINARY_URL)
    return Program(Path(tunneling.BINARY_PATH), checksum, tunneling.Tunnel.download_binary)
