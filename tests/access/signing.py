"""Tokens as another backend signs them, and as an attacker forges them."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import time
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tests.wire.http import read_call

ISSUER = "https://shop.test"
SHARED = "shared-secret-of-two-backends-0123456789"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def claims(**changes: Any) -> dict[str, Any]:
    """A good token's; what is changed to None is left out."""
    now = int(time.time())
    told = {"iss": ISSUER, "aud": "playground", "sub": "ann", "exp": now + 600, "iat": now} | changes
    return {name: value for name, value in told.items() if value is not None}


def shared(**changes: Any) -> str:
    """A token signed with the shared secret."""
    return jwt.encode(claims(**changes), SHARED, "HS256")


def encoded(data: Mapping[str, Any] | bytes) -> str:
    """A part of a token."""
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forged(header: Mapping[str, Any], key: bytes | None, payload: Mapping[str, Any] | None = None) -> str:
    """A token put together by hand, with an HMAC of whatever key, or without a signature."""
    signed = f"{encoded(header)}.{encoded(payload or claims())}"
    signature = b"" if key is None else hmac.digest(key, signed.encode(), hashlib.sha256)
    return f"{signed}.{encoded(signature)}"


@dataclass(frozen=True)
class Signer:
    """Another backend's key."""

    kid: str
    algorithm: str
    private: PrivateKey

    @classmethod
    def make(cls, algorithm: str = "ES256", kid: str = "first", *, bits: int = 2048) -> "Signer":
        """A new key."""
        match algorithm:
            case "RS256":
                return cls(kid, algorithm, rsa.generate_private_key(65537, bits))
            case "EdDSA":
                return cls(kid, algorithm, ed25519.Ed25519PrivateKey.generate())
            case _:
                return cls(kid, algorithm, ec.generate_private_key(ec.SECP256R1()))

    @property
    def pem(self) -> bytes:
        """The public key, as it may be found anywhere."""
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def jwk(self, **changes: Any) -> dict[str, Any]:
        """The public key as it is published."""
        public = self.private.public_key()
        return {**_published(public), "kid": self.kid, **changes}

    @property
    def secret(self) -> dict[str, Any]:
        """The private key, as nobody should publish it."""
        private = self.private
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        return {**ECAlgorithm.to_jwk(private, as_dict=True), "kid": self.kid}

    def sign(self, *, header: Mapping[str, Any] | None = None, **changes: Any) -> str:
        """A token."""
        return jwt.encode(claims(**changes), self.private, self.algorithm, headers={"kid": self.kid, **(header or {})})


def _published(public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) -> dict[str, Any]:
    match public:
        case rsa.RSAPublicKey():
            return RSAAlgorithm.to_jwk(public, as_dict=True)
        case ec.EllipticCurvePublicKey():
            return ECAlgorithm.to_jwk(public, as_dict=True)
        case _:
            return OKPAlgorithm.to_jwk(public, as_dict=True)


@dataclass
class KeyServer:
    """Publishes keys; `asked` counts how often it was asked for them."""

    url: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    body: bytes | None = None
    status: int = 200
    more: str = ""
    asked: int = 0
    open: int = 0
    """Connections."""
    drips: bool = False
    """Answers never end, and are never silent for long."""
    hold: asyncio.Event | None = None
    """Answers wait for it."""

    async def reply(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        self.open += 1
        with contextlib.suppress(ConnectionError):
            if await read_call(reader):
                self.asked += 1
                await self._answer(writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self.open -= 1

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        if self.hold:
            await self.hold.wait()
        body = json.dumps({"keys": self.keys}).encode() if self.body is None else self.body
        length = 10**5 if self.drips else len(body)
        more = f"content-length: {length}\r\nconnection: close\r\n{self.more}"
        writer.write(f"HTTP/1.1 {self.status} X\r\n{more}\r\n".encode() + body)
        await writer.drain()
        while self.drips:
            await asyncio.sleep(0.01)
            writer.write(b" ")
            await writer.drain()

    async def end(self) -> None:
        """Lets every answer end."""
        self.drips = False
        if self.hold:
            self.hold.set()
        while self.open:
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def published(*signers: Signer) -> AsyncGenerator[KeyServer]:
    """A server with the keys of these."""
    told = KeyServer(keys=[signer.jwk() for signer in signers])
    server = await asyncio.start_server(told.reply, "127.0.0.1", 0)
    told.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys.json"
    async with server:
        yield told
        await told.end()
