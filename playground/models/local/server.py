"""The local models of this process: which there are, how far each one is, and where it answers."""

import asyncio
import importlib.util
import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from playground.errors import FailureKind, ProviderError
from playground.languages.say import say
from playground.models.local.process import NO_RUNTIME, Child, ChildError, Endpoint
from playground.models.local.progress import showing
from playground.models.local.sources import FetchError
from playground.models.local.weights import SHIPPED, Cache, Weight
from playground.settings import Settings

_log = logging.getLogger(__name__)
State = Literal["off", "absent", "fetching", "ready", "starting", "running", "failed"]
_RESTARTS = 3
_CRASH_MEMORY = 600
_FETCH_AGAIN = (60, 300, 1500)
SMALL = "Small built-in model: runs on this machine, needs no key, and is often wrong."


@dataclass(frozen=True)
class LocalStatus:
    """How far a model is. `progress` is 0..1 of its download; `note` is one sentence for the picker."""

    name: str
    state: State
    progress: float
    note: str


class LocalServer:
    """One model: a file and, once somebody asked for it, the child that serves it."""

    def __init__(self, name: str, note: str) -> None:
        self.status = LocalStatus(name, "absent", 0.0, note)
        self._note = note
        self._path: Path | None = None
        self._child: Child | None = None
        self._starting: asyncio.Task[Endpoint] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._crashes: list[float] = []

    @property
    def has_file(self) -> bool:
        """Whether there is something to start."""
        return self._path is not None

    def found(self, path: Path, note: str) -> None:
        """The file is there: the model can be started. `note` is what to say while all is well."""
        self._path, self._note = path, note
        self.show("ready", note, progress=1.0)

    def show(self, state: State, note: str, *, progress: float | None = None) -> None:
        """Changes the status."""
        changed = self.status.progress if progress is None else progress
        self.status = replace(self.status, state=state, note=note, progress=changed)

    async def endpoint(self) -> Endpoint:
        """Where the model answers, starting it first if need be. Raises ProviderError."""
        if self._child and self._child.alive:
            return self._child.endpoint
        if self._path is None:
            raise self._unavailable("server" if self.status.state == "failed" else "overloaded")
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._start(self._path))
        # Not awaited itself: a visitor who stops waiting must not end the start for the others.
        await asyncio.wait([self._starting])
        if self._starting.cancelled():
            raise self._unavailable("server")
        return self._starting.result()

    async def stop(self) -> None:
        """Ends the child, also one that is just starting."""
        self.show("off", "The playground is shutting down.")
        for task in (self._starting, self._watching):
            if task:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        if self._child:
            await self._child.stop()
            self._child = None

    async def _start(self, path: Path) -> Endpoint:
        """Starts the child, again after a crash: each time later, and not for ever."""
        while len(self._recent_crashes()) <= _RESTARTS:
            if self._crashes:
                await asyncio.sleep(0.25 * 2 ** (len(self._crashes) - 1))
            self.show("starting", "Starting, which takes a few seconds.")
            try:
                self._child = await Child.start(path, self.status.name)
            except ChildError as failure:
                self.show("failed", str(failure))
                if failure.final:
                    raise self._unavailable("server") from failure
                self._crashes.append(asyncio.get_running_loop().time())
            else:
                self.show("running", self._note)
                self._watching = asyncio.create_task(self._watch(self._child))
                return self._child.endpoint
        raise self._unavailable("server")

    async def _watch(self, child: Child) -> None:
        status = await child.wait()
        _log.warning("the local model %s ended with status %s", self.status.name, status)
        self._crashes.append(asyncio.get_running_loop().time())
        if len(self._recent_crashes()) > _RESTARTS:
            self.show("failed", "It stopped unexpectedly several times in a row, and rests for ten minutes.")
            await asyncio.sleep(_CRASH_MEMORY)
        self.show("ready", "It stopped unexpectedly, and starts again with the next message.")

    def _recent_crashes(self) -> list[float]:
        now = asyncio.get_running_loop().time()
        self._crashes = [crash for crash in self._crashes if now - crash < _CRASH_MEMORY]
        return self._crashes

    def _unavailable(self, kind: FailureKind) -> ProviderError:
        message = say("{model} cannot answer: {note}", model=f"local/{self.status.name}", note=self.status.note)
        return ProviderError(message, provider="local", kind=kind, allow_retry=kind == "overloaded")


