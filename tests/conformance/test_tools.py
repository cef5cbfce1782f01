"""Checks 50 to 59: what the visitor's page does for an agent, what an agent shows, thumbs."""

import pytest

from playground.store import items
from playground.store.tables import ThreadRow
from tests.conformance.agents import ODD
from tests.conformance.conftest import Served
from tests.conformance.ui import Reply, Ui, ids, refusal
from tests.house import ECHO, Json, message

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHOWMAN = {"agent": "tests.conformance.agents:showman"}
CALL = "compatible/tool:facts:{}"
FORM = "compatible/tool:question:{}"
CARD = "compatible/tool:show_card:{}"


async def asked(ui: Ui, model: str, text: str = "Please ask.") -> tuple[Reply, Json]:
    """A thread whose agent waits for the visitor's page, and the item that waits."""
    reply = await ui.create(text, model=model, metadata=SHOWMAN)
    return reply, reply.events[-1]["item"]


async def output(ui: Ui, thread_id: str, result: object) -> Reply:
    return await ui.stream("threads.add_client_tool_output", {"thread_id": thread_id, "result": result})


async def test_50_a_call_waits_at_the_end_of_the_stream_and_its_output_goes_on(served: Served, ann: Ui) -> None:
    reply, call = await asked(ann, CALL, "What does my browser know?")
    assert reply.kinds[-1] == "thread.item.done"
    assert (call["type"], call["status"], call["name"]) == ("client_tool_call", "pending", "facts")
    assert reply.error is None
    result = {"zone": "Europe/Berlin", "n": None}
    on = await output(ann, reply.thread_id, result)
    (replaced, *_) = on.of("thread.item.replaced")
    assert (replaced["item"]["id"], replaced["item"]["status"]) == (call["id"], "completed")
    assert replaced["item"]["output"] == result
    assert on.of("stream_options")
    assert '"zone": "Europe/Berlin"' in on.answer
    told = served.calls("Europe/Berlin")[-1].body["messages"]
    assert told[-1]["role"] == "tool"
    kept = next(item for item in await ann.items(reply.thread_id) if item["id"] == call["id"])
    assert (kept["status"], kept["output"]["zone"]) == ("completed", "Europe/Berlin")


async def test_50_a_second_output_or_one_that_nobody_asked_for_is_refused(ann: Ui) -> None:
    """With 409, before the first event (DESIGN 5.3)."""
    reply, _ = await asked(ann, CALL)
    await output(ann, reply.thread_id, 1)
    items = await ann.items(reply.thread_id)
    await ann.refused("threads.add_client_tool_output", 409, thread_id=reply.thread_id, result=2)
    plain = await ann.create()
    await ann.refused("threads.add_client_tool_output", 409, thread_id=plain.thread_id, result=2)
    await ann.refused("threads.add_client_tool_output", 404, thread_id="thr_unknown", result=2)
    assert await ann.items(reply.thread_id) == items


@pytest.mark.parametrize("model", [CALL, FORM])
async def test_51_a_message_instead_of_an_output_is_answered(ann: Ui, model: str) -> None:
    reply, waiting = await asked(ann, model)
    second = await ann.add(reply.thread_id, "never mind", model=ECHO)
    assert second.error is None
    assert second.answer == "never mind"
    kept = next(item for item in await ann.items(reply.thread_id) if item["id"] == waiting["id"])
    assert kept["status"] != "pending"
    third = await ann.add(reply.thread_id, "and on", model=ECHO)
    assert third.answer == "and on"


async def test_52_a_call_behind_other_steps_goes_on(ann: Ui) -> None:
    model = 'openai/think-3-tools:{"stamp":{"text":"first"},"facts":{}}'
    reply, call = await asked(ann, model)
    assert call["type"] == "client_tool_call"
    opened = {event["item"]["id"] for event in reply.of("thread.item.added")}
    assert opened <= {event["item"]["id"] for event in reply.of("thread.item.done")}
    on = await output(ann, reply.thread_id, {"done": True})
    assert on.error is None
    assert "stamped first" in on.answer
    assert len(set(ids(await ann.items(reply.thread_id)))) == len(await ann.items(reply.thread_id))


async def act(ui: Ui, thread_id: str, kind: str, item_id: str | None = None, n: str = "1") -> Reply:
    params: Json = {"thread_id": thread_id, "action": {"type": kind, "payload": {"n": n}}}
    return await ui.stream("threads.custom_action", params | ({"item_id": item_id} if item_id else {}))


async def test_53_an_action_is_served_with_and_without_its_widget(served: Served, ann: Ui) -> None:
    shown = await ann.create(model=CARD, metadata=SHOWMAN)
    (widget,) = shown.done("widget")
    pressed = await act(ann, shown.thread_id, "press", widget["id"], "seven")
    (replaced,) = pressed.of("thread.item.replaced")
    assert (replaced["item"]["id"], replaced["item"]["widget"]) == (widget["id"], {**ODD, "pressed": "seven"})
    assert pressed.done("assistant_message") == []
    bare = await ann.stream(
        "threads.custom_action",
        {"thread_id": shown.thread_id, "action": {"type": "press", "payload": {"n": "-bare-"}}},
        metadata={"model": ECHO},
    )
    assert bare.error is None
    assert served.calls("Pressed-bare- without a widget")


