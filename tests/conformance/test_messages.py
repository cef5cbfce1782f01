"""Checks 23 to 32: what an answer is made of, on every provider's wire."""

import pytest

from tests.conformance.conftest import Served
from tests.conformance.ui import Reply, Ui, ids, text_of
from tests.house import ECHO, Json, message

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHOWMAN = {"agent": "tests.conformance.agents:showman"}
CLERK = {"agent": "tests.staff:clerk"}
WIRES = ("compatible", "openai", "anthropic", "google")


def grown(reply: Reply, item_id: str) -> dict[int, str]:
    """An item's text as its deltas made it, by content index."""
    parts: dict[int, str] = {}
    for event in reply.of("thread.item.updated"):
        update = event["update"]
        if event["item_id"] == item_id and update["type"].endswith("text_delta"):
            parts[update["content_index"]] = parts.get(update["content_index"], "") + update["delta"]
    return parts


@pytest.mark.parametrize("model", ["parts-3", "words-200", "think-5-words-9"])
async def test_23_what_grew_is_what_is_kept(ann: Ui, model: str) -> None:
    reply = await ann.create(model=f"openai/{model}")
    ended = reply.done("assistant_message")
    assert ended
    for item in ended:
        assert grown(reply, item["id"]) == {index: part["text"] for index, part in enumerate(item["content"])}
    told = [update["content"]["text"] for update in reply.updates("assistant_message.content_part.done")]
    assert "".join(told) == reply.answer


@pytest.mark.parametrize("wire", WIRES)
async def test_24_an_item_has_one_id_and_no_other_item_has_it(ann: Ui, wire: str) -> None:
    first = await ann.create(model=f"{wire}/words-3")
    second = await ann.add(first.thread_id, model=f"{wire}/words-3")
    for reply in (first, second):
        (item,) = reply.done("assistant_message")
        assert [event["item"]["id"] for event in reply.of("thread.item.added")] == [item["id"]]
        assert {event["item_id"] for event in reply.of("thread.item.updated")} == {item["id"]}
    kept = ids(await ann.items(first.thread_id))
    assert len(set(kept)) == len(kept) == 4


@pytest.mark.parametrize("wire", WIRES)
async def test_25_three_turns_tell_the_model_what_was_said(served: Served, ann: Ui, wire: str) -> None:
    mark = f"{wire}-{ann.http.base_url.port}-{id(ann)}"
    first = await ann.create(f"one {mark}", model=f"{wire}/echo")
    second = await ann.add(first.thread_id, f"two {mark}", model=f"{wire}/echo")
    third = await ann.add(first.thread_id, f"three {mark}", model=f"{wire}/echo")
    assert [reply.answer for reply in (first, second, third)] == [f"{n} {mark}" for n in ("one", "two", "three")]
    told = str(served.calls(f"three {mark}")[-1].body)
    assert [told.count(f"{number} {mark}") for number in ("one", "two", "three")] == [2, 2, 1]


async def test_26_sources_outlive_the_end_of_their_part(ann: Ui) -> None:
    reply = await ann.create(model="openai/search")
    added = [update["annotation"] for update in reply.updates("assistant_message.content_part.annotation_added")]
    done = [update["content"]["annotations"] for update in reply.updates("assistant_message.content_part.done")]
    (item,) = reply.done("assistant_message")
    assert added
    assert [added] == done == [part["annotations"] for part in item["content"]]
    assert (await ann.items(reply.thread_id))[-1] == item


async def test_26_so_do_those_that_a_tool_names(ann: Ui) -> None:
    reply = await ann.create(model="compatible/tool:quote:{}", metadata=SHOWMAN)
    (item,) = reply.done("assistant_message")
    sources = [one["source"] for part in item["content"] for one in part["annotations"]]
    assert [source["title"] for source in sources] == ["A page", "A file"]
    assert (await ann.items(reply.thread_id))[-1] == item


@pytest.mark.parametrize("wire", ["compatible", "openai"])
async def test_27_items_are_kept_in_the_order_in_which_they_came(ann: Ui, wire: str) -> None:
    model = f'{wire}/think-3-tool:stamp:{{"text":"x"}}'
    reply = await ann.create(model=model, metadata=CLERK)
    await ann.add(reply.thread_id, model=model, metadata=CLERK)
    shown = [event["item"]["id"] for event in reply.of("thread.item.added")]
    kept = await ann.items(reply.thread_id)
    assert ids(kept)[: len(shown) + 1] == [reply.question, *shown]
    assert [item for item in kept if item["id"] in shown] == [
        event["item"] for event in reply.of("thread.item.done") if event["item"]["id"] in shown
    ]


