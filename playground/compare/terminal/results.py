"""What a batch has so far: a file of JSON lines, each whole and on the disk before the next one is begun."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from playground.records import LaneSettings, RunStatus, Usage

if sys.platform != "win32":
    import fcntl

HEAD = b'{"fingerprint":"'
"""How every line begins. What does not is nobody's to mend."""


class ResultsError(ValueError):
    """A file that results cannot be added to. The message names it."""


class Result(BaseModel):
    """What came of one prompt, on one model, for the `take`th time. Times are in milliseconds, `cost` in US dollars.

    `fields` are those that stood beside the prompt at its `line`. `status` is the run's, and None if there is no run.
    """

    model_config = ConfigDict(frozen=True)

    fingerprint: str
    line: int
    prompt: str
    fields: dict[str, Any] = {}
    agent: str
    model: str
    settings: LaneSettings = LaneSettings()
    take: int = 1
    status: RunStatus | None = None
    answer: str = ""
    error: str | None = None
    first_token_ms: int | None = None
    duration_ms: int | None = None
    usage: Usage = Usage()
    tool_calls: int = 0
    cost: Decimal | None = None
    notes: tuple[str, ...] = ()
    run_id: str | None = None
    thread_id: str | None = None
    round: str | None = None
    at: datetime

    @property
    def answered(self) -> bool:
        """Whether asking again would bring nothing better."""
        return self.status in {"completed", "incomplete"}

    @property
    def failed(self) -> bool:
        """Whether something went wrong, and nobody just stopped it."""
        return not self.answered and (self.status != "cancelled" or self.error is not None)


@dataclass(slots=True)
class Results:
    """The file, held open by this process alone. `last` is the newest result of each fingerprint."""

    path: Path
    last: dict[str, Result]
    _file: BinaryIO

    @classmethod
    def open(cls, path: Path) -> Self:
        """Opens the file, or makes it. A last line that was cut off is taken away, and nothing else is touched.

        Raises:
            ResultsError: it cannot be written, another process writes to it, or it holds something else.
        """
        if path.exists() and not path.is_file():
            raise ResultsError(f"{path}: this is not a file.")
        try:
            file = path.open("a+b")
        except OSError as error:
            raise ResultsError(f"{path}: {error.strerror}.") from error
        try:
            _hold(path, file)
            last = {result.fingerprint: result for result in _read(path, file)}
        except BaseException:
            file.close()
            raise
        return cls(path, last, file)

    def add(self, result: Result) -> None:
        """Appends a result. It is on the disk when this returns. Raises OSError, and then the file is as it was."""
        line, file = result.model_dump_json().encode() + b"\n", self._file.fileno()
        before = os.fstat(file).st_size
        try:
            while line:
                line = line[os.write(file, line) :]
            os.fsync(file)
        except OSError as error:
            os.ftruncate(file, before)
            raise OSError(f"{self.path}: {error.strerror}") from error
        self.last[result.fingerprint] = result

    def close(self) -> None:
        """Lets go of the file, and takes it away if nothing came of it."""
        empty = not os.fstat(self._file.fileno()).st_size
        self._file.close()
        if empty:
            self.path.unlink()


def _hold(path: Path, file: BinaryIO) -> None:
    """Two batches that write to one file would each ask for all that is missing."""
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ResultsError(f"{path}: another command is writing to it.") from error


def _read(path: Path, file: BinaryIO) -> Iterator[Result]:
    file.seek(0)
    whole = 0
    for number, line in enumerate(file, 1):
        if not line.endswith(b"\n") and _is_torn(line):
            file.truncate(whole)
            return
        try:
            yield Result.model_validate_json(line)
        except ValidationError as error:
            raise ResultsError(f"{path}, line {number}: this is not a result of an earlier batch.") from error
        whole += len(line)
        if not line.endswith(b"\n"):
            file.write(b"\n")
            file.flush()


def _is_torn(line: bytes) -> bool:
    """Whether an unfinished line is the beginning of one of ours."""
    try:
        Result.model_validate_json(line)
    except ValidationError:
        return line.startswith(HEAD) or HEAD.startswith(line)
    return False
