"""A page of another site that talks to `/chatkit` with bearer tokens, as a ChatKit UI does."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from playground.visitor import Scope
from tests.access.signing import ISSUER, SHARED, Signer, published, shared
from tests.attachments.made import picture
from tests.stack import Stack, frames, stack

SITE = "https://shop.test"
OWNER = "owner-token-0123456789abcdef"
SAYING = "compatible/echo"


@pytest.fixture
async def up(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Stack]:
    changes: dict[str, Any] = {"token_secret": SecretStr(SHARED), "token_issuer": ISSUER}
    async with stack(sqlite_url, data_dir=tmp_path, allowed_origins=(SITE,), **changes) as running:
        yield running


async def token(up: Stack, subject: str = "ann", **more: Any) -> str:
    return (await up.parts.tokens.issue(subject, ttl=600, scope=more.pop("scope", Scope()), **more)).token


def page(up: Stack, bearer: str, *, origin: str | None = SITE) -> httpx2.AsyncClient:
    """A page of the other site: no cookie, a token, and the browser's word on where it is from."""
    where = {"Origin": origin, "Sec-Fetch-Site": "cross-site"} if origin else {}
    headers = {"Authorization": f"Bearer {bearer}", **where}
    return httpx2.AsyncClient(base_url=up.client.base_url, timeout=20, headers=headers)


def message(text: str, *, model: str = SAYING, files: tuple[str, ...] = ()) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    sent = {"content": content, "attachments": list(files), "inference_options": {"model": model}}
    return {"type": "threads.create", "params": {"input": sent}}


async def threads(page: httpx2.AsyncClient) -> list[str]:
    answer = await page.post("/chatkit", json={"type": "threads.list", "params": {}})
    return [one["id"] for one in answer.raise_for_status().json()["data"]]


async def said(page: httpx2.AsyncClient, text: str = "Hello", **more: Any) -> httpx2.Response:
    return (await page.post("/chatkit", json=message(text, **more))).raise_for_status()


async def status(page: httpx2.AsyncClient, answer: httpx2.Response) -> str:
    run = await page.get(f"/chatkit/threads/{answer.headers['x-thread-id']}/run")
    return str(run.raise_for_status().json()["status"])


async def test_a_page_of_another_site_converses_with_a_token(up: Stack) -> None:
    asks = {"Origin": SITE, "Access-Control-Request-Method": "POST"}
    wanted = {"Access-Control-Request-Headers": "authorization,content-type,last-event-id"}
    preflight = await up.client.options("/chatkit", headers=asks | wanted)
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, SITE)
    assert "authorization" in preflight.headers["access-control-allow-headers"].lower()

    async with page(up, await token(up, origin=SITE)) as shop:
        async with shop.stream("POST", "/chatkit", json=message("Hello")) as answer:
            sent = [frame async for frame in frames(answer)]
        run, thread = answer.headers["x-run-id"], answer.headers["x-thread-id"]
        assert answer.headers["access-control-allow-origin"] == SITE
        assert "set-cookie" not in answer.headers
        again = await shop.get(f"/chatkit/runs/{run}/events", headers={"Last-Event-ID": str(sent[1].seq)})
        assert again.text.count("data:") == len(sent) - 2
        assert (await shop.get(f"/chatkit/threads/{thread}/run")).json()["status"] == "completed"
        assert await threads(shop) == [thread]


async def test_a_page_sends_files_with_a_token(up: Stack) -> None:
    async with page(up, await token(up)) as shop:
        made = await shop.post("/chatkit/attachments", files={"file": ("a.png", picture(), "image/png")})
        file = made.raise_for_status().json()
        assert (await said(shop, files=(file["id"],))).status_code == 200
        assert (await shop.get(f"/chatkit/attachments/{file['id']}")).content == picture()
    async with page(up, await token(up, "bob")) as other:
        foreign = await other.get(f"/chatkit/attachments/{file['id']}")
        unknown = await other.get("/chatkit/attachments/atc_none")
        assert (foreign.status_code, foreign.content) == (404, unknown.content)