async def test_28_the_model_and_the_tool_that_are_chosen_reach_the_agent(served: Served, ann: Ui) -> None:
    options = {"model": 'compatible/tool:stamp:{"text":"28"}', "tool_choice": {"id": "stamp"}}
    given = {**message("Choose."), "inference_options": options}
    reply = await ann.stream("threads.create", {"input": given}, metadata=CLERK)
    assert reply.answer == "The tool said: stamped 28"
    call = next(call for call in served.wire.calls if call.model == 'tool:stamp:{"text":"28"}')
    assert call.body["tool_choice"] == {"type": "function", "function": {"name": "stamp"}}


async def test_28_an_unknown_model_is_told_in_our_words(ann: Ui) -> None:
    """One that only its provider can refuse is an error event; what can be told at once is a status (DESIGN 5.3)."""
    reply = await ann.create(model="compatible/no-such-model")
    assert reply.error is not None
    assert (reply.error["code"], reply.error["allow_retry"]) == ("custom", False)
    assert "no-such-model" in reply.error["message"]
    for model, status in (("nobody/nothing", 400), ("no-slash", 400)):
        await ann.refused("threads.create", status, input=message(model=model))


async def test_28_an_unknown_tool_is_refused(ann: Ui) -> None:
    options = {"model": ECHO, "tool_choice": {"id": "no_such_tool"}}
    assert "no_such_tool" in await ann.refused("threads.create", 400, input={**message(), "inference_options": options})


async def test_29_quotes_and_tags_reach_the_model(served: Served, ann: Ui) -> None:
    tag: Json = {"type": "input_tag", "id": "ada", "text": "Ada Lovelace"}
    content = [{"type": "input_text", "text": "Who is "}, tag]
    first = await ann.stream(
        "threads.create",
        {
            "input": {
                "content": content,
                "quoted_text": "THE QUOTE 29",
                "inference_options": {"model": "compatible/words-1"},
            }
        },
    )
    assert first.done("user_message")[0]["content"][1]["data"] == {}
    await ann.add(first.thread_id, "and now?", model="compatible/words-1")
    told = [str(call.body) for call in served.calls("THE QUOTE 29")]
    assert len(told) == 2
    assert all("Ada Lovelace" in one for one in told)


async def test_30_what_is_said_in_passing_is_told_and_not_kept(ann: Ui) -> None:
    reply = await ann.create(model="compatible/tool:say_all:{}", metadata=SHOWMAN)
    assert reply.of("progress_update") == [{"type": "progress_update", "icon": "search", "text": "Looking …"}]
    (effect,) = reply.of("client_effect")
    assert (effect["name"], effect["data"]["count"]) == ("confetti", 3)
    (notice,) = reply.of("notice")
    assert (notice["level"], notice["title"], notice["message"]) == ("warning", "Notice", "Mind the *gap*.")
    kept = str(await ann.items(reply.thread_id))
    assert [word for word in ("Looking", "confetti", "gap") if word in kept] == []


@pytest.mark.parametrize(
    ("model", "retry"),
    [("status-500", True), ("drop-2", True), ("status-429", True), ("status-401", False)],
)
async def test_31_what_a_provider_does_wrong_is_told_and_the_question_kept(ann: Ui, model: str, retry: bool) -> None:
    reply = await ann.create("Keep me", model=f"compatible/{model}")
    assert reply.error is not None
    assert (reply.error["code"], reply.error["allow_retry"]) == ("custom", retry)
    assert reply.error["message"]
    assert (await ann.texts(reply.thread_id))[0] == "Keep me"


async def test_31_quota_and_keys_have_words_of_their_own(ann: Ui) -> None:
    errors = [(await ann.create(model=f"compatible/status-{status}")).error for status in (500, 429, 401)]
    told = [error["message"] for error in errors if error]
    assert len(set(told)) == 3


async def test_32_what_a_guardrail_refuses_is_taken_back(ann: Ui) -> None:
    reply = await ann.create(model='openai/tool:stamp:{"text":"x"}', metadata={"agent": "tests.staff:censored"})
    shown = [event["item"]["id"] for event in reply.of("thread.item.added")]
    assert shown
    assert sorted(shown) == sorted(event["item_id"] for event in reply.of("thread.item.removed"))
    assert [item["type"] for item in await ann.items(reply.thread_id)] == ["user_message"]
    assert reply.error is not None
    assert (reply.error["code"], reply.error["allow_retry"]) == ("custom", False)


async def test_32_a_question_that_is_refused_is_not_answered(ann: Ui) -> None:
    reply = await ann.create("something rude", metadata={"agent": "tests.conformance.agents:polite"})
    assert reply.error is not None
    assert reply.error["code"] == "custom"
    assert [text_of(item) for item in await ann.items(reply.thread_id)] == ["something rude"]
