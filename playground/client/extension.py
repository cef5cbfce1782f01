"""What a playground offers beside the protocol, over HTTP: runs, approvals, branches, what there is to pick from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from playground.client.heard import Answer, RemoteRun, reopened, run_from
from playground.client.line import Line
from playground.records import Branch, Decision


class Extension:
    """For playgrounds only; another server answers with NotFound. Methods raise VisitorError."""

    _line: Line
    _silence: float

    async def run_of(self, thread_id: str) -> RemoteRun:
        """The thread's live run, or else its last."""
        return run_from(await self._line.get(f"/threads/{thread_id}/run"))

    async def follow(self, run_id: str, *, after: int = 0) -> Answer:
        """A run's events above a number, to its end; also from another program than the one that asked."""
        return Answer(self._line, await reopened(self._line, run_id, after), after=after, silence=self._silence)

    async def stop(self, run_id: str) -> RemoteRun:
        """Stop a run. When this returns the provider's connection is closed and what was said is saved."""
        return run_from(await self._line.post(f"/runs/{run_id}/stop", again=True))

    async def decide(self, run_id: str, decisions: Sequence[Decision], *, model: str | None = None) -> RemoteRun:
        """Approve or reject calls that a run waits for; `model` goes on with it."""
        told = [{"call_id": one.call_id, "approve": one.approve, "message": one.message} for one in decisions]
        body = {"decisions": told, "model": model}
        return run_from(await self._line.post(f"/runs/{run_id}/approvals", json=body))

    async def branches(self, thread_id: str) -> tuple[Branch, ...]:
        """The paths through a thread, oldest first. An edit or a retry makes one; one is the `head`."""
        found: list[Branch] = []
        more: dict[str, str] = {}
        while True:
            page = await self._line.get(f"/threads/{thread_id}/branches", params=more)
            found += map(_branch, page["data"])
            if not page.get("has_more"):
                return tuple(found)
            more = {"after": page["after"]}

    async def fork(self, thread_id: str, item_id: str) -> Branch:
        """A new branch that begins after an item, and is shown from now on."""
        return _branch(await self._line.post(f"/threads/{thread_id}/branches", json={"item_id": item_id}))

    async def switch(self, thread_id: str, branch_id: str) -> Branch:
        """Show another branch."""
        return _branch(await self._line.post(f"/threads/{thread_id}/branches/{branch_id}", json={}))

    async def options(self) -> dict[str, Any]:
        """The agents and models to pick from, and what else the server takes."""
        found: dict[str, Any] = await self._line.get("/options")
        return found


def _branch(value: Any) -> Branch:
    return Branch(
        value["id"],
        value["label"],
        datetime.fromisoformat(value["created_at"]),
        value["head"],
        parent=value.get("parent"),
        forked_after=value.get("forked_after"),
    )