async def test_each_subject_sees_its_own_threads(up: Stack) -> None:
    async with page(up, await token(up)) as ann, page(up, await token(up, "bob")) as bob:
        answer = await said(ann)
        await said(up.client)
        thread, run = answer.headers["x-thread-id"], answer.headers["x-run-id"]
        assert (await threads(ann), await threads(bob)) == ([thread], [])
        for path in (f"/chatkit/threads/{thread}/run", f"/chatkit/runs/{run}/events"):
            assert (await bob.get(path)).status_code == 404
        assert (await bob.post(f"/chatkit/runs/{run}/stop")).status_code == 404
        assert len(await threads(up.client)) == 1
    async with page(up, await token(up)) as later:
        assert await threads(later) == [thread]


async def test_a_token_goes_before_a_cookie(up: Stack) -> None:
    await said(up.client)
    (own,) = await threads(up.client)
    bearer = {"Authorization": f"bearer  {await token(up)}"}
    request: dict[str, Any] = {"type": "threads.list", "params": {}}
    assert (await up.client.post("/chatkit", json=request, headers=bearer)).json()["data"] == []
    assert await threads(up.client) == [own]


async def test_another_backend_signs_for_its_visitors(up: Stack) -> None:
    async with page(up, shared()) as ann, page(up, shared(sub="bob")) as bob, page(up, await token(up)) as ours:
        await said(ann)
        assert [len(await threads(one)) for one in (ann, bob, ours)] == [1, 0, 0]
        refused = await ann.post("/chatkit/session/refresh")
        assert refused.status_code == 403


async def test_a_token_is_refreshed_by_its_holder(up: Stack) -> None:
    first = await token(up, origin=SITE)
    async with page(up, first) as shop:
        answer = (await shop.post("/chatkit/session/refresh")).raise_for_status()
        told = answer.json()
        assert told.keys() == {"token", "expires_at"}
        assert answer.headers["cache-control"] == "no-store"
        await said(shop)
        before = await threads(shop)
    async with page(up, told["token"]) as shop:
        assert await threads(shop) == before
    async with page(up, told["token"], origin=None) as elsewhere:
        assert (await elsewhere.post("/chatkit/session/refresh")).status_code == 401
    assert (await up.client.post("/chatkit/session/refresh")).status_code == 401


async def test_a_revoked_token_is_refused_everywhere_at_once(up: Stack) -> None:
    issued = await up.parts.tokens.issue("ann", ttl=600, scope=Scope())
    async with page(up, issued.token) as shop:
        await said(shop)
        renewed = (await shop.post("/chatkit/session/refresh")).json()["token"]
        await up.parts.tokens.revoke(issued.id)
        await up.parts.standing.refresh()
        for bearer in (issued.token, renewed):
            shop.headers["Authorization"] = f"Bearer {bearer}"
            for method, path in (("POST", "/chatkit"), ("POST", "/chatkit/session/refresh"), ("GET", "/chatkit/me")):
                answer = await shop.request(method, path, json={"type": "threads.list", "params": {}})
                assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_what_runs_on_a_revoked_token_is_stopped_and_nothing_else(up: Stack) -> None:
    first, second = [await up.parts.tokens.issue("ann", ttl=600, scope=Scope()) for _ in range(2)]
    async with page(up, first.token) as one, page(up, second.token) as other:
        async with (
            one.stream("POST", "/chatkit", json=message("Go on", model="compatible/stall-5")) as ends,
            other.stream("POST", "/chatkit", json=message("Go on", model="compatible/stall-5")) as goes_on,
        ):
            renewed = (await one.post("/chatkit/session/refresh")).json()["token"]
            await up.parts.tokens.revoke(first.id)  # as the command does, in another process
            async with asyncio.timeout(20):
                assert [frame async for frame in frames(ends)]
                while await status(other, ends) == "running":
                    await asyncio.sleep(0.05)
            assert (await status(other, ends), await status(other, goes_on)) == ("cancelled", "running")
        assert (await one.get("/chatkit/me", headers={"Authorization": f"Bearer {renewed}"})).status_code == 401


