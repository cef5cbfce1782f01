"""Tokens of another backend, which the owner trusts to say who its visitors are, and of nobody else's."""

from playground.access.claims import INVALID, Claims, claims_of
from playground.access.jwks import ALGORITHMS, Jwks
from playground.access.signed import decoded, header_of
from playground.errors import Unauthorized
from playground.settings import Settings

SHORTEST_SECRET = 32
"""Bytes: as many as the hash that it is used with."""


class Foreign:
    """False where no other backend is trusted. Raises ValueError for settings that are not safe."""

    def __init__(self, settings: Settings) -> None:
        _check(settings)
        self._secret = settings.token_secret.get_secret_value().encode() if settings.token_secret else None
        self._jwks = Jwks(settings.token_jwks_url) if settings.token_jwks_url else None
        self._issuer = settings.token_issuer
        self._audience = settings.token_audience

    def __bool__(self) -> bool:
        return self._secret is not None or self._jwks is not None

    async def claims(self, bearer: str, *, now: float) -> Claims:
        """What a token claims. Raises Unauthorized, and Unavailable where its key cannot be read.

        Which key is asked is the token's to say. With which algorithm, is the key's.
        """
        header = header_of(bearer)
        if header.get("alg") == "HS256" and self._secret is not None:
            payload = decoded(bearer, self._secret, "HS256", issuer=self._issuer, audience=self._audience)
        elif header.get("alg") in ALGORITHMS and self._jwks is not None:
            key = await self._jwks.key(header.get("kid"))
            payload = decoded(bearer, key, key.algorithm_name, issuer=self._issuer, audience=self._audience)
        else:
            raise Unauthorized(INVALID)
        return claims_of(payload, source="foreign", now=now)


def _check(settings: Settings) -> None:
    secret = settings.token_secret
    if secret is not None:
        text = secret.get_secret_value()
        if len(text.encode()) < SHORTEST_SECRET:
            raise ValueError(f"PLAYGROUND_TOKEN_SECRET is too short: at least {SHORTEST_SECRET} bytes, all random.")
        if "-----BEGIN" in text or text.startswith(("ssh-", "ecdsa-")):
            raise ValueError("PLAYGROUND_TOKEN_SECRET is a key of another kind; public keys go to a JWKS address.")
    if settings.token_jwks_url and not settings.token_issuer:
        # Whoever publishes keys may sign for many: without a name, each of their tokens would be taken.
        raise ValueError("PLAYGROUND_TOKEN_JWKS_URL needs PLAYGROUND_TOKEN_ISSUER: whose tokens are taken.")
