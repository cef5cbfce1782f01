"""Tokens that another backend signs: with a secret that both know, or with keys that it publishes."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from playground import wire
from playground.access.claims import LONGEST
from playground.access.standing import Standing
from playground.access.tokens import LONGEST_TOKEN, Tokens
from playground.errors import NotFound, Unauthorized
from playground.settings import Settings
from playground.store.database import Database
from playground.visitor import Scope
from tests.access.signing import ISSUER, SHARED, KeyServer, Signer, claims, forged, published, shared

SECRET = b"s" * 32
ALGORITHMS = ["RS256", "ES256", "EdDSA"]


def trusting(database: Database, *, keys: KeyServer | None = None, secret: str | None = SHARED, **more: Any) -> Tokens:
    """Tokens of a server that trusts a secret, or a server's keys."""
    settings: dict[str, Any] = {"token_issuer": ISSUER} | more
    if keys is not None:
        settings["token_jwks_url"] = keys.url
    if secret is not None:
        settings["token_secret"] = SecretStr(secret)
    return Tokens(Settings(**settings), SECRET, database)


async def refused(tokens: Tokens, bearer: str) -> str:
    """In which words."""
    with pytest.raises(Unauthorized) as refusal:
        await tokens.verify(bearer, origin=None)
    return refusal.value.message


async def test_another_backend_says_who_its_visitors_are(unopened: Database) -> None:
    tokens = trusting(unopened)
    ann, bob = await tokens.verify(shared(jti="one"), origin=None), await tokens.verify(shared(sub="bob"), origin=None)
    assert (ann.token, bob.token, ann.scope) == ("one", None, Scope())
    assert (await tokens.verify(shared(), origin=None)).id == ann.id != bob.id


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_published_keys_are_taken(unopened: Database, algorithm: str) -> None:
    signer = Signer.make(algorithm)
    async with published(signer) as keys:
        tokens = trusting(unopened, keys=keys, secret=None)
        visitor = await tokens.verify(signer.sign(), origin=None)
        assert visitor.id == (await trusting(unopened).verify(shared(), origin=None)).id
        assert await refused(tokens, Signer.make(algorithm).sign())
        assert keys.asked == 1


async def test_two_issuers_with_one_subject_are_two_visitors(lite: Database) -> None:
    tokens = trusting(lite, token_issuer=None)
    ours = await tokens.issue("ann", ttl=60, scope=Scope())
    bearers = [ours.token, shared(), shared(iss="https://other.test"), shared(iss="playground")]
    assert len({(await tokens.verify(bearer, origin=None)).id for bearer in bearers}) == 4


@pytest.mark.parametrize(
    ("one", "other"), [(("a", "bc"), ("ab", "c")), (('a", "b', "c"), ("a", 'b", "c')), (("a", "b\0"), ("a\0", "b"))]
)
async def test_no_issuer_writes_itself_into_another(
    unopened: Database, one: tuple[str, str], other: tuple[str, str]
) -> None:
    tokens = trusting(unopened, token_issuer=None)
    first, second = [await tokens.verify(shared(iss=iss, sub=sub), origin=None) for iss, sub in (one, other)]
    assert first.id != second.id


@pytest.mark.parametrize(
    "subject", ["vis_" + "1" * 32, "tok_" + "1" * 32, "owner", "\0", "\ud800", "a\r\nb", "🐙" * 200]
)
async def test_no_subject_names_a_visitor_of_ours(unopened: Database, subject: str) -> None:
    visitor = await trusting(unopened).verify(shared(sub=subject), origin=None)
    assert visitor.id.startswith("tok_")
    assert visitor.id != subject
    assert len(visitor.id) == 36


@dataclass(frozen=True)
class Moment:
    """So many seconds from when a test runs; tests are listed long before the last of them does."""

    offset: float = 0

    def __add__(self, seconds: float) -> "Moment":
        return Moment(self.offset + seconds)

    def __sub__(self, seconds: float) -> "Moment":
        return Moment(self.offset - seconds)


