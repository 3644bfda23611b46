"""Who somebody is: the principal of a request."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from rowgate import GuardedSessionmaker, NoPrincipal, Principal
from rowgate.server.policies import principal_by_key, principal_by_token
from rowgate.server.security import AccessToken

Sessions = GuardedSessionmaker[AsyncSession]


@dataclass(frozen=True, slots=True)
class ApiKeyHash:
    """The hash of the API key that a request came with."""

    value: bytes


Credentials = AccessToken | ApiKeyHash


async def find_principal(connection: AsyncConnection, credentials: Credentials) -> Principal:
    """Return the principal of an active user, with the roles in force now, in the request's own transaction.

    What the request came with is an upper bound of the roles: never more than the user holds, and never more than
    that, with what it inherits. `attributes` say which log-in (`session`) or API key (`api_key`) it was, and the bound (`bound`).

    Raises:
        NoPrincipal: there is no such user, or she is not active; or the log-in or the key is over.
    """
    if isinstance(credentials, ApiKeyHash):
        rows = (await connection.execute(principal_by_key, {"key_hash": credentials.value})).all()
    else:
        bound = None if credentials.roles is None else sorted(credentials.roles)
        values = {"subject": credentials.subject, "session": credentials.session, "bound": bound}
        rows = (await connection.execute(principal_by_token, values)).all()
    if not rows:
        raise NoPrincipal("the user of these credentials does not exist or is not active, or they are over")
    first = rows[0]
    by: dict[str, Any] = (
        {"api_key": first.key} if isinstance(credentials, ApiKeyHash) else {"session": credentials.session}
    )
    attributes = {**by, "bound": None if first.bound is None else frozenset(first.bound)}
    return Principal(first.id, roles={row.role for row in rows if row.role is not None}, attributes=attributes)
