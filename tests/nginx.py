"""A real nginx before a server of ours, configured by the block that `docs/deploy.md` gives to owners."""

import os
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

HOST = "demo.example"
DOCUMENT = Path(__file__).parent.parent / "docs" / "deploy.md"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
USER = "user root;" if os.geteuid() == 0 else ""
"""Else its worker would be somebody whom the folder of a test is closed to."""

AROUND = """
{user}
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{block}
}}
"""


@dataclass(frozen=True, slots=True)
class Front:
    """Where nginx answers, and how its certificate is told from others."""

    port: int
    trust: ssl.SSLContext

    @property
    def url(self) -> str:
        """The address as visitors write it."""
        return f"https://{HOST}:{self.port}"


def blocks() -> list[str]:
    """What the document says to write into nginx's configuration: the server, then the copies behind it."""
    return re.findall(r"```nginx\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)


def free_port() -> int:
    """One that nobody listens on now."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port: int = free.getsockname()[1]
        return port


def configured(block: str, folder: Path, **changes: str) -> Path:
    """The configuration in a file; each change, written as it stands in the document, has to be found there."""
    for old, new in changes.items():
        assert old in block, f"the document has no {old}"
        block = block.replace(old, new)
    path = folder / "nginx.conf"
    path.write_text(AROUND.format(user=USER, folder=folder, block=block))
    return path


def arguments(configuration: Path) -> list[str]:
    """How nginx is started on it, as anybody."""
    if NGINX is None:
        pytest.fail("These tests need nginx; scripts/test installs it.")
    return [
        NGINX,
        "-p",
        str(configuration.parent),
        "-e",
        str(configuration.parent / "start.log"),
        "-c",
        str(configuration),
    ]


def secured(folder: Path) -> tuple[dict[str, str], ssl.SSLContext]:
    """A certificate in place of the document's, and who trusts it."""
    authority = trustme.CA()
    issued = authority.issue_cert(HOST, "127.0.0.1")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "certificate.pem")
    trust = ssl.create_default_context()
    authority.configure_trust(trust)  # pyright: ignore[reportUnknownMemberType] - it takes PyOpenSSL's too
    live = f"/etc/letsencrypt/live/{HOST}"
    return {f"{live}/fullchain.pem": f"{folder}/certificate.pem", f"{live}/privkey.pem": f"{folder}/key.pem"}, trust


@contextmanager
def nginx(folder: Path, port: int, upstream: str) -> Generator[Front]:
    """nginx on a port of this machine, before the server at `upstream`, an `http://host:port`."""
    files, trust = secured(folder)
    changes = {"listen 443": f"listen 127.0.0.1:{port}", "http://127.0.0.1:7860": upstream, **files}
    command = arguments(configured(blocks()[0], folder, **changes))
    with subprocess.Popen(command) as process:
        try:
            _wait(process, port)
            yield Front(port, trust)
        finally:
            process.terminate()
            process.wait(10)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            continue
        return
    pytest.fail("nginx did not start")
