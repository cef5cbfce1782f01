"""The owner's Prometheus is told of runs and money; nobody else is."""

import httpx2
import pytest
from pydantic import SecretStr

from tests.stack import stack

OWNER = {"Authorization": "Bearer the-owners-own-token"}


async def test_runs_and_money_are_told_to_the_owner_alone(sqlite_url: str) -> None:
    async with stack(sqlite_url, owner_token=SecretStr("the-owners-own-token")) as served:
        async with served.ask("compatible/words-3") as answer:
            await answer.aread()
        await served.ended(answer.headers["x-thread-id"])
        told = (await served.client.get("/metrics", headers=OWNER)).raise_for_status()
        assert told.headers["content-type"].startswith("text/plain")
        assert 'playground_live_runs{status="running"} 0.0' in told.text
        assert 'playground_budget_spent_usd{budget="total"}' in told.text
        assert "playground_paused 0.0" in told.text
        refused = await served.client.get("/metrics")
        assert (refused.status_code, "playground_" in refused.text) == (401, False)
        wrong = await served.client.get("/metrics", headers={"Authorization": "Bearer another"})
        assert wrong.status_code == 401


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_it_is_only_read(sqlite_url: str, method: str) -> None:
    async with stack(sqlite_url, owner_token=SecretStr("the-owners-own-token")) as served:
        reply: httpx2.Response = await served.client.request(method, "/metrics", headers=OWNER)
        assert reply.status_code == 405
