"""Opaque secrets: refresh tokens, API keys, tokens for forgotten passwords. Only their hash is stored."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

SECRET_BYTES: Final = 32
API_KEY: Final = "rgk_"
"""How an API key begins, so that people and scanners for leaked secrets know one."""
SHOWN: Final = len(API_KEY) + 8
"""How much of an API key is shown after its making: 48 of its 256 bits."""
MAX_CHARS: Final = 200


@dataclass(frozen=True, slots=True)
class Opaque:
    """A new secret, for whoever it is made for, and what is stored of it."""

    text: str
    hashed: bytes


def make(prefix: str = "") -> Opaque:
    """Make a secret of 256 random bits."""
    text = prefix + secrets.token_urlsafe(SECRET_BYTES)
    return Opaque(text, digest(text))


def digest(text: str) -> bytes:
    """Return what is stored of a secret. It is found by this hash, so that no comparison tells how much was right."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()
