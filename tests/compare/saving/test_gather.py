"""From a tab to what is saved of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from chatkit.types import Annotation, CustomTask, FileSource, SearchTask, ThoughtTask, URLSource

from playground.client import Client
from playground.compare.answers import Answer, Source, Sources
from playground.compare.parts import Step, Thought, ToolCall, parts
from playground.compare.saving.comparison import Comparison, Reply, json, read
from playground.compare.saving.gather import comparison, saved
from playground.errors import Conflict, NotFound
from playground.records import Lane, LaneSettings, Tab, Vote
from playground.runs.activity import Step as Task
from tests.house import ECHO, House, opened
from tests.ui.made import AT, answer, user, view, work
from tests.ui.made import run as made_run

STAMP = 'compatible/tool:stamp:{"text": "letter"}'
BURN = 'compatible/tool:burn:{"text": "letter"}'
TAB = Tab("tab", "Title", (Lane("a", "p/one", id="x"), Lane("a", "p/two", LaneSettings(temperature=1), id="y")))


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with opened(sqlite_url, tmp_path) as house:
        yield house


@pytest.fixture
def client(house: House) -> Client:
    return house.client()


async def ask(client: Client, tab: Tab, text: str, *, lane_id: str | None = None) -> None:
    """A message to every lane, or to one, with all that it brings."""
    if lane_id:
        replies = [await client.send(tab.id, text, lane_id=lane_id)]
    else:
        replies = [sent.reply for sent in await client.send_all(tab.id, text) if sent.reply]
    for reply in replies:
        async for _ in client.follow(reply.run_id):
            pass


async def two_lanes(client: Client, agent: str, *models: str) -> Tab:
    """A tab with a lane for each model."""
    (tab,) = await client.tabs()
    await client.set_lane(tab.id, agent=agent, model=models[0])
    for model in models[1:]:
        tab = await client.add_lane(tab.id, model=model)
    return tab


async def test_what_was_sent_to_all_is_one_round(client: Client) -> None:
    tab = await two_lanes(client, "tests.staff:parrot", ECHO, "compatible/words-3")
    await ask(client, tab, "First of all")
    await ask(client, tab, "Only you", lane_id=tab.lanes[1].id)
    await ask(client, tab, "Both again")

    made = await comparison(client, tab.id)

    assert [(round_.prompt, [reply.lane for reply in round_.replies]) for round_ in made.rounds] == [
        ("First of all", [0, 1]),
        ("Only you", [1]),
        ("Both again", [0, 1]),
    ]
    assert [lane.name for lane in made.lanes] == [ECHO, "compatible/words-3"]
    assert made.rounds[0].replies[0].parts == (Answer(text="First of all"),)
    assert [[run.status for run in runs] for runs in made.records()] == [["completed"] * 2, ["completed"] * 3]


async def test_a_copied_history_stands_beside_what_it_was_copied_from(client: Client) -> None:
    tab = await two_lanes(client, "tests.staff:parrot", ECHO, "compatible/words-3")
    await ask(client, tab, "one", lane_id=tab.lanes[0].id)
    await ask(client, tab, "two", lane_id=tab.lanes[0].id)
    view = await client.view((await client.tab(tab.id)).lanes[0].thread_id or "")
    await client.continue_all(tab.id, tab.lanes[0].id, view.transcript.items[-1].id)
    await ask(client, tab, "three")

    made = await comparison(client, tab.id)

    said = [(round_.prompt, [reply.lane for reply in round_.replies]) for round_ in made.rounds]
    assert said == [("one", [0, 1]), ("two", [0, 1]), ("three", [0, 1])]


async def test_a_tool_is_saved_with_what_it_took_and_gave(client: Client) -> None:
    tab = await two_lanes(client, "tests.staff:clerk", STAMP)
    await ask(client, tab, "Stamp it")

    (round_,) = (await comparison(client, tab.id)).rounds
    call = round_.replies[0].parts[0]

    assert isinstance(call, ToolCall)
    assert (call.name, call.arguments, call.result) == ("stamp", '{\n  "text": "letter"\n}', "stamped letter")
    assert (call.failed, call.shared) == (False, False)
    assert call.note.endswith("ms")


async def test_what_failed_is_saved_with_why(client: Client) -> None:
    tab = await two_lanes(client, "tests.staff:parrot", ECHO, "compatible/status-401")
    await ask(client, tab, "Say it")

    (round_,) = (await comparison(client, tab.id)).rounds
    good, bad = (reply.run for reply in round_.replies)

    assert good is not None
    assert bad is not None
    assert (good.status, good.error) == ("completed", None)
    assert bad.status == "failed"
    assert bad.error


async def test_nothing_is_saved_of_who_asked_and_where_it_is_kept(client: Client, house: House) -> None:
    tab = await two_lanes(client, "tests.staff:clerk", STAMP, BURN, ECHO)
    await ask(client, tab, "Stamp it")
    tab = await client.tab(tab.id)

    text = json(await comparison(client, tab.id))

    ids = [tab.id, house.guest().visitor.id, *(lane.id for lane in tab.lanes), *(lane.thread_id for lane in tab.lanes)]
    assert [one for one in ids if one is None or one in text] == []
    assert [
        mark for mark in ("run_", "msg_", "wfl_", "brn_", "rnd_", "sk-", "/srv", str(Path.cwd())) if mark in text
    ] == []


async def test_a_tab_of_somebody_else_is_unknown(client: Client, house: House) -> None:
    (tab,) = await client.tabs()
    with pytest.raises(NotFound):
        await comparison(house.client("vis_bob"), tab.id)


async def test_a_blind_tab_is_saved_when_all_of_it_is_voted_on(client: Client) -> None:
    tab = await two_lanes(client, "tests.staff:parrot", ECHO, "compatible/words-3")
    await client.set_tab(tab.id, blind=True)
    await ask(client, tab, "hello")
    with pytest.raises(Conflict, match="Vote first"):
        await comparison(client, tab.id)

    run = next(iter((await client.view((await client.tab(tab.id)).lane.thread_id or "")).runs.values()))
    names = ("one", "two")
    await client.vote(Vote(tab.id, run.round or "", "tie", names, run.agent, run.created_at, blind=True))
    assert [lane.model for lane in (await comparison(client, tab.id)).lanes] == [ECHO, "compatible/words-3"]


async def test_a_tab_in_which_nothing_was_said_has_no_rounds(client: Client) -> None:
    (tab,) = await client.tabs()
    made = await comparison(client, tab.id)
    assert (made.rounds, made.records()) == ((), ((),))


def test_settings_and_what_is_left_out_are_told() -> None:
    made = saved(TAB, {"y": view(answer("later"), has_more=True)}, at=AT)

    assert [lane.settings for lane in made.lanes] == [LaneSettings(), LaneSettings(temperature=1)]
    assert [lane.shortened for lane in made.lanes] == [False, True]
    assert [round_.prompt for round_ in made.rounds] == [""]
    assert read(json(made)) == made


def test_an_answer_on_its_way_is_saved_as_far_as_it_came() -> None:
    live = made_run("running", answers="msg_q", duration_ms=None)
    made = saved(TAB, {"x": view(user("Q"), answer("So far"), live=live)}, at=AT)

    ((reply,),) = (round_.replies for round_ in made.rounds)
    assert reply.parts == (Answer(text="So far"),)
    assert reply.run is not None
    assert reply.run.status == "running"


def test_runs_of_one_round_stand_together_whenever_they_were_asked() -> None:
    views = {
        "x": view(user("Q"), answer("A"), runs={"msg_a": made_run(round="rnd_1", answers="msg_q")}),
        "y": view(
            user("Alone", "msg_0"),
            user("Q"),
            answer("B"),
            runs={"msg_a": made_run(round="rnd_1", answers="msg_q")},
        ),
    }
    made = saved(TAB, views, at=AT)
    assert [(round_.prompt, len(round_.replies)) for round_ in made.rounds] == [("Q", 2), ("Alone", 1)]


NOTES = [
    Annotation(source=URLSource(title="Here", url="https://a.example")),
    Annotation(source=URLSource(title="Here", url="https://a.example")),
    Annotation(source=URLSource(title="Bad", url="javascript:alert(1)")),
    Annotation(source=FileSource(title="File", filename="f.txt")),
]


def test_sources_are_told_once_and_open_only_the_web() -> None:
    made = list(parts(answer("A", *NOTES)))
    sources = (Source(title="Here", url="https://a.example"), Source(title="Bad"), Source(title="File"))
    assert made == [Answer(text="A"), Sources(sources=sources)]


def test_every_kind_of_step_is_saved() -> None:
    thought = ThoughtTask(title="Thought", content="hm *hm*")
    handed = CustomTask(title="Hand-off → desk", icon="agent")
    searched = SearchTask(title_query="cats", sources=[URLSource(title="Cats", url="https://a.example")])
    assert list(parts(work(thought, handed, searched))) == [
        Thought(title="Thought", text="hm *hm*"),
        Step(title="Hand-off → desk"),
        Step(title="Web search · cats", text="- Cats\n"),
    ]


HARD = ['{"a": "```"}', "````\nResult\n\n```\nx\n```\n````", "Arguments\n\n```json\n{}\n```", "", "\n\n", "no json"]


@pytest.mark.parametrize("arguments", HARD)
@pytest.mark.parametrize("result", [*HARD, None])
@pytest.mark.parametrize("failed", [False, True])
def test_a_call_is_read_back_whatever_stands_in_it(arguments: str, result: str | None, failed: bool) -> None:
    step = Task("stamp", "bolt", arguments=arguments, result=result, failed=failed, note="shared · 3 ms", done=True)

    (call,) = parts(work(step.task()))

    assert isinstance(call, ToolCall)
    assert "".join(call.arguments.split()) == "".join(arguments.split())
    assert (call.result is None) == (result is None)
    assert "".join((call.result or "").split()) == "".join((result or "").split())
    assert (call.name, call.shared, call.note) == ("stamp", True, "shared · 3 ms")
    assert call.failed == (failed and result is not None)


def test_what_cannot_be_a_comparison_has_no_reply_of_a_lane_that_is_not_there() -> None:
    made = saved(TAB, {}, at=AT)
    with pytest.raises(ValueError, match="lane that is not there"):
        Comparison.model_validate({**made.model_dump(), "rounds": [{"prompt": "", "replies": [Reply(lane=2)]}]})
