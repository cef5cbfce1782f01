"""What is kept is its owner's alone: other users of the machine do not read what visitors wrote. Blocking."""

import os
import stat
from contextlib import suppress
from pathlib import Path

KEPT = ("playground.db", "playground.db-wal", "playground.db-shm", "secret", "attachments")
"""In the data folder; an earlier version may have left it open to others."""


def keep_private() -> None:
    """Whatever this process makes from now on is for its own user."""
    os.umask(0o077)


def make_folder(path: Path) -> None:
    """Make it for its owner alone. One that is there is left as it is: others may be meant to use it."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)


def make_file(path: Path) -> None:
    """Make an empty file for its owner alone, if there is none. What SQLite puts beside it has the same rights."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def shut(folder: Path) -> None:
    """Take from others what rights they have to what is kept in the data folder, as far as it is ours."""
    for path in (folder / name for name in KEPT):
        with suppress(OSError):
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                path.chmod(mode & 0o700)