class LocalServers:
    """All local models of this process. `start` begins to fetch what is missing; children start when asked for."""

    def __init__(
        self, settings: Settings, *, cache: Cache | None = None, shipped: tuple[Weight, ...] = SHIPPED
    ) -> None:
        self._cache = cache or Cache()
        self._wanted = _wanted(settings.local_model, shipped)
        self._own = None if self._wanted or settings.local_model == "off" else Path(settings.local_model).expanduser()
        # The model that the settings name comes first, the smaller one that helps out after it.
        self._servers = {weight.name: LocalServer(weight.name, _waiting(weight)) for weight in reversed(self._wanted)}
        if self._own:
            self._servers[self._own.stem] = LocalServer(self._own.stem, "Your own GGUF file, not yet looked for.")
        self._fetching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to fetch what is missing, in the background, and returns at once."""
        if await asyncio.to_thread(importlib.util.find_spec, "xllamacpp") is None:
            for server in self._servers.values():
                server.show("failed", NO_RUNTIME)
            return
        if self._own:
            await self._look_for(self._own)
        for weight in self._wanted:
            if path := await asyncio.to_thread(self._cache.find, weight):
                self._servers[weight.name].found(path, SMALL)
        self._fetching = asyncio.create_task(self._fetch_missing())

    def statuses(self) -> tuple[LocalStatus, ...]:
        """All models, the one that the settings name first; none when local models are off."""
        return tuple(server.status for server in self._servers.values())

    async def endpoint(self, name: str) -> Endpoint:
        """Where `name` answers, starting it first if need be. Raises ProviderError with a readable text."""
        if server := self._servers.get(name):
            return await server.endpoint()
        offered = ", ".join(f"local/{known}" for known in self._servers) or say("none, they are switched off")
        message = say("There is no local model {name}. Local models here: {offered}.", name=repr(name), offered=offered)
        raise ProviderError(message, provider="local", kind="unknown_model", allow_retry=False)

    async def aclose(self) -> None:
        """Stops fetching and ends every child, within 3 s."""
        if self._fetching:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)
        await asyncio.gather(*(server.stop() for server in self._servers.values()))

    async def _look_for(self, path: Path) -> None:
        server = self._servers[path.stem]
        if await asyncio.to_thread(path.is_file):
            server.found(path, "Your own GGUF file, on this machine.")
        else:
            server.show("failed", "PLAYGROUND_LOCAL_MODEL names a file that is not there.")

    async def _fetch_missing(self) -> None:
        for pause in (0, *_FETCH_AGAIN):
            missing = [weight for weight in self._wanted if not self._servers[weight.name].has_file]
            if missing:
                await asyncio.sleep(pause)
            for weight in missing:
                await self._fetch(weight, self._servers[weight.name])

    async def _fetch(self, weight: Weight, server: LocalServer) -> None:
        with showing(f"local/{weight.name}", weight.size) as shown:

            def report(fraction: float) -> None:
                shown(fraction)
                server.show("fetching", f"Downloading, {fraction:.0%} of {weight.megabytes} MB.", progress=fraction)

            report(0.0)
            try:
                server.found(await self._cache.fetch(weight, report), SMALL)
            except (FetchError, OSError) as error:
                _log.warning("local/%s could not be downloaded: %s", weight.name, error)
                server.show("failed", f"Its download ({weight.megabytes} MB) did not work out; it is tried again.")


def _wanted(choice: str, shipped: tuple[Weight, ...]) -> tuple[Weight, ...]:
    """What to fetch, in order. The smaller model comes along with the larger: it answers until that one is there."""
    for count, weight in enumerate(shipped, 1):
        if weight.name == choice:
            return shipped[:count]
    return ()


def _waiting(weight: Weight) -> str:
    return f"Waits to be downloaded, {weight.megabytes} MB."
