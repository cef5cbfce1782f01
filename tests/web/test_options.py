"""What a client may offer."""

from pathlib import Path
from typing import Any

from playground.attachments.kinds import ACCEPT
from tests.stack import stack


async def offered(database_url: str, folder: Path, **changes: Any) -> dict[str, Any]:
    async with stack(database_url, data_dir=folder, **changes) as made:
        answer = (await made.client.get("/chatkit/options")).raise_for_status()
        options: dict[str, Any] = answer.json()
        return options


async def test_agents_models_and_limits_are_told(sqlite_url: str, tmp_path: Path) -> None:
    options = await offered(sqlite_url, tmp_path, max_attachments=3, max_attachment_bytes=1000)
    assert options["default_agent"] in {agent["name"] for agent in options["agents"]}
    assert all(set(agent) == {"name", "label", "description", "prompts"} for agent in options["agents"])
    usable = {name for offer in options["providers"] if offer["available"] for name in offer["models"]}
    assert options["default_model"] in usable
    anthropic = next(offer for offer in options["providers"] if offer["provider"] == "anthropic")
    assert (anthropic["available"], anthropic["note"]) == (False, "Set ANTHROPIC_API_KEY to use Anthropic.")
    assert options["attachments"] == {"enabled": True, "max_size": 1000, "max_count": 3, "accept": ACCEPT}
    assert options["languages"] == ["en", "de", "fr", "es", "zh", "ur"]


async def test_no_key_and_no_path_is_told(sqlite_url: str, tmp_path: Path) -> None:
    told = str(await offered(sqlite_url, tmp_path))
    assert "sk-test" not in told
    assert str(tmp_path) not in told


async def test_dictation_is_on_where_a_provider_can_write_down(sqlite_url: str, tmp_path: Path) -> None:
    assert (await offered(sqlite_url, tmp_path))["dictation"]


async def test_without_attachments_none_are_offered(sqlite_url: str, tmp_path: Path) -> None:
    assert not (await offered(sqlite_url, tmp_path, max_attachments=0))["attachments"]["enabled"]
