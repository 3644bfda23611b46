"""A pooled connection without its ways to execute."""

from typing import Any, NoReturn

from rowgate.errors import Unguarded


class SealedConnection:
    """A pooled connection as a guarded one shows it: transactions, and no way to execute."""

    __slots__ = ("_pooled",)

    def __init__(self, pooled: Any) -> None:
        self._pooled = pooled

    def commit(self) -> None:
        """Commit."""
        self._pooled.commit()

    def rollback(self) -> None:
        """Roll back."""
        self._pooled.rollback()

    @property
    def info(self) -> Any:
        """The dictionary that belongs to the pooled connection."""
        return self._pooled.info

    def __getattr__(self, name: str) -> NoReturn:
        raise Unguarded(f"the driver's connection ({name}) goes round the gate: use the session", code="RG303")
