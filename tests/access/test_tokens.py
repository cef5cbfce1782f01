"""Tokens that are issued here: who they are for, for how long, and what ends them."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from playground.access.claims import LONGEST
from playground.access.standing import Standing
from playground.access.tokens import LONGEST_TOKEN, Issued, Tokens
from playground.errors import Forbidden, Malformed, NotFound, Unauthorized
from playground.policy import Policy, policy_of
from playground.settings import Settings
from playground.store import leaving
from playground.store.access_tables import SessionTokenRow
from playground.store.database import Database
from playground.visitor import Scope, Visitor
from tests.access.signing import SHARED, forged, shared

SECRET = b"s" * 32
SITE = "https://shop.test"


def tokens(database: Database, *, ahead: float = 0, secret: bytes = SECRET, **settings: Any) -> Tokens:
    """Tokens whose clock may go ahead, or behind."""
    return Tokens(Settings(**settings), secret, database, clock=lambda: time.time() + ahead)


async def issued(tokens: Tokens, subject: str = "ann", *, ttl: float = 600, **more: Any) -> Issued:
    """A token."""
    return await tokens.issue(subject, ttl=ttl, scope=more.pop("scope", Scope()), **more)


async def refused(tokens: Tokens, bearer: str, *, origin: str | None = None) -> str:
    """In which words."""
    with pytest.raises(Unauthorized) as refusal:
        await tokens.verify(bearer, origin=origin)
    return refusal.value.message


async def test_a_token_is_for_one_visitor(database: Database) -> None:
    ours = tokens(database)
    made = await issued(ours)
    visitor = await ours.verify(made.token, origin=None)
    again = await ours.verify((await issued(ours)).token, origin=SITE)
    other = await ours.verify((await issued(ours, "bob")).token, origin=None)
    assert (visitor.token, visitor.link, visitor.scope) == (made.id, None, Scope())
    assert (again.id == visitor.id, again.token == visitor.token) == (True, False)
    assert other.id != visitor.id


@pytest.mark.parametrize(
    "subject", ["vis_" + "0" * 32, "tok_ann", "owner", "password", "../../x", "a:b|c", "O'Neil; --", "小明🐙", "ann "]
)
async def test_whatever_a_subject_is_called_it_is_nobody_else(lite: Database, subject: str) -> None:
    visitor = await tokens(lite).verify((await issued(tokens(lite), subject)).token, origin=None)
    ann = await tokens(lite).verify((await issued(tokens(lite))).token, origin=None)
    assert visitor.id.startswith("tok_")
    assert visitor.id.removeprefix("tok_").isalnum()
    assert visitor.id not in {ann.id, subject}


@pytest.mark.parametrize("subject", ["", "a\nb", "a\0b", "\ud800", "a" * 201, "\u202eann"])
async def test_a_subject_that_cannot_be_shown_is_refused(lite: Database, subject: str) -> None:
    with pytest.raises(Malformed):
        await issued(tokens(lite), subject)


@pytest.mark.parametrize("ttl", [0, -5, LONGEST + 1, float("nan"), float("inf")])
async def test_a_token_is_good_for_a_month_at_most(lite: Database, ttl: float) -> None:
    with pytest.raises(Malformed):
        await issued(tokens(lite), ttl=ttl)


async def test_whatever_scope_is_issued_is_taken(lite: Database) -> None:
    largest = Scope(frozenset(f"{number:03}{'ü' * 2}" for number in range(50)), frozenset({"m" * 200}))
    made = await issued(tokens(lite), "🐙" * 200, scope=largest, origin=f"https://{'a' * 192}")
    assert (await tokens(lite).verify(made.token, origin=f"https://{'a' * 192}")).scope == largest
    for scope in (frozenset({""}), frozenset({"m" * 201}), frozenset({"a\0"}), frozenset(map(str, range(101)))):
        for wrong in (Scope(scope, None), Scope(None, scope)):
            with pytest.raises(Malformed):
                await issued(tokens(lite), scope=wrong)
    with pytest.raises(Malformed):
        await issued(tokens(lite), scope=Scope(frozenset(f"{number}{'🐙' * 100}" for number in range(50)), None))


@pytest.mark.parametrize(
    "origin", ["*", "null", f"https://{'a' * 193}", "shop.test", "https://shop.test/", "https://SHOP.test"]
)
async def test_an_origin_is_written_as_browsers_tell_it(lite: Database, origin: str) -> None:
    with pytest.raises(Malformed):
        await issued(tokens(lite), origin=origin)


async def test_a_token_expires(lite: Database) -> None:
    made = await issued(tokens(lite, ahead=-700))
    assert await refused(tokens(lite), made.token) == "This token has expired."


async def test_a_token_of_a_time_to_come_waits_for_it(lite: Database) -> None:
    slightly, later = await issued(tokens(lite, ahead=5)), await issued(tokens(lite, ahead=60))
    assert (await tokens(lite).verify(slightly.token, origin=None)).token == slightly.id
    await refused(tokens(lite), later.token)


async def test_a_token_may_live_for_a_month(lite: Database) -> None:
    made = await issued(tokens(lite), ttl=LONGEST)
    assert (await tokens(lite).verify(made.token, origin=None)).token == made.id


def _ours() -> dict[str, Any]:
    now = int(time.time())
    return {"iss": "playground", "sub": "ann", "iat": now, "exp": now + 60, "jti": "ses_1", "scope": {}}


def _with_payload(good: str) -> str:
    header, _, signature = good.split(".")
    return f"{header}.{forged({}, None, _ours()).split('.')[1]}.{signature}"


Forge = Callable[[str], str]
FORGERIES: dict[str, Forge] = {
    "nothing": lambda _: "",
    "a word": lambda _: "token",
    "dots": lambda _: "...",
    "no signature": lambda good: good.rpartition(".")[0] + ".",
    "another signature": lambda good: good[:-4] + "AAAA",
    "another payload": _with_payload,
    "not signed": lambda _: forged({"alg": "none", "typ": "playground+jwt"}, None, _ours()),
    "signed with nothing": lambda _: forged({"alg": "HS256", "typ": "playground+jwt"}, b"", _ours()),
    "the server's secret itself": lambda _: forged({"alg": "HS256", "typ": "playground+jwt"}, SECRET, _ours()),
    "too long": lambda good: good + "A" * LONGEST_TOKEN,
    "a megabyte of dots": lambda _: "." * 1_000_000,
    "other letters": lambda good: good + "ä",
    "deep": lambda _: forged({"alg": "HS256"}, b"") + "[" * 5000,
}


@pytest.mark.parametrize("kind", FORGERIES)
async def test_a_forged_token_is_nobodys(lite: Database, kind: str) -> None:
    bearer = FORGERIES[kind]((await issued(tokens(lite))).token)
    await refused(tokens(lite, token_secret=SecretStr(SHARED)), bearer)


async def test_a_token_of_another_server_is_nobodys(lite: Database) -> None:
    made = await issued(tokens(lite, secret=b"t" * 32))
    await refused(tokens(lite), made.token)


async def test_a_token_for_a_site_works_only_there(lite: Database) -> None:
    ours = tokens(lite)
    made = await issued(ours, origin=SITE)
    assert (await ours.verify(made.token, origin=SITE)).token == made.id
    for origin in (None, "", "null", "https://evil.test", "https://shop.test.evil.test", "http://shop.test"):
        assert await refused(ours, made.token, origin=origin) == "This token is for another site."
    with pytest.raises(Unauthorized):
        await ours.refresh(made.token, origin="https://evil.test")
    again = await ours.refresh(made.token, origin=SITE)
    await refused(ours, again.token, origin="https://evil.test")


async def test_a_scope_narrows_what_is_on_offer(lite: Database) -> None:
    ours = tokens(lite)
    scope = Scope(frozenset({"board"}), frozenset({"openai/a", "local/*"}))
    visitor = await ours.verify((await issued(ours, scope=scope)).token, origin=None)
    assert visitor.scope == scope
    wide, narrow = policy_of(Settings()), policy_of(Settings(offered_models=("openai/b",)))
    check(wide, visitor, "board", "openai/a")
    check(wide, visitor, "board", "local/any")
    beyond = [(wide, "board", "openai/b"), (wide, "clerk", "openai/a"), (narrow, "board", "openai/a")]
    for policy, agent, model in beyond:
        with pytest.raises(Forbidden):
            check(policy, visitor, agent, model)


async def test_a_scope_of_nothing_is_not_one_of_everything(lite: Database) -> None:
    ours = tokens(lite)
    visitor = await ours.verify((await issued(ours, scope=Scope(models=frozenset()))).token, origin=None)
    with pytest.raises(Forbidden):
        check(policy_of(Settings()), visitor, "board", "openai/a")


def check(policy: Policy, visitor: Visitor, agent: str, model: str) -> None:
    """Whether a visitor may ask an agent on a model that its provider lists."""
    policy.check_agent(visitor, agent)
    policy.check_model(visitor, model, {model})


async def test_a_refreshed_token_goes_on_as_the_same(database: Database) -> None:
    scope = Scope(frozenset({"board"}), None)
    first = await issued(tokens(database, ahead=-300), scope=scope, origin=SITE)
    again = await tokens(database).refresh(first.token, origin=SITE)
    assert (again.id, again.token == first.token) == (first.id, False)
    assert again.expires_at - first.expires_at == pytest.approx(timedelta(seconds=300), abs=timedelta(seconds=2))
    old = await tokens(database).verify(first.token, origin=SITE)
    assert await tokens(database).verify(again.token, origin=SITE) == old
    (row,) = await tokens(database).list()
    assert row.expires_at == again.expires_at


async def test_no_token_is_refreshed_for_longer_than_a_month(database: Database) -> None:
    day = 86_400
    token, started = (await issued(tokens(database, ahead=-25 * day), ttl=20 * day)).token, time.time() - 25 * day
    with pytest.raises(Unauthorized):
        await tokens(database).refresh(token)  # it expired five days ago
    late = (await issued(tokens(database, ahead=-25 * day), ttl=28 * day)).token
    last = await tokens(database).refresh(late)
    assert last.expires_at.timestamp() == pytest.approx(started + LONGEST, abs=2)
    again = await tokens(database).refresh(last.token)
    assert again.expires_at == last.expires_at


async def test_a_revoked_token_is_over_with_all_that_came_of_it(database: Database) -> None:
    ours, standing = tokens(database), Standing(database)
    first, other = await issued(ours), await issued(ours)
    again = await ours.refresh(first.token)
    await ours.revoke(first.id)
    await standing.refresh()
    for token in (first.token, again.token):
        with pytest.raises(Unauthorized):
            standing.check(await ours.verify(token, origin=None))
        with pytest.raises(Unauthorized):
            await ours.refresh(token)
    standing.check(await ours.verify(other.token, origin=None))
    await ours.revoke(first.id)


async def test_no_refresh_slips_past_a_revocation(database: Database) -> None:
    ours = tokens(database)
    made = await issued(ours)
    before = await asyncio.gather(
        *(ours.refresh(made.token) for _ in range(5)),
        ours.revoke(made.id),
        *(ours.refresh(made.token) for _ in range(5)),
        return_exceptions=True,
    )
    assert all(one is None or isinstance(one, Issued | Unauthorized) for one in before)
    (row,) = await ours.list()
    assert row.revoked_at is not None
    with pytest.raises(Unauthorized):
        await ours.refresh(made.token)


async def test_a_token_that_nobody_keeps_is_not_refreshed(lite: Database) -> None:
    ours = tokens(lite)
    made = await issued(ours)
    await lite.write(lambda session: session.delete(session.get_one(SessionTokenRow, made.id)))
    with pytest.raises(Unauthorized):
        await ours.refresh(made.token)


async def test_a_token_is_told_as_ended_for_a_while_once_it_expired(database: Database) -> None:
    standing = Standing(database)
    await issued(tokens(database, ahead=-2000))
    lately = await issued(tokens(database, ahead=-700))
    refreshed = await issued(tokens(database, ahead=-500))
    await tokens(database).refresh(refreshed.token)
    await standing.refresh()
    assert standing.facts.revoked_tokens == {lately.id}


async def test_a_revoked_token_stays_so_after_its_time(database: Database) -> None:
    standing = Standing(database)
    made = await issued(tokens(database, ahead=-2000))
    await tokens(database).revoke(made.id)
    await standing.refresh()
    assert standing.facts.revoked_tokens == {made.id}


@pytest.mark.parametrize("token_id", ["ses_none", "", "x", "a\0b", "'; drop table session_token; --"])
async def test_what_was_never_issued_cannot_be_revoked(database: Database, token_id: str) -> None:
    with pytest.raises(NotFound):
        await tokens(database).revoke(token_id)


async def test_tokens_are_listed_the_newest_first(database: Database) -> None:
    names = ["ann", "bob", "eve"]
    for later, name in enumerate(names):
        await issued(tokens(database, ahead=later * 10 - 100), name)
    assert [row.subject for row in await tokens(database).list()] == ["eve", "bob", "ann"]


async def test_what_expired_is_forgotten_after_a_day(database: Database) -> None:
    for ahead in (-90_000, -2_000, 0):
        await issued(tokens(database, ahead=ahead), str(ahead))
    await tokens(database).tidy()
    assert {row.subject for row in await tokens(database).list()} == {"0", "-2000"}


async def test_who_is_forgotten_is_named_nowhere_and_may_come_again(database: Database) -> None:
    ours = tokens(database)
    made, other = await issued(ours), await issued(ours, "bob")
    visitor = await ours.verify(made.token, origin=None)
    await database.write(lambda s: leaving.drop_rest(s, visitor_id=visitor.id, at=datetime.now(UTC)))
    assert {row.id: row.subject for row in await ours.list()} == {made.id: "", other.id: "bob"}
    again = await ours.refresh(made.token)
    assert await ours.verify(again.token, origin=None) == visitor


async def test_a_token_of_another_backend_is_not_refreshed_here(lite: Database) -> None:
    with pytest.raises(Forbidden):
        await tokens(lite, token_secret=SecretStr(SHARED)).refresh(shared())


async def test_the_store_keeps_no_token(lite: Database) -> None:
    made = await issued(tokens(lite))
    (row,) = await tokens(lite).list()
    kept = str(row.model_dump())
    assert not [part for part in made.token.split(".") if part in kept]
    assert row.created_at <= datetime.now(UTC)
