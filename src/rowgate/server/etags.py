"""Entity tags (RFC 9110, 8.8.3): a hash of what whoever asks sees of a resource, and nothing besides.

So a tag tells nothing that the answer does not tell, and it changes with what one sees: also when one's rights do.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

ANY: Final = "*"
_TAG: Final = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_CHARS: Final = 22
"""Of a hash in base 64: 132 bits."""


class PreconditionFailedError(Exception):
    """The resource is not what the caller takes it for."""


class PreconditionRequiredError(Exception):
    """The caller has not said what it takes the resource for, and must."""


def tag_of(state: BaseModel, beside: BaseModel | None = None) -> str:
    """Return the strong tag of an answer.

    Args:
        state: what can be changed, as whoever asks sees it.
        beside: what the answer says besides, such as permissions. A change of it alone makes another tag for
            `If-None-Match`, and none for `If-Match`: it is no update that could be lost.
    """
    return f'"{_hash(state)}"' if beside is None else f'"{_hash(state)}.{_hash(beside)}"'


@dataclass(frozen=True, slots=True)
class Precondition:
    """What a request says in `If-Match`: None if nothing."""

    tags: frozenset[str] | None
    required: bool

    @property
    def asked(self) -> bool:
        """Whether there is something to check."""
        return self.required or self.tags is not None

    def check(self, state: Callable[[], BaseModel]) -> None:
        """See that a locked resource is still what the caller takes it for.

        Raises:
            PreconditionFailedError: it is not.
            PreconditionRequiredError: the caller must say, and does not.
        """
        if self.tags is None:
            if self.required:
                raise PreconditionRequiredError
            return
        if ANY not in self.tags and _hash(state()) not in {tag.partition(".")[0] for tag in self.tags}:
            raise PreconditionFailedError


def strong_tags(values: Iterable[str]) -> frozenset[str] | None:
    """Return the strong tags of all `If-Match` headers, without their quotes; None if there is no header.

    A weak one matches nothing there (RFC 9110, 13.1.1), and neither does what is no tag.
    """
    given = list(values)
    if not given:
        return None
    if [value.strip() for value in given] == [ANY]:
        return frozenset({ANY})
    return frozenset(tag for value in given for weak, tag in _TAG.findall(value) if not weak and tag != ANY)


def is_among(tag: str, values: Iterable[str]) -> bool:
    """Return whether a tag is one of those in `If-None-Match` headers, weak ones included (RFC 9110, 13.1.2)."""
    found = _TAG.fullmatch(tag)
    if found is None:
        return False
    return any(value.strip() == ANY or found[2] in {one[1] for one in _TAG.findall(value)} for value in values)


def _hash(state: BaseModel) -> str:
    text = f"{type(state).__name__}\0{state.model_dump_json()}"
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()[:_CHARS]