async def test_53_what_is_no_widget_takes_no_action(ann: Ui) -> None:
    """Before the first event, so 404 and 400 and not an error event (DESIGN 5.3)."""
    shown = await ann.create(model=CARD, metadata=SHOWMAN)
    (widget,) = shown.done("widget")
    for item_id, kind, status in (
        ("wid_unknown", "press", 404),
        (shown.question, "press", 400),
        (widget["id"], "unheard_of", 400),
    ):
        params: Json = {"thread_id": shown.thread_id, "item_id": item_id, "action": {"type": kind, "payload": {}}}
        for request in ("threads.custom_action", "threads.sync_custom_action"):
            said = refusal(await ann.post(request, params), status)
            assert kind != "unheard_of" or "unheard_of" in said


async def test_53_a_handler_that_breaks_is_told_and_nothing_lost(ann: Ui) -> None:
    shown = await ann.create(model=CARD, metadata=SHOWMAN)
    (widget,) = shown.done("widget")
    before = await ann.items(shown.thread_id)
    broken = await act(ann, shown.thread_id, "break", widget["id"])
    assert broken.error is not None
    assert broken.error["allow_retry"] is False
    assert "/srv/secret" not in str(broken.events)
    assert await ann.items(shown.thread_id) == before


async def test_53_an_action_may_tell_the_agent_who_answers(served: Served, ann: Ui) -> None:
    shown = await ann.create(model=CARD, metadata=SHOWMAN)
    (widget,) = shown.done("widget")
    params = {
        "thread_id": shown.thread_id,
        "item_id": widget["id"],
        "action": {"type": "tell", "payload": {"n": "button 53"}},
    }
    told = await ann.stream("threads.custom_action", params, metadata={"model": "compatible/words-3"})
    assert told.answer == "w0 w1 w2"
    assert served.calls("The visitor pressed button 53.")
    assert "button 53" not in str(await ann.items(shown.thread_id))


async def test_54_an_action_is_answered_at_once_while_the_thread_answers(ann: Ui) -> None:
    shown = await ann.create(model=CARD, metadata=SHOWMAN)
    (widget,) = shown.done("widget")
    params = {"thread_id": shown.thread_id, "input": message(model="compatible/words-80@100")}
    action = {"item_id": widget["id"], "action": {"type": "press", "payload": {"n": "now"}}}
    async with ann.open("threads.add_user_message", params, metadata=SHOWMAN) as live:
        await live.until("assistant_message.content_part.text_delta")
        reply = await ann.ask("threads.sync_custom_action", thread_id=shown.thread_id, **action)
        assert (await ann.run(shown.thread_id))["status"] == "running"
        rest = await live.rest()
    assert reply["updated_item"]["widget"] == {**ODD, "pressed": "now"}
    assert [event["item"] for event in rest.of("thread.item.replaced")] == [reply["updated_item"]]
    kept = next(item for item in await ann.items(shown.thread_id) if item["id"] == widget["id"])
    assert kept == reply["updated_item"]


async def test_55_a_widget_is_kept_and_sent_as_it_was_made(ann: Ui) -> None:
    shown = await ann.create(model=CARD, metadata=SHOWMAN)
    (widget,) = shown.done("widget")
    assert widget["widget"] == ODD
    assert widget["copy_text"] == "One"
    listed = next(item for item in await ann.items(shown.thread_id) if item["type"] == "widget")
    whole = await ann.ask("threads.get_by_id", thread_id=shown.thread_id)
    assert listed == widget
    assert next(item for item in whole["items"]["data"] if item["type"] == "widget") == widget


def grown(reply: Reply, item_id: str) -> Json:
    """A widget as its updates made it."""
    added = next(event["item"] for event in reply.of("thread.item.added") if event["item"]["id"] == item_id)
    widget: Json = added["widget"]
    for event in reply.of("thread.item.updated"):
        if event["item_id"] != item_id:
            continue
        update = event["update"]
        match update["type"]:
            case "widget.root.updated":
                widget = update["widget"]
            case "widget.component.updated":
                children = [
                    one if one.get("id") != update["component_id"] else update["component"]
                    for one in widget["children"]
                ]
                widget = {**widget, "children": children}
            case _:
                for one in widget["children"]:
                    if one.get("id") == update["component_id"]:
                        one["value"] += update["delta"]
                        one["streaming"] = not update["done"]
    return widget


@pytest.mark.parametrize("with_ids", ["true", "false"])
async def test_56_words_of_a_widget_grow_to_their_end(ann: Ui, with_ids: str) -> None:
    model = f'compatible/tool:stream_card:{{"with_ids":{with_ids}}}'
    reply = await ann.create(model=model, metadata=SHOWMAN)
    (widget,) = reply.done("widget")
    assert widget["widget"]["children"][0]["value"] == "one two six"
    assert grown(reply, widget["id"])["children"][0]["value"] == "one two six"
    assert next(item for item in await ann.items(reply.thread_id) if item["type"] == "widget") == widget


