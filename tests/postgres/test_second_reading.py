"""A second fresh reading of the gate: columns that render without a qualifier, options, names. All are closed."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import (
    Integer,
    String,
    Uuid,
    cast,
    column,
    delete,
    exists,
    insert,
    literal_column,
    or_,
    select,
    table,
    update,
    values,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import with_loader_criteria

from rowgate import Catalog, CatalogError, Principal, RowgateError, Unguarded, principal
from world import FREE_A, SECRET, A, Base, Document, Project, Share, User

USERS = User.__table__


def _open_but(entity: Any, **options: Any) -> tuple[Catalog, Any]:
    """Return a catalog in which all is open but one table, and the policy of that one."""
    catalog = Catalog(Base, principal_id=Uuid())
    for other in Base.metadata.sorted_tables:
        if other is not entity.__table__:
            catalog.open(other, reason="not under test", actions=("read", "create", "update", "delete"))
    return catalog, catalog.policy(entity, **options)


@pytest.mark.parametrize("how", ["update-returning", "set", "where", "delete-returning", "insert-returning", "nested"])
def test_columns_of_unnamed_values_are_not_the_targets(backend: Any, how: str) -> None:
    """VALUES without a name: its columns are rendered bare, and a bare name is the written table's, unmasked."""
    catalog, users = _open_but(User)
    users.mask(User.hashed_password)
    users.allow("read", "create", "update", "delete")
    listed = values(column("hashed_password", String), column("column1", String)).data([("x", "y")])
    hashed, joined = listed.c.hashed_password, USERS.c.name != listed.c.column1
    name = USERS.c.name
    statement = {
        "update-returning": update(USERS).values(name=name).returning(hashed),
        "set": update(USERS).values(name=hashed).where(joined).returning(name),
        "where": update(USERS).values(name=name).where(hashed == SECRET + "b", joined).returning(name),
        "delete-returning": delete(USERS).where(name == "d").returning(hashed),
        "insert-returning": insert(USERS).values(id=uuid4(), name="new").returning(hashed),
        "nested": update(USERS).values(name=select(hashed).scalar_subquery()).returning(name),
    }[how]
    try:
        found = repr(
            backend.run(FREE_A, lambda s: s.connection().execute(statement).all(), maker=backend.maker(catalog))
        )
    except (RowgateError, SQLAlchemyError):
        found = ""
    assert SECRET not in found
    assert how != "where" or "'b'" not in found


def test_loader_criteria_of_a_write_stay_behind_the_barrier(postgres: Any) -> None:
    """The ORM adds `with_loader_criteria` to the WHERE of an UPDATE after the guard has taken the criteria in."""
    catalog, documents = _open_but(Document, barrier=True)
    shared = exists().where(Share.document_id == Document.id, Share.user_id == FREE_A.id)
    documents.allow("read", "update", "delete", when=shared)
    postgres.as_owner(
        lambda s: s.execute(update(Document).where(Document.shares.any(Share.user_id == A)).values(title="1"))
    )
    oracle = with_loader_criteria(Document, cast(Document.title, Integer) == 0)
    statement = update(Document).values(pages=7).options(oracle)
    options = {"synchronize_session": False}
    maker = postgres.maker(catalog)
    try:
        changed = postgres.run(FREE_A, lambda s: s.execute(statement, execution_options=options).rowcount, maker=maker)
    except Unguarded:
        changed = 0
    assert 0 == changed


def test_criteria_of_a_statement_do_not_lift_a_ban(backend: Any) -> None:
    """`with_loader_criteria` on a statement that is not all the ORM's would reach into a policy's NOT EXISTS."""
    catalog, documents = _open_but(Document)
    shared = exists(select(Share.user_id).where(Share.document_id == Document.id, Share.user_id == principal.id))
    documents.restrict(when=~shared, name="not hers")
    documents.allow("read", "update")
    maker = backend.maker(catalog)
    none = with_loader_criteria(Share, Share.user_id != Share.user_id)
    documents_ = Document.__table__

    def read(statement: Any) -> list[Any]:
        return sorted(backend.run(FREE_A, lambda s: s.scalars(statement).all(), maker=maker))

    seen = read(select(Document.title))
    assert set() < set(seen) < set(backend.stored(select(Document.title)))
    for statement in (select(documents_.c.title), select(select(documents_.c.title).cte("c"))):
        assert seen == read(statement.options(none))
    for write in (update(Document).values(pages=99), update(documents_).values(pages=99)):
        backend.run(FREE_A, lambda s, w=write: s.execute(w.options(none)) and None, maker=maker, commit=True)
        assert sorted(backend.stored(select(Document.title).where(Document.pages == 99))) == seen


def test_attributes_whose_names_are_escaped_alike_are_two(backend: Any) -> None:
    """SQLAlchemy 2.0 escapes `tenant.id` to `tenant_id`: one attribute's value replaces the other's, in the policy too."""
    catalog, projects = _open_but(Project)
    projects.allow("read", when=Project.tenant_id == principal.attr("tenant_id", Integer()))
    who = Principal(A, (), {"tenant_id": 2, "tenant.id": 1})
    try:
        mine = or_(Project.id > 0, Project.id == principal.attr("tenant.id", Integer()))
    except CatalogError:
        return
    found = backend.run(who, lambda s: s.scalars(select(Project.name).where(mine)).all(), maker=backend.maker(catalog))
    assert ["p3"] == sorted(found)


@pytest.mark.parametrize("how", ["set", "where", "returning", "bare"])
def test_values_that_hold_their_own_column(backend: Any, how: str) -> None:
    """The rows of VALUES are the caller's list, which may hold a column of those VALUES: bare, it is the target's."""
    catalog, users = _open_but(User)
    users.mask(User.hashed_password)
    users.allow("read", "create", "update", "delete")
    rows: list[Any] = []
    listed = values(column("hashed_password", String)).data(rows)
    rows.append((listed.c.hashed_password,))
    hidden = select(literal_column("*")).select_from(listed).scalar_subquery()
    name = USERS.c.name
    statement = {
        "set": update(USERS).values(name=hidden).returning(name),
        "where": update(USERS).values(name=name).where(hidden == SECRET + "b").returning(name),
        "returning": update(USERS).values(name=name).returning(hidden),
        "bare": update(USERS).values(name=listed.scalar_values()).returning(name),
    }[how]
    try:
        found = repr(
            backend.run(FREE_A, lambda s: s.connection().execute(statement).all(), maker=backend.maker(catalog))
        )
    except (RowgateError, SQLAlchemyError):
        found = ""
    assert SECRET not in found
    assert how != "where" or "'b'" not in found


@pytest.mark.parametrize("function", ["row_to_json", "pg_typeof"])
def test_an_alias_of_an_alias_has_no_more_columns_than_its_table(postgres: Any, function: str) -> None:
    """`b.pg_typeof` is the call `pg_typeof(b)`: an alias of an alias is asked for its own columns, not the catalog's."""
    made_up: Any = table("users", column(function)).alias("a").alias("b")
    with pytest.raises(Unguarded):
        postgres.run(FREE_A, lambda s: s.connection().execute(select(made_up.c[function])).all())
