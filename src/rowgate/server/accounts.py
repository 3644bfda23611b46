"""Who somebody is: log-in, the principal of a request, and new users."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from rowgate import GuardedSessionmaker, NoPrincipal, Principal
from rowgate.server.models import Role, User, UserRole
from rowgate.server.policies import principal_query
from rowgate.server.security import hash_password, verify_password

Sessions = GuardedSessionmaker[AsyncSession]


async def find_principal(connection: AsyncConnection, subject: UUID, roles: Iterable[str] | None = None) -> Principal:
    """Return the principal of an active user, with the roles in force now, in the request's own transaction.

    Args:
        connection: of the session that will act.
        subject: the user.
        roles: the only roles that may be active, with what they inherit; those that she does not hold are none. All if
            not given, except those that exclude each other dynamically.

    Raises:
        NoPrincipal: there is no such user, or she is not active.
    """
    bound = None if roles is None else sorted(roles)
    rows = (await connection.execute(principal_query, {"subject": subject, "bound": bound})).all()
    if not rows:
        raise NoPrincipal("the user of this token does not exist or is not active")
    return Principal(subject, roles={row.role for row in rows if row.role is not None})


async def log_in(sessions: Sessions, username: str, password: str) -> UUID | None:
    """Return the id of the active user with this name and password; None, after the same time, if there is none.

    The one read of the hash is the only thing that a request does as the system.
    """
    found = select(User.id, User.hashed_password).where(
        func.lower(User.username) == func.lower(username), User.is_active
    )
    async with sessions.system(reason="log in: read one password hash") as session:
        row = (await session.execute(found)).one_or_none()
    # The connection is back in the pool: a verification takes time, and many wait for one.
    matches = await verify_password(password, None if row is None else row.hashed_password)
    return row.id if row is not None and matches else None


class UnknownRoleError(ValueError):
    """A role with this name does not exist."""


async def create_user(sessions: Sessions, *, username: str, email: str, password: str, roles: set[str]) -> UUID:
    """Create a user with roles, as the system: for the command line and demo data.

    Raises:
        PasswordError: the password may not be used.
        UnknownRoleError: a role does not exist.
        IntegrityError: the name or the address is taken.
    """
    hashed = await hash_password(password)
    async with sessions.system(reason="create a user from the command line") as session:
        found = (await session.scalars(select(Role).where(Role.name.in_(roles)))).all()
        missing = sorted(roles - {role.name for role in found})
        if missing:
            known = ", ".join(sorted((await session.scalars(select(Role.name))).all()))
            raise UnknownRoleError(f"no role is named {', '.join(missing)}; there are {known}")
        user = User(username=username, email=email, hashed_password=hashed)
        session.add(user)
        await session.flush()
        session.add_all(UserRole(user_id=user.id, role_id=role.id) for role in found)
        await session.commit()
        return user.id
