"""`Accept-Language` decides what our own words are in: of refusals, and of what a run says long after its request."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlmodel import Session, select

from playground.runs.recovery import bury
from playground.store import threads
from playground.store.tables import RunRow
from tests.stack import Stack, frames, stack

Json = dict[str, Any]


@pytest.fixture
async def site(sqlite_url: str) -> AsyncIterator[Stack]:
    async with stack(sqlite_url, flush_interval=0.02, model_retries=0, drain_timeout=0) as site:
        yield site


def speak(site: Stack, language: str) -> None:
    """From now on this visitor wants to read this language."""
    site.client.headers["Accept-Language"] = language


async def said(site: Stack, model: str) -> list[Json]:
    """The events of a first message's answer."""
    async with site.ask(model) as answer:
        return [frame.event async for frame in frames(answer)]


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("de", "Nicht gefunden."),
        ("fr-CA, en;q=0.5", "Introuvable."),
        ("es", "No encontrado."),
        ("zh-CN", "未找到。"),
        ("ur", "نہیں ملا۔"),
        ("ja", "Not found."),
    ],
)
async def test_a_refusal_is_in_the_visitors_language(site: Stack, language: str, message: str) -> None:
    speak(site, language)
    answer = await site.client.get("/chatkit/runs/run_none/events")
    assert (answer.status_code, answer.json()) == (404, {"message": message})


async def test_so_is_what_stands_before_the_routes(site: Stack) -> None:
    speak(site, "de")
    token = await site.client.post("/chatkit", json={}, headers={"Authorization": "Bearer x"})
    kind = await site.client.post("/chatkit", content=b"{}")
    elsewhere = await site.client.post("/chatkit", json={}, headers={"Origin": "https://evil.test"})
    assert "Dieses Token gilt hier nicht" in token.json()["message"]
    assert "Senden Sie JSON" in kind.json()["message"]
    assert "anderen Website" in elsewhere.json()["message"]


async def test_what_the_store_refuses_is_in_it_too(site: Stack) -> None:
    events = await said(site, "compatible/echo")
    thread_id = events[0]["thread"]["id"]
    await site.parts.database.write(lambda session: threads.set_status(session, thread_id=thread_id, kind="locked"))
    speak(site, "fr")
    message = {"content": [{"type": "input_text", "text": "on"}]}
    request = {"type": "threads.add_user_message", "params": {"thread_id": thread_id, "input": message}}
    answer = await site.client.post("/chatkit", json=request)
    assert (answer.status_code, answer.json()["message"]) == (409, "Cette conversation est verrouillée.")


async def test_a_run_says_what_went_wrong_in_the_language_of_who_asked(site: Stack) -> None:
    speak(site, "de")
    error = (await said(site, "compatible/status-500"))[-1]
    assert error["type"] == "error"
    assert error["message"] == "Der kompatible Server hatte selbst einen Fehler. Versuchen Sie es gleich noch einmal."


async def test_two_visitors_runs_speak_two_languages_at_once(site: Stack) -> None:
    speak(site, "es")
    async with site.ask("compatible/status-500") as first:
        speak(site, "ur")
        second = (await said(site, "compatible/status-500"))[-1]["message"]
        error = [frame.event async for frame in frames(first)][-1]["message"]
    assert "Inténtelo de nuevo" in error
    assert "دوبارہ کوشش کریں" in second


async def test_a_run_that_is_recovered_still_knows_its_language(site: Stack) -> None:
    speak(site, "zh")
    async with site.ask("compatible/hang-open") as answer:
        run_id = answer.headers["x-run-id"]

        def died(session: Session) -> list[bytes]:
            return bury(session, session.exec(select(RunRow).where(RunRow.id == run_id)).one())

        last = (await site.parts.database.write(died))[-1]
        assert "服务器在此回答过程中停止了" in last.decode()
