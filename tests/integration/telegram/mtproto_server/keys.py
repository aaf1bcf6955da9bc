"""The numbers of the key exchange: a fixed RSA key of these tests, Telegram's published prime, one product pq.

Nothing here protects anything. The prime is the one that Telegram publishes for every client:
https://core.telegram.org/mtproto/security_guidelines
"""

from hashlib import sha1
from typing import Any

import rsa
from telethon.tl import TLObject

_RSA_P = int(
    "c63aa2b8b658e2dfa8f99ee301f8c6f95103f47df7c842d90066207280980c8969162b072a4e92940321e90a19ca28c24c9c"
    "751406ef801228e54b680f86826ee686df2cdcde5517a1b69904b308d2b881ec92fe8842bf2940c6889f4f58573ca0217dab"
    "09fa87de0595fe0ebf7dca68faa0d9f42d0398ffae7846fa05411c5c90428652fbcd4c4b",
    16,
)
_RSA_Q = int(
    "c6987e12dde0ebf20feda67c63e19624b4fcde424cf41c731a028b6054a6873450ca896899174c17fa020f2c62e45e4cc0b8"
    "bd42d3427168e94f9372f6eff883f3717d8b9b14f8ed773e3bbaff7dca1840264da08d9f88f6d2016f140a970bdafd176f7e"
    "5159b0535f9cf8e00bb4d9ca7b6c34563e4f8af3",
    16,
)
_RSA_E = 65537

RSA_PRIVATE: Any = rsa.PrivateKey(_RSA_P * _RSA_Q, _RSA_E, pow(_RSA_E, -1, (_RSA_P - 1) * (_RSA_Q - 1)), _RSA_P, _RSA_Q)
RSA_PUBLIC_PEM: str = rsa.PublicKey(_RSA_P * _RSA_Q, _RSA_E).save_pkcs1().decode("ascii")

DH_GENERATOR = 3
DH_PRIME = int(
    "c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f"
    "48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c37"
    "20fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64"
    "2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4"
    "a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754"
    "fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4"
    "e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f"
    "0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b",
    16,
)

# Both factors below 2 ** 32, as the exchange has it: small enough to be found by the client in a moment.
FACTORS = (1229739323, 1402015859)


def big_endian(number: int) -> bytes:
    """The shortest big-endian bytes of a natural number."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def fingerprint() -> int:
    """The 64 bits that name the RSA key in the exchange: the tail of SHA-1 over its two numbers, signed."""
    numbers = TLObject.serialize_bytes(big_endian(RSA_PRIVATE.n)) + TLObject.serialize_bytes(big_endian(RSA_PRIVATE.e))
    return int.from_bytes(sha1(numbers).digest()[-8:], "little", signed=True)
