"""JWTs read by the library, with nothing left to what the token says of itself."""

from collections.abc import Sequence
from typing import Any

import jwt

from playground.access.claims import INVALID, LEEWAY
from playground.errors import Unauthorized

REQUIRED = ("iss", "sub", "exp")


def header_of(bearer: str) -> dict[str, Any]:
    """The header, which nobody vouches for. Raises Unauthorized."""
    try:
        return jwt.get_unverified_header(bearer)
    except (jwt.PyJWTError, ValueError) as error:
        raise Unauthorized(INVALID) from error


def decoded(
    bearer: str,
    key: bytes | jwt.PyJWK,
    algorithm: str,
    *,
    issuer: str | None,
    audience: str | None = None,
    require: Sequence[str] = (),
) -> dict[str, Any]:
    """What a token says, if it was signed with this key by this algorithm, and is good now. Raises Unauthorized."""
    try:
        return jwt.decode(
            bearer,
            key,
            [algorithm],
            options={"require": [*REQUIRED, *require], "enforce_minimum_key_length": True},
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY,
        )
    except jwt.ExpiredSignatureError:
        raise Unauthorized("This token has expired.") from None
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Unauthorized(INVALID) from error
