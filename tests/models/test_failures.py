import json
from typing import Any

import anthropic
import httpx2
import openai
import pytest
from agents import (
    GuardrailFunctionOutput,
    InputGuardrail,
    InputGuardrailResult,
    InputGuardrailTripwireTriggered,
    MaxTurnsExceeded,
    ModelBehaviorError,
    UserError,
)
from agents.exceptions import ToolTimeoutError
from google.genai import errors

from playground.errors import AgentError, FailureKind, LimitReached, NotConfigured, ProviderError, RunError
from playground.models.failures import explain
from playground.models.reasons import StreamFailure
from tests.models.conftest import MakeModel
from tests.models.reading_along import read
from tests.wire import CANARY

REQUEST = httpx2.Request("POST", f"https://example.test/v1?key={CANARY}")


def status_error(status: int, code: str | None = None, **headers: str) -> openai.APIStatusError:
    body = {"message": f"said {CANARY}", "code": code, "type": None}
    return openai.APIStatusError(CANARY, response=httpx2.Response(status, request=REQUEST, headers=headers), body=body)


def told(error: BaseException) -> ProviderError:
    explained = explain(error, "openai/gpt-x")
    assert isinstance(explained, ProviderError)
    assert CANARY not in explained.message
    assert "example.test" not in explained.message
    assert explained.message.endswith(".")
    return explained


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "invalid_api_key", "auth"),
        (403, None, "auth"),
        (404, "model_not_found", "unknown_model"),
        (408, None, "timeout"),
        (413, None, "context_length"),
        (429, "rate_limit_exceeded", "rate_limit"),
        (429, "insufficient_quota", "quota"),
        (400, "context_length_exceeded", "context_length"),
        (400, "content_policy_violation", "safety"),
        (400, None, "bad_request"),
        (422, None, "bad_request"),
        (500, None, "server"),
        (502, None, "server"),
        (503, None, "overloaded"),
        (529, None, "overloaded"),
    ],
)
def test_a_status_has_its_kind(status: int, code: str | None, kind: FailureKind) -> None:
    assert told(status_error(status, code)).kind == kind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (openai.APITimeoutError(request=REQUEST), "timeout"),
        (openai.APIConnectionError(request=REQUEST), "network"),
        (openai.OpenAIError(f"no key {CANARY}"), "auth"),
        (openai.APIError(f"x {CANARY}", REQUEST, body={"code": "rate_limit_exceeded"}), "rate_limit"),
        (httpx2.ReadTimeout(CANARY), "timeout"),
        (httpx2.ConnectError(CANARY), "network"),
        (httpx2.RemoteProtocolError(CANARY), "network"),
        (httpx2.DecodingError(CANARY), "malformed"),
        (json.JSONDecodeError("bad", CANARY, 0), "malformed"),
        (TimeoutError(CANARY), "timeout"),
        (ConnectionResetError(CANARY), "network"),
        (ModelBehaviorError(CANARY), "malformed"),
        (StreamFailure("cut"), "cut"),
        (StreamFailure("too_short"), "cut"),
        (StreamFailure("empty"), "malformed"),
    ],
)
def test_an_exception_has_its_kind(error: Exception, kind: FailureKind) -> None:
    assert told(error).kind == kind


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MaxTurnsExceeded(CANARY), LimitReached),
        (ToolTimeoutError("clock", 60), LimitReached),
        (UserError(CANARY), AgentError),
        (ZeroDivisionError(CANARY), AgentError),
        (NotConfigured("Set A_KEY."), AgentError),
    ],
)
def test_the_agents_own_failures_are_not_blamed_on_the_provider(error: Exception, expected: type[RunError]) -> None:
    explained = explain(error, "openai/gpt-x")
    assert type(explained) is expected
    assert CANARY not in explained.message


def test_a_guardrail_is_named_as_such() -> None:
    output = GuardrailFunctionOutput(CANARY, tripwire_triggered=True)

    def check(*_: object) -> GuardrailFunctionOutput:
        return output

    result = InputGuardrailResult(InputGuardrail[None](check), output)
    explained = explain(InputGuardrailTripwireTriggered(result), "openai/x")
    assert isinstance(explained, AgentError)
    assert "guardrail" in explained.message
    assert not explained.allow_retry


def test_an_explained_error_is_left_as_it_is() -> None:
    error = LimitReached("Enough.", allow_retry=False)
    assert explain(error, "openai/x") is error


def test_the_advised_wait_is_passed_on() -> None:
    explained = told(status_error(429, **{"retry-after": "42"}))
    assert explained.retry_after == 42
    assert "in 42 seconds" in explained.message


def test_odd_advice_is_ignored() -> None:
    assert told(status_error(429, **{"retry-after": "soon"})).retry_after is None


@pytest.mark.parametrize("provider", ["openai", "compatible", "local", "other"])
def test_a_message_starts_with_a_capital(provider: str) -> None:
    assert explain(StreamFailure("server"), f"{provider}/m").message[0].isupper() or provider == "other"


@pytest.mark.parametrize(
    "name", ["status-401", "status-429", "status-500", "inerror-2", "failed-2", "badjson-2", "nope"]
)
async def test_nothing_a_provider_says_reaches_the_visitor(make_model: MakeModel, name: str) -> None:
    error = (await read(make_model(name))).error
    assert error
    told(error)


def anthropic_error(status: int, kind: str, message: str = CANARY) -> Exception:
    body = {"type": "error", "error": {"type": kind, "message": message}}
    response = httpx2.Response(status, request=REQUEST)
    return anthropic.APIStatusError(message, response=response, body=body)


def google_error(status: int, word: str, message: str = CANARY, **more: Any) -> Exception:
    return errors.APIError(status, {"error": {"code": status, "status": word, "message": message, **more}})


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (anthropic_error(401, "authentication_error"), "auth"),
        (anthropic_error(403, "permission_error"), "auth"),
        (anthropic_error(404, "not_found_error"), "unknown_model"),
        (anthropic_error(413, "request_too_large"), "context_length"),
        (anthropic_error(429, "rate_limit_error"), "rate_limit"),
        (anthropic_error(529, "overloaded_error"), "overloaded"),
        (anthropic_error(500, "api_error"), "server"),
        (anthropic_error(400, "invalid_request_error"), "bad_request"),
        (anthropic_error(400, "invalid_request_error", "prompt is too long: 1 > 0"), "context_length"),
        (anthropic_error(400, "invalid_request_error", "Your credit balance is too low"), "quota"),
        (anthropic_error(402, "billing_error"), "quota"),
        (anthropic.APITimeoutError(REQUEST), "timeout"),
        (anthropic.APIConnectionError(request=REQUEST), "network"),
        (google_error(400, "INVALID_ARGUMENT"), "bad_request"),
        (google_error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."), "auth"),
        (google_error(400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum"), "context_length"),
        (google_error(403, "PERMISSION_DENIED"), "auth"),
        (google_error(404, "NOT_FOUND"), "unknown_model"),
        (google_error(429, "RESOURCE_EXHAUSTED", "Check your plan and billing details."), "rate_limit"),
        (google_error(500, "INTERNAL"), "server"),
        (google_error(503, "UNAVAILABLE"), "overloaded"),
        (google_error(504, "DEADLINE_EXCEEDED"), "timeout"),
    ],
)
def test_every_sdks_errors_have_their_kind(error: Exception, kind: FailureKind) -> None:
    assert told(error).kind == kind


def test_googles_advice_on_when_to_come_back_is_in_the_body() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}]
    assert told(google_error(429, "RESOURCE_EXHAUSTED", details=details)).retry_after == 34
