"""The tables as the server uses them, on a real database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import DateTime, Index, inspect, select, text
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import configure_mappers, selectinload
from sqlalchemy.pool import NullPool

from rowgate.server.migrate import upgrade
from rowgate.server.models import Base, Document, Role, RoleName, User, UserRole


@pytest.fixture
async def session(owner_url: str) -> AsyncIterator[AsyncSession]:
    """Open a session of the owner's on a migrated database."""
    await upgrade(owner_url, wall=False)
    engine = create_async_engine(owner_url.replace("postgresql://", "postgresql+asyncpg://"), poolclass=NullPool)
    async with AsyncSession(engine, expire_on_commit=False) as opened:
        yield opened


def person(name: str) -> User:
    """Make a user whose address follows from the name."""
    return User(username=name, email=f"{name}@example.org", hashed_password="-")


async def with_role(session: AsyncSession, user: User, name: RoleName, *, expires_at: datetime | None) -> None:
    """Store the user with one role."""
    role = (await session.scalars(select(Role).where(Role.name == name))).one()
    session.add(UserRole(user=user, role=role, expires_at=expires_at))
    await session.commit()


async def test_keys_defaults_and_times(session: AsyncSession) -> None:
    """A stored document has a version 7 key, the mixin's defaults and times with a zone, without another query."""
    document = Document(title="t", content="c", owner=person("ann"))
    session.add(document)
    await session.commit()
    assert 7 == document.id.version
    assert (False, True, False) == (document.is_deleted, document.is_public, document.requires_paid_access)
    assert document.created_at.tzinfo is not None
    assert document.created_at == document.updated_at


async def test_updated_at_comes_back_with_the_update(session: AsyncSession) -> None:
    """A change sets `updated_at` on the database's clock and on the object, with no lazy load."""
    document = Document(title="t", content="c", owner=person("ann"))
    session.add(document)
    await session.commit()
    before = document.updated_at
    document.title = "new"
    await session.commit()
    assert before < document.updated_at
    assert before == document.created_at


async def test_defaults_of_the_database(session: AsyncSession) -> None:
    """A row that does not come through the models gets the same defaults."""
    ann = person("ann")
    session.add(ann)
    await session.flush()
    row = await session.execute(
        text(
            "INSERT INTO documents (id, title, content, owner_id) VALUES (gen_random_uuid(), 't', 'c', :owner)"
            " RETURNING is_deleted, is_public, requires_paid_access, updated_at IS NOT NULL"
        ),
        {"owner": ann.id},
    )
    assert (False, True, False, True) == tuple(row.one())


@pytest.mark.parametrize(
    ("username", "email"), [("ANN", "other@example.org"), ("other", "Ann@Example.ORG")], ids=["name", "email"]
)
async def test_names_and_addresses_are_unique_whatever_their_case(
    session: AsyncSession, username: str, email: str
) -> None:
    """A second user may not differ from the first in case alone."""
    session.add(person("ann"))
    await session.commit()
    session.add(User(username=username, email=email, hashed_password="-"))
    with pytest.raises(IntegrityError, match=r"uq_users_(username|email)_lower"):
        await session.commit()


async def test_roles_of_a_user(session: AsyncSession) -> None:
    """`User.roles` and `Role.users` work in conditions and in eager loads."""
    await with_role(session, person("ann"), RoleName.ADMIN, expires_at=None)
    session.expunge_all()
    admins = select(User).where(User.roles.any(Role.name == "admin")).options(selectinload(User.roles))
    found = (await session.scalars(admins)).one()
    assert ["admin"] == [role.name for role in found.roles]
    holders = select(Role).options(selectinload(Role.users)).where(Role.name == RoleName.ADMIN)
    assert ["ann"] == [user.username for user in (await session.scalars(holders)).one().users]


async def test_expired_roles_are_not_seen(session: AsyncSession) -> None:
    """An expired assignment stays on record, but neither relationship shows it; one to come does not hide."""
    now = datetime.now(UTC)
    await with_role(session, person("past"), RoleName.ADMIN, expires_at=now - timedelta(seconds=1))
    await with_role(session, person("present"), RoleName.ADMIN, expires_at=now + timedelta(hours=1))
    session.expunge_all()
    admins = select(User.username).where(User.roles.any(Role.name == "admin"))
    assert ["present"] == list(await session.scalars(admins))
    past = select(User).where(User.username == "past")
    loaded = (await session.scalars(past.options(selectinload(User.roles), selectinload(User.role_assignments)))).one()
    assert (0, 1) == (len(loaded.roles), len(loaded.role_assignments))


async def test_a_user_with_rows_cannot_vanish(session: AsyncSession) -> None:
    """Deleting a user neither deletes nor orphans what she owns: the database refuses."""
    document = Document(title="t", content="c", owner=person("ann"))
    session.add(document)
    await session.commit()
    await session.delete(document.owner)
    with pytest.raises(IntegrityError, match="fk_documents_owner_id_users"):
        await session.flush()


async def test_lazy_loads_raise(session: AsyncSession) -> None:
    """A relationship that the query did not ask for is an error, not a query."""
    session.add(Document(title="t", content="c", owner=person("ann")))
    await session.commit()
    session.expunge_all()
    document = (await session.scalars(select(Document))).one()
    with pytest.raises(InvalidRequestError, match="lazy='raise'"):
        _ = document.owner


def test_every_relationship_raises_and_none_deletes() -> None:
    """No relationship of any model loads by itself or cascades a delete."""
    configure_mappers()
    relationships = [r for mapper in Base.registry.mappers for r in mapper.relationships]
    assert {"raise"} == {r.lazy for r in relationships}
    assert [] == [r for r in relationships if r.cascade.delete or r.cascade.delete_orphan]


def test_every_foreign_key_restricts_and_is_indexed() -> None:
    """Each foreign key is RESTRICT and leads some index or the primary key."""
    for table in Base.metadata.sorted_tables:
        leading = {next(iter(table.primary_key)).name} | {leads(index) for index in table.indexes}
        for key in table.foreign_keys:
            assert "RESTRICT" == key.ondelete
            # The primary key serves a lookup by its first column.
            assert key.parent.name in leading, f"{table.name}.{key.parent.name} has no index"


def leads(index: Index) -> str | None:
    """Name the first column of the index, if it is one."""
    return getattr(next(iter(index.expressions)), "name", None)


def test_every_time_has_a_zone() -> None:
    """No column stores a time without its zone."""
    times = [
        column.type
        for mapper in Base.registry.mappers
        for column in inspect(mapper).columns
        if isinstance(column.type, DateTime)
    ]
    assert times
    assert all(type_.timezone for type_ in times)
