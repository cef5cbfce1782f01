"""Ann, who has one of everything, each with a word in it that nobody else may ever read."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from playground.client import Client
from playground.compare.saving.sharing import Sharing
from playground.parts import Playground
from playground.visitor import Scope, Visitor
from tests.conformance.ui import Reply, Ui
from tests.house import Json, message

CANARY = "the-heron-flies-at-dusk"
"""In all that Ann says, names and uploads."""
TEXT = f"A text: {CANARY}".encode()
AGENTS = ("tests.conformance.agents:showman", "tests.runs.agents:payer")


@dataclass(frozen=True)
class World:
    """Ann and the ids of what she has: `thread`, `item`, `run` and so on."""

    ann: Ui
    ids: Mapping[str, str]

    async def seen(self) -> bytes:
        """All that Ann sees of it, as JSON."""
        found: Json = {}
        for thread in (await self.ann.ask("threads.list", limit=100, order="asc"))["data"]:
            name = thread["id"]
            run = await self.ann.run(name)
            found[name] = [
                await self.ann.ask("threads.get_by_id", thread_id=name),
                (await self.ann.http.get(f"/chatkit/threads/{name}/branches")).json(),
                {part: run.get(part) for part in ("id", "status", "asks")},
            ]
        file = await self.ann.http.get(f"/chatkit/attachments/{self.ids['attachment']}")
        found["file"] = base64.b64encode(file.content).decode()
        return orjson.dumps(found, option=orjson.OPT_SORT_KEYS)


async def settle(parts: Playground, ann: Ui) -> World:
    """Make one of everything."""
    talk = await _told(ann, "compatible/echo")
    edit = {"thread_id": talk.thread_id, "input": message(CANARY, model="compatible/echo")}
    edited = await ann.stream("threads.add_user_message", edit, metadata={"edit_item_id": talk.question})
    branches = (await ann.http.get(f"/chatkit/threads/{talk.thread_id}/branches")).json()["data"]
    ids = {
        "thread": talk.thread_id,
        "item": edited.question,
        "answer": edited.done("assistant_message")[0]["id"],
        "run": edited.run_id,
        "branch": next(branch["id"] for branch in branches if not branch["head"]),
    }
    ids |= await _waiting(ann) | await _files(ann) | await _live(ann)
    ids |= await _compared(parts, visitor_of(ann), talk.thread_id)
    ids |= {"visitor": visitor_of(ann).id, "link": (await parts.links.make("Ann's")).id}
    ids["token"] = (await parts.tokens.issue("ann", ttl=600, scope=Scope())).id
    await ann.ask("threads.update", thread_id=ids["thread"], title=CANARY)
    return World(ann, ids)


async def _compared(parts: Playground, visitor: Visitor, thread_id: str) -> dict[str, str]:
    """A tab with a round, which is shared."""
    client = Client(visitor, parts)
    tab = await client.open_tab(thread_id=thread_id)
    (sent,) = await client.send_all(tab.id, CANARY)
    assert sent.reply is not None
    run = await parts.engine.rest(visitor, sent.reply.run_id)
    share = await Sharing(visitor, parts).share(tab.id)
    return {"tab": tab.id, "lane": tab.lane.id, "round": run.round or "", "share": share.id}


def visitor_of(ui: Ui) -> Visitor:
    """Who somebody is, as their cookie says."""
    cookie = next(cookie for cookie in ui.http.cookies.jar if cookie.name.startswith("playground_visitor"))
    return Visitor(str(cookie.value).partition(".")[0])


async def _told(ann: Ui, model: str, agent: str = "tests.conformance.agents:showman") -> Reply:
    return await ann.create(CANARY, model=model, metadata={"agent": agent})


async def _waiting(ann: Ui) -> dict[str, str]:
    """A widget, a form, a call of a client tool and a call to approve."""
    card = await _told(ann, "compatible/tool:show_card:{}")
    form = await _told(ann, "compatible/tool:question:{}")
    call = await _told(ann, "compatible/tool:facts:{}")
    async with ann.open(
        "threads.create",
        {"input": message(CANARY, model='compatible/tools:{"pay":{"amount":5}}')},
        metadata={"agent": "tests.runs.agents:payer"},
    ) as paying:
        await paying.until("thread.item.done")
    asking = paying.response.headers
    run = await ann.run(asking["x-thread-id"])
    while not run.get("asks"):
        run = await ann.run(asking["x-thread-id"])
    return {
        "widget_thread": card.thread_id,
        "widget": card.done("widget")[0]["id"],
        "form_thread": form.thread_id,
        "form": form.done("structured_input")[0]["id"],
        "tool_thread": call.thread_id,
        "tool": call.done("client_tool_call")[0]["id"],
        "asking_thread": asking["x-thread-id"],
        "asking_run": asking["x-run-id"],
        "call": run["asks"][0]["call_id"],
    }


async def _files(ann: Ui) -> dict[str, str]:
    """A file that is there, and one whose bytes are still to come."""
    sent = await ann.http.post("/chatkit/attachments", files={"file": (f"{CANARY}.txt", TEXT, "text/plain")})
    pending = await ann.ask("attachments.create", name=f"{CANARY}.txt", size=len(TEXT), mime_type="text/plain")
    return {"attachment": sent.json()["id"], "pending": pending["id"]}


async def _live(ann: Ui) -> dict[str, str]:
    """A run in the middle of its answer. It is read by nobody, and goes on for longer than a test."""
    async with ann.open("threads.create", {"input": message(CANARY, model="compatible/hang-open")}) as live:
        await live.until("thread.item.done")
    return {"live_thread": live.response.headers["x-thread-id"], "live_run": live.response.headers["x-run-id"]}


def renamed(ids: Mapping[str, str], value: Any) -> Any:
    """A value with `{names}` of what it is about replaced by their ids."""
    text = orjson.dumps(value).decode()
    for name, identity in ids.items():
        text = text.replace(f"<{name}>", identity)
    return orjson.loads(text)
