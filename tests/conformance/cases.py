"""Requests of every kind, most of them almost right. Of hypothesis."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.conformance.ui import body
from tests.house import Json

_NONE: dict[str, st.SearchStrategy[Any]] = {}
TEXTS = st.one_of(st.text(max_size=12), st.sampled_from(["", " ", "\x00", "\ud83d\ude00", "../..", "null", "x" * 3000]))
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS)
JUNK: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=6,
)
MODELS = st.sampled_from(
    [
        "compatible/words-2",
        "compatible/echo",
        "compatible/status-500",
        "compatible/tool:facts:{}",
        "compatible/tool:question:{}",
        "compatible/tool:show_card:{}",
        "compatible/tool:show_card:{broken",
        "compatible/no-such",
        "nobody/nothing",
        "no-slash",
        "local/x",
    ]
)
AGENTS = st.sampled_from(["tests.conformance.agents:showman", "tests.staff:parrot", "nobody"])


@dataclass(frozen=True)
class Case:
    """A request over HTTP."""

    method: str
    path: str
    json: Any = None
    headers: Json | None = None


def maybe(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly what is asked for."""
    return st.one_of(value, value, value, value, JUNK)


def fields(**known: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    """An object with these fields, of which one may be junk or missing."""
    whole = st.fixed_dictionaries(known)
    junk = st.fixed_dictionaries({name: maybe(value) for name, value in known.items()})
    less = st.fixed_dictionaries(_NONE, optional=known)
    more = st.builds(_both, whole, st.dictionaries(st.text(max_size=6), JUNK, max_size=2))
    return st.one_of(whole, whole, whole, junk, less, more)


def _both(one: Json, other: Json) -> Json:
    return {**one, **other}


def messages(ids: st.SearchStrategy[str]) -> st.SearchStrategy[Json]:
    """What a visitor writes."""
    text = fields(type=st.just("input_text"), text=TEXTS)
    tag = fields(type=st.just("input_tag"), id=TEXTS, text=TEXTS, data=st.dictionaries(TEXTS, JUNK, max_size=2))
    options = fields(model=MODELS, tool_choice=st.one_of(st.none(), fields(id=st.sampled_from(["facts", "x"]))))
    return fields(
        content=st.lists(st.one_of(text, text, tag), max_size=3),
        attachments=st.lists(ids, max_size=1),
        quoted_text=st.one_of(st.none(), TEXTS),
        inference_options=options,
    )


def answers() -> st.SearchStrategy[Json]:
    """What a visitor fills in."""
    one = fields(values=st.lists(st.sampled_from(["red", "s", "x"]), max_size=3), skipped=st.booleans())
    names = st.sampled_from(["colour", "sizes", "why", "x"])
    return fields(status=st.sampled_from(["answered", "skipped"]), answers=st.dictionaries(names, one, max_size=3))


def requests(ids: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, Json]]:
    """A type of the protocol and its params. `ids` are those that there are, and some that there are not."""
    paged = {
        "limit": st.one_of(st.none(), st.integers(-2, 120), st.integers()),
        "order": st.sampled_from(["asc", "desc"]),
    }
    action = fields(type=st.sampled_from(["press", "tell", "break", "x"]), payload=JUNK)
    known: dict[str, st.SearchStrategy[Json]] = {
        "threads.create": fields(input=messages(ids)),
        "threads.add_user_message": fields(thread_id=ids, input=messages(ids)),
        "threads.retry_after_item": fields(thread_id=ids, item_id=ids),
        "threads.add_client_tool_output": fields(thread_id=ids, result=JUNK),
        "threads.add_structured_input": fields(thread_id=ids, item_id=ids, input=answers()),
        "threads.custom_action": fields(thread_id=ids, item_id=st.one_of(st.none(), ids), action=action),
        "threads.sync_custom_action": fields(thread_id=ids, item_id=st.one_of(st.none(), ids), action=action),
        "threads.get_by_id": fields(thread_id=ids),
        "threads.list": fields(after=st.one_of(st.none(), ids), **paged),
        "threads.update": fields(thread_id=ids, title=TEXTS),
        "threads.delete": fields(thread_id=st.sampled_from(["thr_unknown", ""])),
        "items.list": fields(thread_id=ids, after=st.one_of(st.none(), ids), **paged),
        "items.feedback": fields(
            thread_id=ids, item_ids=st.lists(ids, max_size=3), kind=st.sampled_from(["positive", "negative"])
        ),
        "attachments.create": fields(
            name=TEXTS, size=st.integers(-1, 10**12), mime_type=st.sampled_from(["text/plain", "image/png", "x/y", ""])
        ),
        "attachments.delete": fields(attachment_id=ids),
        "input.transcribe": fields(audio_base64=TEXTS, mime_type=st.sampled_from(["audio/mp4", "audio/ogg", "x"])),
    }
    return st.one_of(*(st.tuples(st.just(kind), params) for kind, params in known.items()))


