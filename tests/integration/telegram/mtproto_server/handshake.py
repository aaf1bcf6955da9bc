"""How client and server agree on a key: https://core.telegram.org/mtproto/auth_key, the server's half."""

import os
from hashlib import sha1
from typing import Any

import rsa.core
from telethon.crypto import AES
from telethon.helpers import generate_key_data_from_nonce
from telethon.tl import functions, types

from .keys import DH_GENERATOR, DH_PRIME, FACTORS, RSA_PRIVATE, big_endian, fingerprint
from .wire import Key, parse


class BrokenHandshake(Exception):
    """The client did not say what the exchange wants next; the connection is closed."""


class Handshake:
    """One exchange on one connection: three questions, three answers, a key."""

    def __init__(self, dc_id: int) -> None:
        self._dc_id = dc_id
        self._server_nonce = int.from_bytes(os.urandom(16), "little", signed=True)
        self._secret = int.from_bytes(os.urandom(256), "big")
        self._new_nonce: int | None = None
        self.key: Key | None = None

    def answer(self, request: Any, now: float) -> Any:
        """Answer one plain request; `key` is there after the last one. Raises `BrokenHandshake`."""
        if isinstance(request, functions.ReqPqMultiRequest):
            pq = big_endian(FACTORS[0] * FACTORS[1])
            return types.ResPQ(request.nonce, self._server_nonce, pq, [fingerprint()])
        if getattr(request, "server_nonce", None) != self._server_nonce:
            raise BrokenHandshake(f"not in an exchange: {type(request).__name__}")
        if isinstance(request, functions.ReqDHParamsRequest):
            return self._offer(request, now)
        if isinstance(request, functions.SetClientDHParamsRequest) and self._new_nonce is not None:
            return self._agree(request, self._new_nonce)
        raise BrokenHandshake(f"out of turn: {type(request).__name__}")

    def _offer(self, request: Any, now: float) -> Any:
        """Check the factors and give our half of Diffie-Hellman."""
        number = rsa.core.decrypt_int(int.from_bytes(request.encrypted_data, "big"), RSA_PRIVATE.d, RSA_PRIVATE.n)
        plain = number.to_bytes(255, "big")
        inner = parse(plain[20:])
        factors = tuple(int.from_bytes(part, "big") for part in (inner.p, inner.q))
        if sha1(bytes(inner)).digest() != plain[:20] or factors != FACTORS:
            raise BrokenHandshake("the inner data is not what was asked for")
        self._new_nonce = inner.new_nonce
        data = types.ServerDHInnerData(
            nonce=request.nonce,
            server_nonce=self._server_nonce,
            g=DH_GENERATOR,
            dh_prime=big_endian(DH_PRIME),
            g_a=big_endian(pow(DH_GENERATOR, self._secret, DH_PRIME)),
            server_time=int(now),
        )
        plain = sha1(bytes(data)).digest() + bytes(data)
        cipher = AES.encrypt_ige(plain + bytes(-len(plain) % 16), *self._temporary_key(inner.new_nonce))
        return types.ServerDHParamsOk(request.nonce, self._server_nonce, bytes(cipher))

    def _agree(self, request: Any, new_nonce: int) -> Any:
        """Take the client's half and confirm the key."""
        plain = AES.decrypt_ige(request.encrypted_data, *self._temporary_key(new_nonce))
        inner = parse(plain[20:])
        if sha1(bytes(inner)).digest() != bytes(plain[:20]):
            raise BrokenHandshake("the client's half is damaged")
        secret = pow(int.from_bytes(inner.g_b, "big"), self._secret, DH_PRIME)
        self.key = Key.agreed(big_endian(secret), self._dc_id)
        return types.DhGenOk(request.nonce, self._server_nonce, self.key.auth.calc_new_nonce_hash(new_nonce, 1))

    def _temporary_key(self, new_nonce: int) -> tuple[bytes, bytes]:
        key, vector = generate_key_data_from_nonce(self._server_nonce, new_nonce)
        return key, vector
