"""Who answers in a tab: agent, provider, model and settings."""

from pydantic import ValidationError

from playground.catalog import split_model
from playground.client import Client
from playground.errors import Forbidden, Malformed
from playground.records import LaneSettings
from playground.ui.choices import full_name, provider_of
from playground.ui.handlers.desk import Desk
from playground.ui.state import Note, Shown


async def set_agent(desk: Desk, client: Client, *, tab_id: str, agent: str) -> Shown:
    """Another agent, from the next message on."""
    tab = await client.tab(tab_id)
    if agent and agent != tab.lane.agent:
        tab = await client.set_lane(tab_id, agent=agent)
    return Shown(lane=await desk.lane(tab))


async def set_provider(desk: Desk, client: Client, *, tab_id: str, provider: str) -> Shown:
    """The first model of another provider; says what is missing if it cannot be used yet."""
    name = await first_model(desk, provider)
    tab = await client.tab(tab_id)
    if provider_of(tab.lane.model) != provider:
        tab = await client.set_lane(tab_id, model=name)
    return Shown(lane=await desk.lane(tab))


async def first_model(desk: Desk, provider: str) -> str:
    """What a provider is picked with. Raises Malformed for one that is not known."""
    offer = next((one for one in await desk.parts.offers() if one.provider == provider), None)
    if offer is None:
        raise Malformed("That provider is not known here.")
    return offer.models[0] if offer.models else f"{provider}/default"


async def set_model(desk: Desk, client: Client, *, tab_id: str, model: str | None) -> Shown:
    """Another model of the provider; any id may have been typed."""
    tab = await client.tab(tab_id)
    name = full_name(model, provider_of(tab.lane.model)) if model and model.strip() else tab.lane.model
    try:
        split_model(name)
        if name != tab.lane.model:
            tab = await client.set_lane(tab_id, model=name)
    except (Malformed, Forbidden) as error:
        return Shown(lane=await desk.lane(tab), note=Note(error.message, problem=True))
    return Shown(lane=await desk.lane(tab))


async def set_settings(
    client: Client,
    *,
    tab_id: str,
    lane_id: str | None = None,
    instructions: str | None,
    temperature: float | None,
    max_tokens: float | None,
    effort: str | None,
) -> Shown:
    """The model settings of a lane, the first one unless named. Empty fields leave it to the agent and the provider."""
    if client.policy.instructions == "shown":
        instructions = None  # the field has the agent's
    try:
        settings = LaneSettings.model_validate(
            {
                "instructions": instructions if instructions and instructions.strip() else None,
                "temperature": temperature,
                "max_tokens": int(max_tokens) if max_tokens else None,
                "effort": effort or None,
            }
        )
    except ValidationError as error:
        names = ", ".join(str(part["loc"][0]).replace("_", " ") for part in error.errors())
        raise Malformed("Out of range: {names}. The settings stay as they were.", names=names) from None
    await client.set_lane(tab_id, lane_id, settings=settings)
    return Shown()


async def reset_settings(desk: Desk, client: Client, *, tab_id: str, lane_id: str | None = None) -> Shown:
    """Back to the agent's own instructions and the provider's defaults."""
    tab = await client.set_lane(tab_id, lane_id, settings=LaneSettings())
    drawer = {"tab": tab_id, "lane": lane_id} if lane_id else None
    return Shown(lane=await desk.lane(tab, lane_id), drawer=drawer)
