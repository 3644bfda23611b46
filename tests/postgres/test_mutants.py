"""What no other test noticed when a line of the gate or of the session was changed: each with its twin that is allowed."""

from typing import Any

import pytest
from sqlalchemy import ColumnElement, String, bindparam, create_engine, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import make_transient_to_detached

from rowgate import Principal, Unguarded
from world import FREE_A, A, Document, User, key, make_catalog


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


class Spoken(ColumnElement[str]):
    """Renders itself as the text that it is given."""

    inherit_cache = False
    type = String()

    def __init__(self, text: str) -> None:
        self.text = text


class Heir(Spoken):
    """Renders itself by its parent's rendering."""

    inherit_cache = False


@compiles(Spoken)
def _speak(element: Any, _compiler: Any, **_kw: Any) -> str:
    return f"'{element.text}'"


def _trusting(backend: Any, *trusted: type[Any]) -> Any:
    catalog = make_catalog()
    for one in trusted:
        catalog.trust(one, reason="a test")
    return backend.maker(catalog)


@pytest.mark.parametrize("token", ["__[POSTCOMPILE_x]", "__[POSTCOMPILE_x~~a~~REPL~~b~~]"])
def test_a_token_in_trusted_text_is_refused(sync_backend: Any, token: str) -> None:
    """SQLAlchemy would replace it in the finished SQL, whoever wrote it."""
    maker = _trusting(sync_backend, Spoken)
    with pytest.raises(Unguarded, match="token"):
        sync_backend.run(FREE_A, lambda s: s.scalar(select(Spoken(token))), maker=maker)


def test_trusted_text_and_an_expanding_bind_beside_it_are_taken(sync_backend: Any) -> None:
    """Twin: plain text, and a token of SQLAlchemy's own."""
    maker = _trusting(sync_backend, Spoken)
    asked = select(Document.title, Spoken("plain")).where(Document.title.in_(["a000", "a100", "b000"]))
    found = sync_backend.run(FREE_A, lambda s: s.execute(asked.order_by(Document.title)).all(), maker=maker)
    assert [("a000", "plain"), ("a100", "plain")] == [tuple(row) for row in found]


@pytest.mark.parametrize("trusted", [(), (Heir,), (Spoken,)])
def test_an_element_that_renders_itself_is_trusted_by_its_class_or_by_what_renders_it(
    sync_backend: Any, trusted: tuple[type[Any], ...]
) -> None:
    """The class, or the one that `@compiles`; another class that is trusted says nothing of it."""
    maker = _trusting(sync_backend, *trusted)
    if trusted:
        assert "heir" == sync_backend.run(FREE_A, lambda s: s.scalar(select(Heir("heir"))), maker=maker)
    else:
        with pytest.raises(Unguarded, match="renders itself"):
            sync_backend.run(FREE_A, lambda s: s.scalar(select(Heir("heir"))), maker=maker)
    if trusted == (Heir,):
        with pytest.raises(Unguarded, match="renders itself"):
            sync_backend.run(FREE_A, lambda s: s.scalar(select(Spoken("parent"))), maker=maker)