def timed(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Claims whose moments have become times."""

    def told(value: Any) -> Any:
        if isinstance(value, Moment):
            exact = time.time() + value.offset
            return exact if value.offset % 1 else int(exact)
        several = wire.as_list(value)
        return value if several is None else [told(one) for one in several]

    return {name: told(value) for name, value in claims.items()}


NOW = Moment()
WRONG: dict[str, dict[str, Any]] = {
    "no issuer": {"iss": None},
    "another issuer": {"iss": "https://evil.test"},
    "issuers": {"iss": ""},
    "no audience": {"aud": None},
    "another audience": {"aud": "shop"},
    "other audiences": {"aud": ["shop", "play"]},
    "an odd audience": {"aud": {"playground": 1}},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a long subject": {"sub": "a" * 201},
    "a number for a subject": {"sub": 5},
    "a list for a subject": {"sub": ["ann"]},
    "no end": {"exp": None},
    "an end that is no time": {"exp": "soon"},
    "an end at infinity": {"exp": math.inf},
    "an end that is no number": {"exp": math.nan},
    "a list for an end": {"exp": [NOW]},
    "over": {"exp": NOW - 60},
    "long over": {"exp": -1},
    "in a year": {"exp": NOW + 366 * 86_400},
    "just too long": {"exp": NOW + LONGEST + 3600},
    "signed tomorrow": {"iat": NOW + 86_400},
    "signed in a minute": {"iat": NOW + 60},
    "signed at no time": {"iat": "now"},
    "not before tomorrow": {"nbf": NOW + 86_400},
    "not before a minute": {"nbf": NOW + 60},
    "not before a word": {"nbf": "x"},
    "a number for an id": {"jti": 7},
    "a long id": {"jti": "j" * 201},
    "an empty id": {"jti": ""},
    "a scope of another kind": {"scope": 5},
    "a list for a scope": {"scope": ["board"]},
    "an unknown bound": {"scope": {"tools": ["none"]}},
    "agents that are no list": {"scope": {"agents": "board"}},
    "agents that are no names": {"scope": {"agents": [1]}},
    "models without end": {"scope": {"models": ["m"] * 101}},
    "a great deal more": {"more": "x" * LONGEST_TOKEN},
    "an origin that is none": {"scope": {"origin": 1}},
}


@pytest.mark.parametrize("kind", WRONG)
async def test_a_token_that_claims_too_much_or_too_little_is_refused(unopened: Database, kind: str) -> None:
    assert await refused(trusting(unopened), shared(**timed(WRONG[kind])))


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["shop", "playground"]},
        {"iat": NOW + 5},
        {"nbf": NOW + 5},
        {"iat": None},
        {"scope": "openid email"},
        {"scope": {}},
        {"exp": NOW + 100.5},
        {"more": {"claims": "of theirs"}},
    ],
)
async def test_what_other_backends_write_is_taken(unopened: Database, changes: dict[str, Any]) -> None:
    visitor = await trusting(unopened).verify(shared(**timed(changes)), origin=None)
    assert visitor.scope == Scope()


async def test_another_backend_can_bind_a_token(unopened: Database) -> None:
    bearer = shared(scope={"agents": ["board"], "models": [], "origin": "https://shop.test"})
    visitor = await trusting(unopened).verify(bearer, origin="https://shop.test")
    assert visitor.scope == Scope(frozenset({"board"}), frozenset())
    assert await refused(trusting(unopened), bearer) == "This token is for another site."


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_public_key_is_no_secret(unopened: Database, algorithm: str) -> None:
    """The classic: the verifier is made to take a public key for an HMAC's."""
    signer = Signer.make(algorithm)
    async with published(signer) as keys:
        for tokens in (trusting(unopened, keys=keys), trusting(unopened, keys=keys, secret=None)):
            for key in (signer.pem, signer.pem.strip(), str(signer.jwk()).encode(), b"", signer.kid.encode()):
                for kid in ({"kid": signer.kid}, {}):
                    await refused(tokens, forged({"alg": "HS256", **kid}, key))


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", None, 5, ["HS256"], {"HS256": 1}])
async def test_a_token_without_a_signature_is_nobodys(unopened: Database, alg: Any) -> None:
    async with published(Signer.make()) as keys:
        for key in (None, b"", SHARED.encode()):
            await refused(trusting(unopened, keys=keys), forged({"alg": alg, "kid": "first"}, key))


@pytest.mark.parametrize("alg", ["HS384", "HS512", "RS256", "ES256", "EdDSA", "PS256"])
async def test_the_shared_secret_is_for_one_algorithm(unopened: Database, alg: str) -> None:
    async with published(Signer.make()) as keys:
        for kid in ({"kid": "first"}, {}):
            await refused(trusting(unopened, keys=keys), forged({"alg": alg, **kid}, SHARED.encode()))
        await refused(trusting(unopened), forged({"alg": alg}, SHARED.encode()))


async def test_a_key_is_for_its_own_algorithm(unopened: Database) -> None:
    rsa, curve = Signer.make("RS256", "rsa"), Signer.make("ES256", "curve")
    async with published(rsa, curve) as keys:
        tokens = trusting(unopened, keys=keys)
        await refused(tokens, rsa.sign(header={"kid": "curve"}))
        await refused(tokens, curve.sign(header={"kid": "rsa"}))
        await refused(tokens, Signer("rsa", "PS256", rsa.private).sign())
        await refused(tokens, Signer("rsa", "RS512", rsa.private).sign())


async def test_keys_that_a_token_brings_along_are_not_looked_at(unopened: Database) -> None:
    good, evil = Signer.make(), Signer.make(kid="first")
    async with published(good) as keys, published(evil) as canary:
        tokens = trusting(unopened, keys=keys)
        for header in (
            {"jwk": evil.jwk()},
            {"jku": canary.url},
            {"x5u": canary.url},
            {"x5c": ["MIIB"]},
            {"jku": canary.url, "kid": "evil"},
            {"kid": canary.url},
            {"kid": "../../../dev/null"},
        ):
            await refused(tokens, evil.sign(header=header))
        assert canary.asked == 0


@pytest.mark.parametrize("kid", ["second", "", None, 5, ["first"], {"first": 1}, "first\0", "a" * 5000])
async def test_a_key_that_nobody_knows_signs_nothing(unopened: Database, kid: Any) -> None:
    signer = Signer.make()
    async with published(signer, Signer.make(kid="other")) as keys:
        tokens = trusting(unopened, keys=keys, secret=None)
        header = {"alg": "ES256"} | ({} if kid is None else {"kid": kid})
        token = signer.sign().split(".")
        await refused(tokens, ".".join([forged(header, None).split(".")[0], *token[1:]]))


@pytest.mark.parametrize(
    "header", [{"crit": ["exp"]}, {"b64": False, "crit": ["b64"]}, {"crit": "x"}, {"zip": "DEF", "crit": ["zip"]}]
)
async def test_what_a_header_demands_and_nobody_understands_is_refused(
    unopened: Database, header: dict[str, Any]
) -> None:
    await refused(trusting(unopened), forged({"alg": "HS256", **header}, SHARED.encode()))


async def test_neither_is_taken_for_the_other(lite: Database) -> None:
    """A token of theirs with our type or issuer, and the server's own secret as theirs."""
    tokens = trusting(lite, token_issuer=None, secret=SECRET.decode())
    payload = claims(iss="playground", jti="ses_1", aud=None)
    await refused(tokens, forged({"alg": "HS256", "typ": "playground+jwt"}, SECRET, payload))
    await refused(tokens, forged({"alg": "HS256"}, SECRET, payload))
    ours = await tokens.issue("ann", ttl=60, scope=Scope())
    theirs = await tokens.verify(forged({"alg": "HS256"}, SECRET, claims(iss="playground")), origin=None)
    assert theirs.id != (await tokens.verify(ours.token, origin=None)).id


async def test_without_another_backend_none_is_believed(lite: Database) -> None:
    tokens = Tokens(Settings(), SECRET, lite)
    await refused(tokens, shared())
    await refused(tokens, Signer.make().sign())
    await refused(tokens, forged({"alg": "HS256"}, b""))
    with pytest.raises(NotFound):
        await tokens.revoke("one")


async def test_a_token_of_another_backend_is_revoked_by_its_id(database: Database) -> None:
    tokens, standing = trusting(database), Standing(database)
    one, two = shared(jti="one"), shared(jti="two")
    await tokens.revoke("one")
    await tokens.revoke("one")
    await standing.refresh()
    with pytest.raises(Unauthorized):
        standing.check(await tokens.verify(one, origin=None))
    standing.check(await tokens.verify(two, origin=None))
    await tokens.tidy()
    await standing.refresh()
    assert standing.facts.revoked_tokens == {"one"}


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"token_secret": SecretStr("short")}, "TOKEN_SECRET is too short"),
        ({"token_secret": SecretStr(Signer.make().pem.decode())}, "TOKEN_SECRET is a key of another kind"),
        ({"token_jwks_url": "https://shop.test/keys"}, "TOKEN_ISSUER"),
        ({"token_jwks_url": "http://shop.test/keys", "token_issuer": ISSUER}, "https://"),
        ({"token_jwks_url": "http://10.0.0.1/keys", "token_issuer": ISSUER}, "https://"),
        ({"token_jwks_url": "file:///etc/passwd", "token_issuer": ISSUER}, "https://"),
        ({"token_jwks_url": "keys", "token_issuer": ISSUER}, "https://"),
    ],
)
async def test_settings_that_are_not_safe_are_refused_at_the_start(
    unopened: Database, settings: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        Tokens(Settings(**settings), SECRET, unopened)


@pytest.mark.parametrize(
    "url", ["https://shop.test/keys", "http://127.0.0.1:1/keys", "http://[::1]/k", "http://auth:8080/k"]
)
async def test_keys_are_read_over_a_safe_way(unopened: Database, url: str) -> None:
    Tokens(Settings(token_jwks_url=url, token_issuer=ISSUER), SECRET, unopened)
