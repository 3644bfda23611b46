"""Who may: rules by relationships, also to the same table, ask of a row of users what the gate asks of whoever acts."""

import pytest
from sqlalchemy import ForeignKey, Integer, String, create_engine, select, true
from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, mapped_column, relationship
from sqlalchemy.pool import StaticPool

from rowgate import Catalog, Principal, can, guarded_sessionmaker, principal
from rowgate.review import who_may


class Base(DeclarativeBase):
    """The tables of this test."""


class User(Base):
    """Somebody."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)


class Holding(Base):
    """Who has which role."""

    __tablename__ = "holdings"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int]
    role: Mapped[str]


class Folder(Base):
    """A folder, which may be in another one."""

    __tablename__ = "folders"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id"))
    parent: Mapped["Folder | None"] = relationship(remote_side=[id])
    children: Mapped[list["Folder"]] = relationship(viewonly=True)
    shares: Mapped[list["Share"]] = relationship()


class Share(Base):
    """That a user, or who has a role, reads a folder."""

    __tablename__ = "shares"
    id: Mapped[int] = mapped_column(primary_key=True)
    folder_id: Mapped[int] = mapped_column(ForeignKey("folders.id"))
    user_id: Mapped[int | None]
    role: Mapped[str | None] = mapped_column(String)


ROLES = {1: ["admin"], 2: ["clerk"], 3: ["clerk", "reader"], 4: []}
FOLDERS = [(1, 1, None), (2, 2, 1), (3, 4, 2), (4, 3, None)]
SHARES = [(1, 1, 4, None), (2, 2, None, "reader"), (3, 4, None, "clerk"), (4, 3, 1, None)]


def make_catalog() -> Catalog:
    """Declare rules of each kind: by `any()`, by `has()`, by a role that a row names, through the table itself."""
    catalog = Catalog(Base, principal_id=Integer(), roles={"admin", "clerk", "reader"})
    for entity in (User, Holding, Share):
        catalog.open(entity, reason="test")
    folders = catalog.policy(Folder)
    folders.allow("read", when=Folder.owner_id == principal.id)
    folders.allow("read", when=Folder.shares.any(Share.user_id == principal.id))
    folders.allow("read", when=Folder.shares.any(principal.has_role(Share.role)))
    folders.allow("read", "update", when=Folder.parent.has(Folder.owner_id == principal.id))
    folders.allow("delete", to="clerk", when=~Folder.children.any(Folder.owner_id != principal.id))
    folders.restrict("delete", when=Folder.parent_id.is_(None), name="roots")
    return catalog


@pytest.mark.parametrize("action", ["read", "update", "delete"])
def test_the_list_is_what_the_gate_answers_each_user(action: str) -> None:
    """Of each folder exactly the users whom the gate would let do it; of each action some, and not all."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    catalog = make_catalog()
    sessions = guarded_sessionmaker(engine, catalog)
    with sessions.system(reason="test") as session:
        session.add_all(User(id=key) for key in ROLES)
        session.add_all(Holding(user_id=key, role=role) for key, roles in ROLES.items() for role in roles)
        session.add_all(Folder(id=key, owner_id=owner, parent_id=parent) for key, owner, parent in FOLDERS)
        session.add_all(Share(id=key, folder_id=one, user_id=user, role=role) for key, one, user, role in SHARES)
        session.commit()
    asked = set()
    for key, roles in ROLES.items():
        with sessions(Principal(key, roles=roles)) as session:
            rows = session.execute(select(Folder.id, can(action, Folder)))
            asked |= {(folder, key) for folder, may in rows if may}
    candidate, held = aliased(User), aliased(Holding)
    may = who_may(
        catalog,
        action,
        Folder,
        user_id=candidate.id,
        has_role=lambda name: (
            select(held.id).where(held.user_id == candidate.id, held.role == name).correlate_except(held).exists()
        ),
    )
    listed = select(Folder.id, candidate.id).select_from(Folder).join(candidate, true()).where(may)
    with sessions.system(reason="test") as session:
        assert asked == {(folder, key) for folder, key in session.execute(listed)}
    assert 0 < len(asked) < len(ROLES) * len(FOLDERS)
