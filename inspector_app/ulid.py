"""ULIDs: 26 characters that sort in the order in which they were made (48 bits of milliseconds, 80 of chance)."""

import secrets
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 80
LENGTH = 26


def encode(value: int) -> str:
    """A number of 128 bits as 26 characters."""
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(5 * (LENGTH - 1), -1, -5))


def decode(text: str) -> int:
    """The number back; ValueError for what is no ULID."""
    if len(text) != LENGTH:
        raise ValueError(f"a ULID has {LENGTH} characters, not {len(text)}")
    value = 0
    for character in text:
        value = value << 5 | _ALPHABET.index(character)
    if value >> 128:
        raise ValueError("too large for a ULID")
    return value


def after(previous: str | None, now_ms: int | None = None) -> str:
    """A ULID greater than `previous`, even when the clock went back: then the next number is taken."""
    now = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    fresh = now << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    if previous is None:
        return encode(fresh)
    last = decode(previous)
    return encode(fresh if fresh >> _RANDOM_BITS > last >> _RANDOM_BITS else last + 1)