async def test_a_scope_holds_over_the_wire(up: Stack) -> None:
    scope = Scope(models=frozenset({"compatible/words-3"}))
    async with page(up, await token(up, scope=scope)) as shop:
        assert (await said(shop, model="compatible/words-3")).status_code == 200
        refused = await shop.post("/chatkit", json=message("Hello", model=SAYING))
        assert refused.status_code == 403
        assert "compatible/echo" in refused.json()["message"]
        assert len(await threads(shop)) == 1


async def test_a_token_for_a_site_is_no_good_elsewhere(up: Stack) -> None:
    for origin in ("https://evil.test", "null", None):
        async with page(up, await token(up, origin=SITE), origin=origin) as elsewhere:
            answer = await elsewhere.post("/chatkit", json=message("Hello"))
            assert answer.status_code in {401, 403}
            assert "access-control-allow-origin" not in answer.headers
            assert (await elsewhere.get("/chatkit/me")).status_code == 401


async def test_what_is_no_token_is_401_and_not_somebody_anonymous(up: Stack) -> None:
    for bearer in ("", "x", "eyJ", "eyJhbGciOiJub25lIn0.e30.", "a b", "eyJ" + "A" * 20_000):
        answer = await up.client.get("/chatkit/me", headers={"Authorization": f"Bearer {bearer}".strip()})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert "set-cookie" not in answer.headers
        assert answer.json().keys() == {"message"}


async def test_a_token_comes_through_where_a_gate_stands(sqlite_url: str, tmp_path: Path) -> None:
    async with stack(sqlite_url, data_dir=tmp_path, allowed_origins=(SITE,), invite_only=True) as up:
        async with page(up, await token(up)) as shop:
            await said(shop)
            assert len(await threads(shop)) == 1
        assert (await up.client.post("/chatkit", json=message("Hello"))).status_code == 401


async def test_keys_that_cannot_be_read_are_our_trouble_and_not_the_visitors(sqlite_url: str, tmp_path: Path) -> None:
    signer = Signer.make()
    async with published(signer) as keys:
        keys.status = 500
        async with stack(sqlite_url, data_dir=tmp_path, token_jwks_url=keys.url, token_issuer=ISSUER) as up:
            async with page(up, signer.sign(), origin=None) as shop:
                answer = await shop.get("/chatkit/me")
                assert (answer.status_code, answer.json().keys()) == (503, {"message"})
            assert (await up.client.get("/chatkit/me")).status_code == 200
            async with page(up, await token(up), origin=None) as shop:
                assert (await shop.get("/chatkit/me")).status_code == 200


async def test_no_token_reaches_the_log_or_an_answer(up: Stack) -> None:
    good, foreign = await token(up), shared()
    odd = [good, f"{good[:-4]}AAAA", foreign, f"{foreign[:-4]}AAAA", shared(exp=1), "eyJ.secret.parts"]
    answers: list[str] = []
    with capture_logs() as lines:
        for bearer in odd:
            async with page(up, bearer) as shop:
                for path in ("/chatkit/me", f"/chatkit/me?token={bearer}", "/chatkit/nowhere"):
                    answer = await shop.get(path)
                    answers.append(f"{answer.headers} {answer.text}")
                await shop.post("/chatkit", content=b"{")
    told = f"{lines} {answers}"
    pieces = {piece for bearer in odd for piece in (bearer, *bearer.split(".")[1:]) if piece}
    assert lines
    assert [piece for piece in pieces if piece in told] == []
    assert SHARED not in told


async def test_two_tokens_in_one_request_are_none(up: Stack) -> None:
    """Whoever adds a header to another's request is not to choose who it is from."""
    one, other = await token(up), await token(up, "bob")
    headers = [("Authorization", f"Bearer {one}"), ("Authorization", f"Bearer {other}")]
    assert (await up.client.get("/chatkit/me", headers=headers)).status_code == 401
