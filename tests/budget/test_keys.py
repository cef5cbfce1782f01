"""Visitors' own keys: held in memory alone, for whoever gave them, and not for ever."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from playground import logs
from playground.budget import keys
from playground.budget.keys import IDLE_SECONDS, OwnKeys
from playground.errors import Forbidden
from playground.models.local.server import LocalServers
from playground.models.provider import Models
from playground.policy import policy_of
from playground.settings import Settings

FIRST, SECOND = "sk-own-0123456789abcdefghij", "sk-own-jihgfedcba9876543210"


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def own(clock: Clock) -> AsyncIterator[OwnKeys]:
    """With two providers on offer."""
    settings = Settings(
        openai_api_key=SecretStr("sk-owner"), anthropic_api_key=SecretStr("sk-ant-owner"), own_keys=True
    )
    models = Models(settings, LocalServers(settings))
    made = OwnKeys(policy_of(settings), models, clock=clock)
    yield made
    await made.aclose()
    await models.aclose()


async def test_a_key_pays_for_its_visitor_and_its_provider_alone(own: OwnKeys) -> None:
    await own.put("vis_ann", "openai", FIRST)
    assert own.held("vis_ann") == ("openai",)
    assert own.pays("vis_ann", "openai/gpt-6-luna")
    assert not own.pays("vis_ann", "anthropic/claude-haiku-5-5")
    assert not own.pays("vis_bob", "openai/gpt-6-luna")
    assert await own.model("vis_bob", "openai/gpt-6-luna") is None
    assert await own.model("vis_ann", "anthropic/claude-haiku-5-5") is None


async def test_nothing_of_the_owners_account_goes_with_it(own: OwnKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-owner")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-owner")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin-owner")
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "X-Gateway: owner")
    for provider in own.offered:
        client = await asyncio.to_thread(own.models.connect_as, provider, SecretStr(FIRST))
        assert client.api.api_key == FIRST
        known: dict[str, object] = {**vars(client.api), "headers": client.api.default_headers}
        assert "owner" not in str(known)
        await client.aclose()


async def test_a_key_that_nobody_uses_is_forgotten_after_half_a_day(own: OwnKeys, clock: Clock) -> None:
    await own.put("vis_ann", "openai", FIRST)
    await own.put("vis_bob", "openai", SECOND)
    clock.now += IDLE_SECONDS / 2
    await own.model("vis_ann", "openai/gpt-6-luna")
    clock.now += IDLE_SECONDS / 2 + 1
    await own.tidy()
    assert (own.held("vis_ann"), own.held("vis_bob")) == (("openai",), ())


async def test_where_there_is_no_room_the_key_goes_that_nobody_used(
    own: OwnKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "MOST", 2)
    await own.put("vis_ann", "openai", FIRST)
    await own.model("vis_ann", "openai/gpt-6-luna")
    for visitor in ("vis_bob", "vis_eve", "vis_mal"):
        await own.put(visitor, "openai", SECOND)
    assert [own.held(one) for one in ("vis_ann", "vis_bob", "vis_eve", "vis_mal")] == [("openai",), (), (), ("openai",)]


async def test_a_key_that_is_taken_away_is_used_no_more(own: OwnKeys) -> None:
    await own.put("vis_ann", "openai", FIRST)
    await own.put("vis_ann", "anthropic", SECOND)
    model = await own.model("vis_ann", "openai/gpt-6-luna")
    assert FIRST not in repr(model) + repr(vars(own))
    await own.forget("vis_ann", "openai")
    assert await own.model("vis_ann", "openai/gpt-6-luna") is None
    await own.forget("vis_ann")
    assert own.held("vis_ann") == ()


async def test_two_runs_at_once_share_a_client(own: OwnKeys) -> None:
    await own.put("vis_ann", "openai", FIRST)
    await asyncio.gather(*(own.model("vis_ann", "openai/gpt-6-luna") for _ in range(5)))
    await own.forget("vis_ann")
    assert await own.model("vis_ann", "openai/gpt-6-luna") is None


async def test_the_log_knows_a_key_for_as_long_as_it_is_held(own: OwnKeys) -> None:
    odd = "key-without-a-prefix-123456"
    line = f"the provider said: {odd} is wrong"
    await own.put("vis_ann", "openai", odd)
    await own.put("vis_bob", "openai", odd)
    await own.forget("vis_bob")
    assert logs.redacted(line) == f"the provider said: {logs.HIDDEN} is wrong"
    await own.forget("vis_ann")
    assert logs.redacted(line) == line


async def test_none_is_taken_where_none_is_offered() -> None:
    settings = Settings(openai_api_key=SecretStr("sk-owner"))
    made = OwnKeys(policy_of(settings), Models(settings, LocalServers(settings)))
    with pytest.raises(Forbidden):
        await made.put("vis_ann", "openai", FIRST)
