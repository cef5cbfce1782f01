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


@dataclass(frozen=True)
class Ids:
    """Where ids come from: mostly such as there are of each kind, sometimes any."""

    threads: st.SearchStrategy[str]
    items: st.SearchStrategy[str]
    runs: st.SearchStrategy[str]
    files: st.SearchStrategy[str]


def maybe(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What is asked for, or not."""
    return st.one_of(value, JUNK)


def fields(**known: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    """An object with these fields, of which one may be junk or missing."""
    whole = st.fixed_dictionaries(known)
    junk = st.fixed_dictionaries({name: maybe(value) for name, value in known.items()})
    less = st.fixed_dictionaries(_NONE, optional=known)
    more = st.builds(_both, whole, st.dictionaries(st.text(max_size=6), JUNK, max_size=2))
    return st.integers(0, 24).flatmap(lambda which: {0: junk, 1: less, 2: more}.get(which, whole))


def _both(one: Json, other: Json) -> Json:
    return {**one, **other}


def messages(ids: Ids) -> st.SearchStrategy[Json]:
    """What a visitor writes."""
    text = fields(type=st.just("input_text"), text=TEXTS)
    tag = fields(type=st.just("input_tag"), id=TEXTS, text=TEXTS, data=st.dictionaries(TEXTS, JUNK, max_size=2))
    options = fields(model=MODELS, tool_choice=st.one_of(st.none(), fields(id=st.sampled_from(["facts", "x"]))))
    return fields(
        content=st.lists(st.one_of(text, text, tag), max_size=3),
        attachments=st.one_of(*[st.just([])] * 4, st.lists(ids.files, max_size=1)),
        quoted_text=st.one_of(st.none(), TEXTS),
        inference_options=options,
    )


def answers() -> st.SearchStrategy[Json]:
    """What a visitor fills in."""
    one = fields(values=st.lists(st.sampled_from(["red", "s", "x"]), max_size=3), skipped=st.booleans())
    names = st.sampled_from(["colour", "sizes", "why", "x"])
    return fields(status=st.sampled_from(["answered", "skipped"]), answers=st.dictionaries(names, one, max_size=3))


def requests(ids: Ids) -> st.SearchStrategy[tuple[str, Json]]:
    """A type of the protocol and its params. `ids` are those that there are, and some that there are not."""
    paged = {
        "limit": st.one_of(st.none(), st.integers(-2, 120), st.integers()),
        "order": st.sampled_from(["asc", "desc"]),
    }
    sender = st.one_of(st.none(), ids.items)
    action = fields(type=st.sampled_from(["press", "tell", "break", "x"]), payload=JUNK)
    known: dict[str, st.SearchStrategy[Json]] = {
        "threads.create": fields(input=messages(ids)),
        "threads.add_user_message": fields(thread_id=ids.threads, input=messages(ids)),
        "threads.retry_after_item": fields(thread_id=ids.threads, item_id=ids.items),
        "threads.add_client_tool_output": fields(thread_id=ids.threads, result=JUNK),
        "threads.add_structured_input": fields(thread_id=ids.threads, item_id=ids.items, input=answers()),
        "threads.custom_action": fields(thread_id=ids.threads, item_id=sender, action=action),
        "threads.sync_custom_action": fields(thread_id=ids.threads, item_id=sender, action=action),
        "threads.get_by_id": fields(thread_id=ids.threads),
        "threads.list": fields(after=st.one_of(st.none(), st.none(), ids.items), **paged),
        "threads.update": fields(thread_id=ids.threads, title=TEXTS),
        "threads.delete": fields(thread_id=st.sampled_from(["thr_unknown", ""])),
        "items.list": fields(thread_id=ids.threads, after=st.one_of(st.none(), st.none(), ids.items), **paged),
        "items.feedback": fields(
            thread_id=ids.threads,
            item_ids=st.lists(ids.items, max_size=3),
            kind=st.sampled_from(["positive", "negative"]),
        ),
        "attachments.create": fields(
            name=TEXTS, size=st.integers(-1, 10**12), mime_type=st.sampled_from(["text/plain", "image/png", "x/y", ""])
        ),
        "attachments.delete": fields(attachment_id=ids.files),
        "input.transcribe": fields(audio_base64=TEXTS, mime_type=st.sampled_from(["audio/mp4", "audio/ogg", "x"])),
    }
    return st.one_of(*(st.tuples(st.just(kind), params) for kind, params in known.items()))


def extras(ids: Ids) -> st.SearchStrategy[Json]:
    """A request's metadata."""
    settings = fields(instructions=TEXTS, temperature=st.floats(0, 2), max_tokens=st.integers(1, 99))
    stand_in = fields(tool=TEXTS, arguments=TEXTS, output=TEXTS)
    whole = fields(
        agent=AGENTS,
        model=MODELS,
        settings=settings,
        edit_item_id=st.one_of(st.none(), ids.items),
        item_id=st.one_of(st.none(), ids.items),
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
        "Origin": st.sampled_from([*["https://friend.test"] * 9, "https://foe.test", "null"]),
    },
)


