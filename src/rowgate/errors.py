"""The exceptions of Rowgate. They know no HTTP and hold no row values.

::

    RowgateError
    ├── NoPrincipal     nobody said who acts
    ├── AccessDenied    the policy says no
    ├── Unguarded       cannot be proven safe, so it is refused
    ├── CatalogError    a policy is wrong or missing; raised at start-up
    └── PolicyDrift     the database holds other policies than the code
"""

from typing import ClassVar

CODES: dict[str, str] = {
    "RG101": "a guarded session or connection was used without a principal",
    "RG201": "the policy denies this write",
    "RG202": "the principal may not lift this restriction",
    "RG301": "the statement has a construct that the gate cannot prove",
    "RG302": "an object from elsewhere was added to a guarded session",
    "RG303": "a way round the gate: text, DDL, driver access, another engine",
    "RG401": "the catalog is incomplete or a policy is malformed",
    "RG501": "the policies in the database differ from the catalog",
}
"""Every stable code and what it means; `docs/errors.md` has a section for each."""


class RowgateError(Exception):
    """Base of all errors that Rowgate raises.

    Args:
        message: what happened and what to write instead. Never a value from a row.
        code: a key of `CODES`; each class has a default.
    """

    default_code: ClassVar[str] = "RG401"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        self.code = code or self.default_code
        self.message = message
        super().__init__(f"{message} [{self.code}: docs/errors.md#{self.code.lower()}]")


class NoPrincipal(RowgateError):
    """Nobody said who acts: an error, never "a free user"."""

    default_code = "RG101"


class AccessDenied(RowgateError):
    """The policy denies what was asked, on a row or a restriction that the principal may know of."""

    default_code = "RG201"


class Unguarded(RowgateError):
    """The statement cannot be proven safe. The message names the construct and the way to write it."""

    default_code = "RG301"


class CatalogError(RowgateError):
    """The catalog is incomplete or a policy is malformed. Raised when it is declared or frozen, never later."""

    default_code = "RG401"


class PolicyDrift(RowgateError):
    """The database holds other policies than the catalog."""

    default_code = "RG501"
