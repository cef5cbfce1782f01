"""Where the bytes lie: a folder, or whatever a URL of fsspec's names. Blocking: off the event loop."""

import errno
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import IO, Any, cast

import fsspec.core  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]

from playground import folder

LOCAL = "file"
RESERVE = 1 << 30
"""Bytes of a disk that files leave to the database beside them: strangers may upload as much as there is room for."""


class Vault:
    """Files by their names, which are ours: letters and digits."""

    def __init__(self, url: str, *, reserve: int = RESERVE) -> None:
        self._url = url
        self._reserve = reserve

    def keep(self, name: str, source: IO[bytes]) -> None:
        """Keep all of `source`, or nothing. Raises what the file system raises."""
        source.seek(0)
        if not self._is_local:
            self._write(self._path(name), source)  # a store of objects shows one when it is whole
            return
        draft = self._path(f".{name}.part")
        try:
            self._write(draft, source)
            self._files.mv(draft, self._path(name))
        except BaseException:
            with suppress(OSError):
                self._files.rm_file(draft)
            raise

    def read(self, name: str) -> bytes:
        """All bytes. Raises FileNotFoundError, or what else the file system raises."""
        return bytes(self._files.cat_file(self._path(name)))

    def open(self, name: str) -> IO[bytes]:
        """To be read piece by piece. Raises FileNotFoundError, or what else the file system raises."""
        return cast("IO[bytes]", self._files.open(self._path(name), "rb"))

    def drop(self, name: str) -> None:
        """Delete it, if it is there."""
        with suppress(FileNotFoundError):
            self._files.rm_file(self._path(name))

    @cached_property
    def _place(self) -> tuple[Any, str]:
        parse = cast("Callable[[str], tuple[Any, str]]", fsspec.core.url_to_fs)  # pyright: ignore[reportUnknownMemberType]
        return parse(self._url)

    @property
    def _files(self) -> Any:
        return self._place[0]

    @property
    def _is_local(self) -> bool:
        protocol = self._files.protocol
        return LOCAL in ((protocol,) if isinstance(protocol, str) else protocol)

    def _path(self, name: str) -> str:
        return f"{self._place[1].rstrip('/')}/{name}"

    def _write(self, path: str, source: IO[bytes]) -> None:
        if self._is_local:
            folder.make_folder(Path(self._place[1]))
            if shutil.disk_usage(self._place[1]).free < self._reserve:
                raise OSError(errno.ENOSPC, "the disk is nearly full")
        with self._files.open(path, "wb") as out:
            shutil.copyfileobj(source, out)
