import sys
from pathlib import Path

import pytest

from playground.roster.owner import RosterError, load

MODULE = """
from agents import Agent

researcher = Agent(name="Researcher", handoff_description="Finds things out")
silent = Agent(name="Silent")
number = 7

class Nested:
    agent = Agent(name="Nested", instructions="Say hello.\\nAnd more.")

made = 0
def make():
    global made
    made += 1
    return Agent(name=f"Made {made}", instructions="x" * 500)

async def make_later():
    return researcher

def needs(something):
    return researcher

def breaks():
    raise OSError("the disk is gone")

def forgets():
    pass
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """The name of a module in the current folder, which nobody has imported yet."""
    name = f"mine_{abs(hash(request.node.name))}"
    (tmp_path / f"{name}.py").write_text(MODULE)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return name


def test_an_agent_in_the_current_folder_is_offered(module: str) -> None:
    offer = load(f"{module}:researcher")
    assert (offer.name, offer.label, offer.description) == (f"{module}:researcher", "Researcher", "Finds things out")
    assert offer.build().name == "Researcher"


def test_a_function_makes_a_new_agent_each_time(module: str) -> None:
    offer = load(f"{module}:make")
    assert offer.label == "Made 1"
    assert [offer.build().name, offer.build().name] == ["Made 2", "Made 3"]
    assert len(offer.description) == 120


def test_an_attribute_may_lie_deeper(module: str) -> None:
    assert load(f" {module}:Nested.agent ").description == "Say hello."


def test_an_agent_without_words_is_described_by_where_it_is_from(module: str) -> None:
    assert load(f"{module}:silent").description == f"From {module}:silent"


@pytest.mark.parametrize("spec", ["", "mine", "mine:", ":agent", "./mine.py:agent", "mine.py:agent"])
def test_a_spec_of_another_form_is_refused(spec: str) -> None:
    with pytest.raises(RosterError, match=r"package\.module:attribute"):
        load(spec)


@pytest.mark.parametrize("name", ["no_such_module", "no_such_package.module"])
def test_a_missing_module_is_named_with_the_folder_that_was_tried(name: str, tmp_path: Path) -> None:
    with pytest.raises(RosterError) as caught:
        load(f"{name}:agent")
    assert f"there is no module '{name.partition('.')[0]}'" in str(caught.value)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import no_such_dependency", "No module named 'no_such_dependency'"),
        ("raise ValueError('no luck')", "ValueError: no luck"),
        ("raise SystemExit('bye')", "SystemExit: bye"),
        ("def broken(:", "SyntaxError"),
    ],
)
def test_a_module_that_fails_to_import_says_why(code: str, reason: str, module: str, tmp_path: Path) -> None:
    (tmp_path / f"{module}.py").write_text(code)
    with pytest.raises(RosterError) as caught:
        load(f"{module}:agent")
    assert f"importing '{module}' failed" in str(caught.value)
    assert reason in str(caught.value)


def test_a_missing_attribute_brings_names_that_come_close_and_the_agents_there(module: str) -> None:
    with pytest.raises(RosterError) as caught:
        load(f"{module}:resaercher")
    assert "has no 'resaercher'. Did you mean researcher or silent?" in str(caught.value)
    assert f"{module}.py" in str(caught.value)


@pytest.mark.parametrize(
    ("attribute", "reason"),
    [
        ("number", "is a int, not an agents.Agent"),
        ("forgets", "returned a NoneType, not an agents.Agent"),
        ("make_later", "is an async function"),
        ("needs", "missing 1 required positional argument"),
        ("breaks", "OSError: the disk is gone"),
    ],
)
def test_an_attribute_that_is_no_agent_is_refused(attribute: str, reason: str, module: str) -> None:
    with pytest.raises(RosterError, match=reason):
        load(f"{module}:{attribute}")


OFFERED = """
from agents import Agent
from playground.toolkit import AgentOffer, Outcome

async def tick(pressed):
    return Outcome(tell="ticked")

def build():
    return Agent(name="Waiter")

def plain(pressed):
    return None

offer = AgentOffer("waiter", "Tea room", "Serves tea", ["Tea, please."], build, {"tick": tick})
blank = AgentOffer("waiter", " ", "Serves tea", (), build)
letters = AgentOffer("waiter", "Tea room", "Serves tea", "Tea, please.", build)
numbers = AgentOffer("waiter", "Tea room", "Serves tea", (1,), build)
sync = AgentOffer("waiter", "Tea room", "Serves tea", (), build, {"tick": plain})
wrong = AgentOffer("waiter", "Tea room", "Serves tea", (), lambda: 7)
"""


@pytest.fixture
def offered(module: str, tmp_path: Path) -> str:
    """The name of a module that holds offers."""
    (tmp_path / f"{module}.py").write_text(OFFERED)
    return module


def test_an_offer_is_kept_as_its_owner_wrote_it(offered: str) -> None:
    offer = load(f" {offered}:offer")
    assert (offer.name, offer.label, offer.description) == (f"{offered}:offer", "Tea room", "Serves tea")
    assert offer.prompts == ("Tea, please.",)
    assert list(offer.actions) == ["tick"]
    assert offer.build().name == "Waiter"


@pytest.mark.parametrize(
    ("attribute", "complaint"),
    [
        ("blank", "the label of an AgentOffer has to be text"),
        ("letters", "the prompts of an AgentOffer has to be text, and its prompts a tuple of texts"),
        ("numbers", "prompts"),
        ("sync", "what serves the action 'tick' has to be an async function"),
        ("wrong", "returned a int, not an agents.Agent, a function that returns one, or an AgentOffer"),
    ],
)
def test_an_offer_that_does_not_hold_together_is_refused_in_words(offered: str, attribute: str, complaint: str) -> None:
    with pytest.raises(RosterError, match=complaint):
        load(f"{offered}:{attribute}")
