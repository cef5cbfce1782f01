"""What stands before every route: the headers, the closed doors, other sites, the log."""

import httpx2
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from playground.errors import Malformed, NotFound
from playground.web.guard import POLICY
from playground.web.told import LONGEST
from tests.web.conftest import Lines, serving
from tests.web.raw import answer, connected
from tests.web.standin import Parts

FOREIGN = {"Origin": "https://evil.test"}
FRIEND = {"Origin": "https://friend.test"}
EVERY_ANSWER = ["/chatkit/threads/thr_1/run", "/chatkit/nothing", "/healthz", "/monitoring", "/page"]


@pytest.fixture
def api(api: FastAPI) -> FastAPI:
    """With one page route, in the place where the real page is mounted."""

    async def page(request: Request) -> Response:
        return JSONResponse({"headers": dict(request.headers), "visitor": request.state.visitor_id})

    async def own_policy(_request: Request) -> Response:
        return Response(headers={"Content-Security-Policy": "default-src 'none'"})

    api.router.routes.append(Route("/own-policy", own_policy))
    api.router.routes.append(Route("/{path:path}", page, methods=["GET", "POST"]))
    return api


@pytest.mark.parametrize("path", EVERY_ANSWER)
async def test_every_answer_carries_the_policy(client: httpx2.AsyncClient, parts: Parts, path: str) -> None:
    parts.begin()
    headers = (await client.get(path)).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


async def test_an_answer_is_for_its_own_site_and_told_by_https_alone_where_it_came_by_it(
    api: FastAPI, client: httpx2.AsyncClient
) -> None:
    plain = (await client.get("/page")).headers
    assert plain["cross-origin-resource-policy"] == plain["cross-origin-opener-policy"] == "same-origin"
    assert plain["permissions-policy"].startswith("camera=()")
    assert "strict-transport-security" not in plain
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=api), base_url="https://localhost") as encrypted:
        assert "max-age=" in (await encrypted.get("/page")).headers["strict-transport-security"]


async def test_errors_carry_the_policy_too(client: httpx2.AsyncClient, parts: Parts) -> None:
    parts.dispatcher.refusal = RuntimeError()
    assert (await client.post("/chatkit", json={})).headers["content-security-policy"] == POLICY


@pytest.mark.parametrize("directive", ["connect-src 'self'", "form-action 'none'", "object-src 'none'"])
def test_nothing_is_loaded_from_or_sent_to_another_host(directive: str) -> None:
    assert directive in POLICY.split("; ")
    assert "http" not in POLICY
    assert "*" not in POLICY


