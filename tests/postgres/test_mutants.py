"""What no other test noticed when a line of the gate or of the session was changed: each with its twin that is allowed."""

from typing import Any

import pytest
from sqlalchemy import bindparam, create_engine, select
from sqlalchemy.orm import make_transient_to_detached

from rowgate import Principal, Unguarded
from world import FREE_A, A, Document, User, key


def _titles(session: Any, name: str) -> set[str]:
    bound = Document.owner_id.in_(bindparam(name, [A], expanding=True))
    return set(session.scalars(select(Document.title).where(bound)))


@pytest.mark.parametrize("name", ["v~", "v[", "v]"])
def test_names_of_binds_with_marks_are_refused(sync_backend: Any, name: str) -> None:
    """Such a name stands in SQL as it is; the gate says so, and does not leave it to the database to stumble."""
    with pytest.raises(Unguarded, match="digits and underscores"):
        sync_backend.run(FREE_A, lambda s: _titles(s, name))


def test_names_of_binds_with_letters_are_taken(sync_backend: Any) -> None:
    """Twin: plain names find A's own rows."""
    assert sync_backend.run(FREE_A, lambda s: _titles(s, "owner_1"))


def _claimed() -> Any:
    """Return an object that says it is a row which is there; nobody has loaded it."""
    made = Document(id=key("b000"), title="claimed", owner_id=A)
    make_transient_to_detached(made)
    return made


def test_an_object_that_claims_to_be_a_row_may_not_be_added(sync_backend: Any) -> None:
    """Only the policy can tell whether it may be a row: it comes in by merge(), which asks."""
    with pytest.raises(Unguarded, match="comes from elsewhere") as told:
        sync_backend.run(FREE_A, lambda s: s.add(_claimed()))
    assert told.value.code == "RG302"


def test_a_new_object_may_be_added(sync_backend: Any) -> None:
    """Twin: one that claims nothing is a row to be."""
    sync_backend.run(FREE_A, lambda s: s.add(Document(id=key("f123"), title="new", owner_id=A)))


def test_another_bind_is_refused_by_its_code(sync_backend: Any) -> None:
    """Callers tell errors by their code."""
    other = create_engine("sqlite://")
    with pytest.raises(Unguarded) as told:
        sync_backend.run(FREE_A, lambda s: s.execute(select(User.id), bind_arguments={"bind": other}))
    assert told.value.code == "RG303"


def test_a_function_finds_the_principal_once(sync_backend: Any) -> None:
    """The second transaction of a session has the principal of the first, even if the function would find another."""
    found: list[Principal] = []

    def who(_connection: Any) -> Principal:
        found.append(FREE_A if not found else Principal(None))
        return found[-1]

    def work(session: Any) -> tuple[list[Any], list[Any]]:
        first = session.scalars(select(Document.id).order_by(Document.id)).all()
        session.commit()
        return list(first), list(session.scalars(select(Document.id).order_by(Document.id)))

    first, second = sync_backend.run(who, work)
    assert first == second
    assert len(found) == 1