async def test_57_steps_have_places_of_their_own_and_are_kept(ann: Ui) -> None:
    model = 'openai/think-3-tools:{"stamp":{"text":"a"},"say_all":{}}'
    reply = await ann.create(model=model, metadata=SHOWMAN)
    workflow = reply.done("workflow")[0]
    updates = [event["update"] for event in reply.of("thread.item.updated") if event["item_id"] == workflow["id"]]
    places = [update["task_index"] for update in updates if update["type"] == "workflow.task.added"]
    newest = {update["task_index"]: update["task"] for update in updates}
    assert len(places) >= 3
    assert places == list(range(len(places)))
    assert [newest[place] for place in places] == workflow["workflow"]["tasks"]
    assert workflow in await ann.items(reply.thread_id)


def answers(**given: list[str]) -> Json:
    return {"status": "answered", "answers": {name: {"values": values} for name, values in given.items()}}


async def fill_in(ui: Ui, thread_id: str, item_id: str, given: Json) -> Reply:
    return await ui.stream("threads.add_structured_input", {"thread_id": thread_id, "item_id": item_id, "input": given})


async def test_58_a_form_is_answered_and_goes_on(served: Served, ann: Ui) -> None:
    reply, form = await asked(ann, FORM, "Ask me 58.")
    assert (form["type"], form["status"]) == ("structured_input", "pending")
    assert [one["id"] for one in form["inputs"]] == ["colour", "sizes", "why"]
    given = answers(colour=["red"], sizes=["s", "l"], why=["Because 58."], unheard_of=["x"])
    on = await fill_in(ann, reply.thread_id, form["id"], given)
    replaced = on.of("thread.item.replaced")[0]["item"]
    assert (replaced["id"], replaced["status"]) == (form["id"], "answered")
    assert [one["answer"]["values"] for one in replaced["inputs"]] == [["red"], ["s", "l"], ["Because 58."]]
    assert "Because 58." in on.answer
    assert served.calls("Because 58.")
    assert replaced in await ann.items(reply.thread_id)
    await ann.refused("threads.add_structured_input", 409, thread_id=reply.thread_id, item_id=form["id"], input=given)


async def test_58_a_form_is_skipped_as_a_whole_and_in_parts(ann: Ui) -> None:
    reply, form = await asked(ann, FORM)
    on = await fill_in(ann, reply.thread_id, form["id"], {"status": "skipped", "answers": {}})
    replaced = on.of("thread.item.replaced")[0]["item"]
    assert replaced["status"] == "skipped"
    assert [one["answer"]["skipped"] for one in replaced["inputs"]] == [True, True, True]
    reply, form = await asked(ann, FORM)
    on = await fill_in(ann, reply.thread_id, form["id"], answers(colour=["blue"], why=[]))
    replaced = on.of("thread.item.replaced")[0]["item"]
    assert [one["answer"]["skipped"] for one in replaced["inputs"]] == [False, True, True]


async def test_58_what_fits_no_form_is_refused(ann: Ui, bob: Ui) -> None:
    reply, form = await asked(ann, FORM)
    where = {"thread_id": reply.thread_id}
    await ann.refused("threads.add_structured_input", 400, **where, item_id=reply.question, input=answers())
    await ann.refused("threads.add_structured_input", 404, **where, item_id="msg_unknown", input=answers())
    await bob.refused("threads.add_structured_input", 404, **where, item_id=form["id"], input=answers())
    on = await fill_in(ann, reply.thread_id, form["id"], answers(colour=["red"]))
    assert on.error is None


async def test_59_a_thumb_is_kept_and_the_last_one_counts(ann: Ui, bob: Ui) -> None:
    reply = await ann.create()
    where = {"thread_id": reply.thread_id, "item_ids": [reply.done("assistant_message")[0]["id"]]}
    for kind in ("positive", "positive", "negative"):
        assert await ann.ask("items.feedback", **where, kind=kind) == {}
    await ann.refused("items.feedback", 404, thread_id=reply.thread_id, item_ids=["msg_unknown"], kind="positive")
    await bob.refused("items.feedback", 404, **where, kind="positive")


async def test_59_it_is_one_thumb_for_each_visitor_and_item(served: Served, ann: Ui) -> None:
    reply = await ann.create()
    answer = reply.done("assistant_message")[0]["id"]
    for kind in ("positive", "negative"):
        await ann.ask("items.feedback", thread_id=reply.thread_id, item_ids=[answer], kind=kind)
    owner = await served.parts.database.read(lambda session: session.get_one(ThreadRow, reply.thread_id).visitor_id)
    kept = await served.parts.database.read(
        lambda session: items.ratings(session, visitor_id=owner, thread_id=reply.thread_id)
    )
    assert kept == {answer: "negative"}