async def test_a_route_may_have_a_policy_of_its_own(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/own-policy")).headers["content-security-policy"] == "default-src 'none'"


@pytest.mark.parametrize("path", EVERY_ANSWER)
async def test_another_site_is_granted_nothing(client: httpx2.AsyncClient, parts: Parts, path: str) -> None:
    parts.begin()
    client.base_url = httpx2.URL(str(client.base_url).replace("127.0.0.1", "localhost"))
    for headers in (FOREIGN, FOREIGN | {"Host": "abc.share.test"}, {"Origin": "null"}):
        answer = (await client.get(path, headers=headers)).headers
        assert not [name for name in answer if name.startswith("access-control-allow")]
        preflight = await client.options(path, headers=headers | {"Access-Control-Request-Method": "POST"})
        assert preflight.status_code == 400
        assert "access-control-allow-origin" not in preflight.headers
        assert "access-control-allow-credentials" not in preflight.headers


async def test_an_allowed_site_may_use_the_protocol_with_its_cookie(client: httpx2.AsyncClient, parts: Parts) -> None:
    await parts.begin().end()
    answer = (await client.post("/chatkit", json={"run": "run_1"}, headers=FRIEND)).headers
    assert answer["access-control-allow-origin"] == "https://friend.test"
    assert answer["access-control-allow-credentials"] == "true"
    assert "X-Run-Id" in answer["access-control-expose-headers"]
    wanted = (
        "content-type, accept-language, authorization, chatkit-frame-instance-id, chatkit-device-id, "
        "idempotency-key, last-event-id"
    )
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": wanted}
    preflight = await client.options("/chatkit", headers=FRIEND | asked)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "https://friend.test"
    assert preflight.headers["access-control-allow-credentials"] == "true"
    unknown = await client.options("/chatkit", headers=FRIEND | asked | {"Access-Control-Request-Method": "PATCH"})
    assert unknown.status_code == 400


@pytest.mark.parametrize("status", [400, 404, 500])
async def test_an_allowed_site_can_read_a_refusal(client: httpx2.AsyncClient, parts: Parts, status: int) -> None:
    refusals: dict[int, Exception] = {400: Malformed("no"), 404: NotFound("no"), 500: RuntimeError("no")}
    parts.dispatcher.refusal = refusals[status]
    answer = await client.post("/chatkit", json={}, headers=FRIEND)
    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == "https://friend.test"


@pytest.mark.parametrize("path", ["/page", "/healthz", "/chatkitten"])
async def test_an_allowed_site_is_granted_nothing_but_the_protocol(client: httpx2.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers=FRIEND)
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert (await client.post(path, json={}, headers=FRIEND)).status_code == 403


@pytest.mark.parametrize(
    ("headers", "flags"),
    [
        (FRIEND | {"Sec-Fetch-Site": "cross-site"}, "SameSite=None; Secure; Partitioned"),
        (FRIEND | {"Sec-Fetch-Site": "same-site"}, "SameSite=Lax"),
        ({}, "SameSite=Lax"),
    ],
)
async def test_only_a_page_of_an_allowed_site_gets_a_cookie_that_works_there(
    client: httpx2.AsyncClient, headers: dict[str, str], flags: str
) -> None:
    answer = await client.post("/chatkit", json={}, headers=headers)
    assert answer.headers["set-cookie"].endswith(flags)


@pytest.mark.parametrize(
    "headers",
    [
        FOREIGN,
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"},
    ],
)
@pytest.mark.parametrize("path", ["/chatkit", "/chatkit/runs/run_1/stop", "/page"])
async def test_a_page_of_another_site_cannot_write(
    client: httpx2.AsyncClient, parts: Parts, headers: dict[str, str], path: str
) -> None:
    run = parts.begin()
    response = await client.post(path, json={}, headers=headers)
    assert response.status_code == 403
    assert "another site" in response.json()["message"]
    assert not run.over
    assert not parts.dispatcher.keys


async def test_our_own_page_an_allowed_site_and_no_browser_at_all_can_write(client: httpx2.AsyncClient) -> None:
    own = str(client.base_url).rstrip("/")
    for headers in ({"Origin": own}, {"Sec-Fetch-Site": "same-origin", "Origin": "https://public.test"}, FRIEND, {}):
        assert (await client.post("/chatkit", json={}, headers=headers)).status_code == 200


async def test_no_cache_keeps_one_visitors_answer_for_another(client: httpx2.AsyncClient) -> None:
    for path, kept in (("/page", "private, no-cache"), ("/chatkit/runs/nothing/events", "no-store")):
        assert (await client.get(path)).headers["cache-control"] == kept
    assert "cache-control" not in (await client.get("/assets/index.js")).headers


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=https://example.test/x",
        "/gradio_api/file=HTTP://example.test/x",
        "/gradio_api/file%3Dhttp%3A//example.test/x",
        "/gradio_api/file/http://example.test/x",
        "/gradio_api/file=//example.test/x",
        "/gradio_api/file=/tmp/gradio/x.png",
        "/gradio_api/file/tmp/gradio/x.png",
        "/login",
        "/logout",
        "/gradio_api/proxy=https://example.test/x",
        "/gradio_api/openapi.json",
        "/gradio_api/runs",
        "/gradio_api/vibe-code",
        "/gradio_api/deep_link",
        "/gradio_api/upload",
        "/gradio_api/upload_progress",
        "/monitoring",
        "/monitoring/summary",
        "/docs",
        "/redoc",
        "/openapi.json",
    ],
)
async def test_what_nobody_uses_is_closed(client: httpx2.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert (response.status_code, response.json()) == (404, {"message": "Not found."})


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/queue/data", "/gradio_api/startup-events", "/documents", "/logins"],
)
async def test_what_the_page_uses_is_open(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 200


async def test_a_forwarded_host_is_not_believed(client: httpx2.AsyncClient) -> None:
    seen = (await client.get("/page", headers={"X-Forwarded-Host": "evil.test"})).json()["headers"]
    assert "x-forwarded-host" not in seen


async def test_a_request_is_one_line_without_its_query(client: httpx2.AsyncClient, parts: Parts, lines: Lines) -> None:
    await parts.begin().end()
    response = await client.get("/chatkit/runs/run_1/events?after=0")
    visitor = (await client.get("/page")).json()["visitor"]
    line = next(line for line in lines if line.get("path") == "/chatkit/runs/run_1/events")
    assert isinstance(line.pop("ms"), int)
    assert line == {
        "event": "request",
        "log_level": "info",
        "method": "GET",
        "path": "/chatkit/runs/run_1/events",
        "status": response.status_code,
        "visitor": visitor,
        "run": "run_1",
    }


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/shared/shr_secret", "/shared/[hidden]"),
        ("/shared/shr_secret.json", "/shared/[hidden].json"),
        ("/gradio_api/heartbeat/secret", "/gradio_api/heartbeat/[hidden]"),
    ],
)
async def test_what_opens_something_is_not_in_the_log(
    client: httpx2.AsyncClient, lines: Lines, path: str, told: str
) -> None:
    await client.get(path)
    assert [line["path"] for line in lines if line["event"] == "request"] == [told]
    assert "secret" not in str([line for line in lines if line["event"] != "request"])


async def test_what_a_stranger_makes_up_fills_neither_the_log_nor_the_statistics(
    client: httpx2.AsyncClient, lines: Lines
) -> None:
    await client.request("MADE-UP", f"/{'long' * 1000}")
    line = next(line for line in lines if line["event"] == "request")
    assert line["method"] == "_OTHER"  # the same is counted by
    assert len(line["path"]) == LONGEST


@pytest.mark.parametrize("target", ["*", "healthz"])
async def test_a_target_that_is_no_path_is_one_line_like_any_other(
    client: httpx2.AsyncClient, lines: Lines, target: str
) -> None:
    async with connected(client) as (reader, writer):
        writer.write(f"OPTIONS {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert (await answer(reader))[0] == 404
    assert [line["path"] for line in lines if line["event"] == "request"] == [target]


@pytest.mark.parametrize("origin", ["http://[", "http://[x]", "http://a]b"])
async def test_an_origin_that_is_none_is_another_site(client: httpx2.AsyncClient, origin: str) -> None:
    assert (await client.post("/page", headers={"Origin": origin})).status_code == 403


async def test_probes_and_assets_are_logged_for_debugging_only(client: httpx2.AsyncClient, lines: Lines) -> None:
    for path in ("/healthz", "/assets/index.js"):
        await client.get(path)
        assert next(line for line in lines if line.get("path") == path)["log_level"] == "debug"


async def test_a_page_that_breaks_is_a_json_500(api: FastAPI) -> None:
    async def broken(_request: Request) -> Response:
        raise RuntimeError("sk-secret")

    api.router.routes.insert(0, Route("/broken", broken))
    async with serving(api) as client:
        response = await client.get("/broken")
    assert response.status_code == 500
    assert "secret" not in response.text
