"""Every way to name something that may be somebody else's: one line per route and per request of the protocol."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.house import Json, message

MESSAGE = message("Tell me.", model="compatible/echo")


@dataclass(frozen=True)
class Touch:
    """A request with `<names>` of what it touches, on the `route` of that template."""

    name: str
    method: str
    path: str
    body: Json | None = None
    route: str = ""
    files: Mapping[str, Any] | None = field(default=None, compare=False)

    @property
    def template(self) -> str:
        """The route that serves it."""
        return self.route or self.path


def request(kind: str, metadata: Json | None = None, /, **params: Any) -> Touch:
    """A request of the protocol."""
    more = {"metadata": metadata} if metadata else {}
    named = f"{kind} {' '.join(more.get('metadata', ()))}".strip()
    return Touch(named, "POST", "/chatkit", {"type": kind, "params": params, **more})


ANSWERS = {"status": "answered", "answers": {"colour": {"values": ["red"], "skipped": False}}}
PRESS = {"type": "press", "payload": {"n": 1}}

REQUESTS = (
    request("threads.get_by_id", thread_id="<thread>"),
    request("threads.update", thread_id="<thread>", title="mine"),
    request("threads.delete", thread_id="<thread>"),
    request("threads.add_user_message", thread_id="<thread>", input=MESSAGE),
    request("threads.add_user_message", {"edit_item_id": "<item>"}, thread_id="<thread>", input=MESSAGE),
    request("threads.retry_after_item", thread_id="<thread>", item_id="<item>"),
    request("threads.add_client_tool_output", thread_id="<tool_thread>", result={"a": 1}),
    request("threads.add_structured_input", thread_id="<form_thread>", item_id="<form>", input=ANSWERS),
    request("threads.custom_action", thread_id="<widget_thread>", item_id="<widget>", action=PRESS),
    request("threads.sync_custom_action", thread_id="<widget_thread>", item_id="<widget>", action=PRESS),
    request("items.list", thread_id="<thread>"),
    request("items.feedback", thread_id="<thread>", item_ids=["<answer>"], kind="negative"),
    request("attachments.delete", attachment_id="<attachment>"),
    request("threads.create", input={**MESSAGE, "attachments": ["<attachment>"]}),
)
"""Those that name something."""

OWN = (
    request("threads.create", input=MESSAGE),
    request("threads.list", limit=100),
    request("attachments.create", name="a.txt", size=3, mime_type="text/plain"),
    request("input.transcribe", audio_base64="AAAA", mime_type="audio/webm"),
    Touch("an upload", "POST", "/chatkit/attachments", files={"file": ("a.txt", b"mine", "text/plain")}),
    Touch("options", "GET", "/chatkit/options"),
    Touch("what is left", "GET", "/chatkit/me"),
    Touch("what is kept", "GET", "/chatkit/me/export"),
    Touch("give a key", "PUT", "/chatkit/me/keys/openai", {"key": "sk-mine"}, route="/chatkit/me/keys/{provider}"),
    Touch("take it back", "DELETE", "/chatkit/me/keys/openai", route="/chatkit/me/keys/{provider}"),
    Touch("refresh", "POST", "/chatkit/session/refresh"),
    Touch("the ranking", "GET", "/comparisons/ranking.csv"),
    Touch("the ranking as data", "GET", "/comparisons/ranking.json"),
    Touch("the votes", "GET", "/comparisons/votes.csv"),
    Touch("forget me", "POST", "/chatkit/me/forget", {}),
)
"""Those that name nothing."""

ROUTES = (
    Touch("the run of a thread", "GET", "/chatkit/threads/<thread>/run", route="/chatkit/threads/{thread_id}/run"),
    Touch("a run's events", "GET", "/chatkit/runs/<run>/events", route="/chatkit/runs/{run_id}/events"),
    Touch("a live run's", "GET", "/chatkit/runs/<live_run>/events", route="/chatkit/runs/{run_id}/events"),
    Touch("stop a run", "POST", "/chatkit/runs/<live_run>/stop", {}, route="/chatkit/runs/{run_id}/stop"),
    Touch(
        "approve a call",
        "POST",
        "/chatkit/runs/<asking_run>/approvals",
        {"decisions": [{"call_id": "<call>", "approve": True}]},
        route="/chatkit/runs/{run_id}/approvals",
    ),
    Touch("branches", "GET", "/chatkit/threads/<thread>/branches", route="/chatkit/threads/{thread_id}/branches"),
    Touch(
        "fork",
        "POST",
        "/chatkit/threads/<thread>/branches",
        {"item_id": "<item>"},
        route="/chatkit/threads/{thread_id}/branches",
    ),
    Touch(
        "switch",
        "POST",
        "/chatkit/threads/<thread>/branches/<branch>",
        {},
        route="/chatkit/threads/{thread_id}/branches/{branch_id}",
    ),
    Touch("a file", "GET", "/chatkit/attachments/<attachment>", route="/chatkit/attachments/{attachment_id}"),
    Touch(
        "another's upload",
        "POST",
        "/chatkit/attachments/<pending>",
        files={"file": ("a.txt", b"mine", "text/plain")},
        route="/chatkit/attachments/{attachment_id}",
    ),
    Touch("a tab as a page", "GET", "/comparisons/<tab>.html", route="/comparisons/{tab_id}.html"),
    Touch("a tab as data", "GET", "/comparisons/<tab>.json", route="/comparisons/{tab_id}.json"),
)

OWNERS = (
    Touch("measurements", "GET", "/metrics"),
    Touch("all there is", "GET", "/owner/state"),
    Touch("its link as a picture", "GET", "/owner/link.svg"),
    Touch("pause", "POST", "/owner/pause", {"text": "mine"}),
    Touch("resume", "POST", "/owner/resume", {}),
    Touch("stop any run", "POST", "/owner/runs/<live_run>/stop", {}, route="/owner/runs/{run_id}/stop"),
    Touch(
        "approve for all",
        "POST",
        "/owner/runs/<asking_run>/approvals",
        {"decisions": [{"call_id": "<call>", "approve": True}]},
        route="/owner/runs/{run_id}/approvals",
    ),
    Touch("block", "POST", "/owner/visitors/<visitor>/block", {}, route="/owner/visitors/{visitor_id}/block"),
    Touch("unblock", "POST", "/owner/visitors/<visitor>/unblock", {}, route="/owner/visitors/{visitor_id}/unblock"),
    Touch("links", "GET", "/owner/links"),
    Touch("make a link", "POST", "/owner/links", {"name": "mine"}),
    Touch("revoke a link", "POST", "/owner/links/<link>/revoke", {}, route="/owner/links/{link_id}/revoke"),
    Touch("tokens", "GET", "/owner/tokens"),
    Touch("issue a token", "POST", "/owner/tokens", {"subject": "mine"}),
    Touch("revoke a token", "POST", "/owner/tokens/<token>/revoke", {}, route="/owner/tokens/{token_id}/revoke"),
    Touch("anything else", "GET", "/owner/anything", route="/owner/{path:path}"),
)
"""The owner's alone."""

FOR_ALL = {
    "/healthz": "whether it is alive",
    "/readyz": "whether it is ready",
    "/enter": "the way in",
    "/enter/{name}": "its files",
    "/owner": "the owner's way in",
    "/owner/": "the same",
    "/owner/enter": "asks for the owner's token",
    "/owner/leave": "ends the owner's own cookie",
    "/owner/assets/{path:path}": "files of the owner's page, with nothing in them",
    "/chatkit/ui": "a page",
    "/chatkit/client": "a page",
    "/chatkit/client/": "the same",
    "/chatkit/client/{path:path}": "its files",
    "/shared/{share_id}": "what somebody made public",
    "/shared/{share_id}.json": "the same as data",
}
"""What tells nothing of anybody, or was published: path → what it is."""