def extras(ids: st.SearchStrategy[str]) -> st.SearchStrategy[Json]:
    """A request's metadata."""
    settings = fields(instructions=TEXTS, temperature=st.floats(0, 2), max_tokens=st.integers(1, 99))
    stand_in = fields(tool=TEXTS, arguments=TEXTS, output=TEXTS)
    whole = fields(
        agent=AGENTS,
        model=MODELS,
        settings=settings,
        edit_item_id=st.one_of(st.none(), ids),
        item_id=st.one_of(st.none(), ids),
        round=st.one_of(st.none(), TEXTS),
        world=st.one_of(st.none(), TEXTS),
        stand_ins=st.lists(stand_in, max_size=1),
    )
    return st.one_of(st.fixed_dictionaries(_NONE), st.fixed_dictionaries({"agent": AGENTS}), whole)


VISIBLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)
HEADERS: st.SearchStrategy[Json] = st.fixed_dictionaries(
    _NONE,
    optional={
        "Idempotency-Key": st.one_of(st.sampled_from(["k1", "k2"]), VISIBLE),
        "Accept-Language": st.one_of(st.sampled_from(["de", "ur;q=0.1", "*", "fr-CA,en"]), VISIBLE),
        "ChatKit-Frame-Instance-Id": VISIBLE,
        "Last-Event-ID": st.one_of(st.sampled_from(["0", "1", "99"]), VISIBLE),
        "X-Forwarded-Proto": VISIBLE,
        "Origin": st.sampled_from(["https://friend.test", "https://foe.test", "null"]),
    },
)


def posts(ids: st.SearchStrategy[str]) -> st.SearchStrategy[Case]:
    """A request of the protocol. Made of parts that are built once: that is what costs."""

    def made(asked: tuple[str, Json], other: str | None, metadata: Json, headers: Json) -> Case:
        kind, params = asked
        return Case("POST", "/chatkit", body(other or kind, params, metadata), headers)

    rarely = st.one_of(*[st.none()] * 12, TEXTS)
    return st.builds(made, requests(ids), rarely, extras(ids), HEADERS)


def routes(ids: st.SearchStrategy[str]) -> st.SearchStrategy[Case]:
    """A request beside it."""
    decision = fields(call_id=ids, approve=st.booleans(), message=st.one_of(st.none(), TEXTS))
    decided = fields(decisions=st.lists(decision, max_size=2), model=st.one_of(st.none(), MODELS))
    forked = fields(item_id=ids)
    there: list[tuple[str, str, st.SearchStrategy[Any]]] = [
        ("GET", "/chatkit/threads/{one}/run", JUNK),
        ("GET", "/chatkit/runs/{one}/events?after={after}", JUNK),
        ("POST", "/chatkit/runs/{one}/stop", JUNK),
        ("POST", "/chatkit/runs/{one}/approvals", decided),
        ("GET", "/chatkit/threads/{one}/branches?after={other}", JUNK),
        ("POST", "/chatkit/threads/{one}/branches", forked),
        ("POST", "/chatkit/threads/{one}/branches/{other}", JUNK),
        ("GET", "/chatkit/attachments/{one}?signature={after}", JUNK),
        ("PUT", "/chatkit/attachments/{one}", JUNK),
        ("POST", "/chatkit/attachments/{one}", JUNK),
        ("POST", "/chatkit/attachments", JUNK),
        ("GET", "/chatkit/options", JUNK),
        ("GET", "/chatkit/{one}", JUNK),
    ]
    after = st.one_of(st.integers(-1, 20).map(str), VISIBLE)
    return st.one_of(*(_route(method, path, given, ids, after) for method, path, given in there))


def _route(
    method: str, path: str, given: st.SearchStrategy[Any], ids: st.SearchStrategy[str], after: st.SearchStrategy[str]
) -> st.SearchStrategy[Case]:
    def made(one: str, other: str, after: str, json: Any, headers: Json) -> Case:
        return Case(method, path.format(one=one, other=other, after=after), json, headers)

    return st.builds(made, ids, ids, after, given, HEADERS)
