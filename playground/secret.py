"""The secret that signs what goes out and is to come back as it was: cookies, links to files."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from playground import folder
from playground.settings import Settings


def load_secret(settings: Settings) -> bytes:
    """The secret that is set, else the one in the data folder, made there on the first start. Blocking.

    Raises:
        ValueError: the kept secret is empty.
    """
    if settings.secret is not None:
        return settings.secret.get_secret_value().encode()
    path = settings.data_dir / "secret"
    if not path.exists():
        _make_secret(path)
    secret = path.read_bytes().strip()
    if not secret:
        raise ValueError(f"The secret in {path} is empty. Delete the file, or set PLAYGROUND_SECRET.")
    return secret


def _make_secret(path: Path) -> None:
    folder.make_folder(path.parent)
    # Written aside (mkstemp gives 0600) and linked into place: of two servers that start at once, one wins
    # and neither reads half a secret.
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()