def posts(ids: Ids) -> st.SearchStrategy[Case]:
    """A request of the protocol. Made of parts that are built once: that is what costs."""

    def made(asked: tuple[str, Json], other: str | None, metadata: Json, headers: Json) -> Case:
        kind, params = asked
        return Case("POST", "/chatkit", body(other or kind, params, metadata), headers)

    rarely = st.one_of(*[st.none()] * 12, TEXTS)
    return st.builds(made, requests(ids), rarely, extras(ids), HEADERS)


def routes(ids: Ids) -> st.SearchStrategy[Case]:
    """A request beside it."""
    decision = fields(call_id=ids.items, approve=st.booleans(), message=st.one_of(st.none(), TEXTS))
    decided = fields(decisions=st.lists(decision, max_size=2), model=st.one_of(st.none(), MODELS))
    forked = fields(item_id=ids.items)
    there: list[tuple[str, str, st.SearchStrategy[str], st.SearchStrategy[Any]]] = [
        ("GET", "/chatkit/threads/{one}/run", ids.threads, JUNK),
        ("GET", "/chatkit/runs/{one}/events?after={after}", ids.runs, JUNK),
        ("POST", "/chatkit/runs/{one}/stop", ids.runs, JUNK),
        ("POST", "/chatkit/runs/{one}/approvals", ids.runs, decided),
        ("GET", "/chatkit/threads/{one}/branches?order={after}", ids.threads, JUNK),
        ("GET", "/chatkit/threads/{one}/branches", ids.threads, JUNK),
        ("POST", "/chatkit/threads/{one}/branches", ids.threads, forked),
        ("POST", "/chatkit/threads/{one}/branches/{after}", ids.threads, JUNK),
        ("GET", "/chatkit/attachments/{one}?signature={after}", ids.files, JUNK),
        ("GET", "/chatkit/attachments/{one}", ids.files, JUNK),
        ("PUT", "/chatkit/attachments/{one}", ids.files, JUNK),
        ("POST", "/chatkit/attachments/{one}", ids.files, JUNK),
        ("POST", "/chatkit/attachments", ids.files, JUNK),
        ("GET", "/chatkit/options", ids.files, JUNK),
        ("GET", "/chatkit/{one}", ids.files, JUNK),
    ]
    after = st.one_of(st.integers(-1, 20).map(str), VISIBLE)
    return st.one_of(*(_route(method, path, st.tuples(one, after), given) for method, path, one, given in there))


def _route(
    method: str, path: str, names: st.SearchStrategy[tuple[str, str]], given: st.SearchStrategy[Any]
) -> st.SearchStrategy[Case]:
    def made(named: tuple[str, str], json: Any, headers: Json) -> Case:
        return Case(method, path.format(one=named[0], after=named[1]), json, headers)

    return st.builds(made, names, given, HEADERS)
