"""Errors of the database tell their kind and their constraint, and no value: neither of a row nor of a parameter."""

import traceback
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Integer, bindparam, cast, column, delete, func, insert, literal, select, update
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from rowgate import StrippedError
from world import FREE_A, SECRET, A, Comment, Document, User, document_tags, key

PARAMETER = "PARAMETER-OF-THE-CALLER"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__, getattr(one, "orig", None)]


def _text_of(error: BaseException) -> str:
    """Return everything that an error says by any attribute, of itself and of all that it is chained to."""
    said = ["".join(traceback.format_exception(error))]
    for one in _chain(error):
        said += [str(one), repr(one), repr(one.args), repr(getattr(one, "__dict__", {}))]
        said += [str(getattr(one, name, "")) for name in ("params", "statement", "detail", "orig", "diag", "pgresult")]
    return "\n".join(said)


def _caught(backend: Any, work: Callable[[Session], Any], *, commit: bool = False) -> BaseException:
    with pytest.raises(StatementError) as caught:
        backend.run(FREE_A, work, commit=commit)
    return caught.value


def _unique(session: Session) -> None:
    session.get_one(User, A).name = "b"
    session.flush()


def _foreign_key(session: Session) -> None:
    session.execute(insert(Document), [{"id": uuid4(), "title": PARAMETER, "owner_id": A}])
    session.execute(delete(Document).where(Document.title == "a100"))


def _not_null(session: Session) -> None:
    session.execute(update(Document).where(Document.title != PARAMETER).values(title=None))


def _primary_key(session: Session) -> None:
    session.add(Document(id=key("b011"), title=PARAMETER, owner_id=A))
    session.flush()


FAILING: dict[str, tuple[Callable[[Session], Any], list[str]]] = {
    "unique": (_unique, ["'b'", "(b)", str(A), A.hex]),
    "foreign key": (_foreign_key, [PARAMETER, str(key("a100")), key("a100").hex]),
    "not null": (_not_null, [PARAMETER, "a000", "a100"]),
    "primary key": (_primary_key, [PARAMETER, str(key("b011")), key("b011").hex]),
}


@pytest.mark.parametrize("kind", FAILING)
def test_violations_tell_no_value(backend: Any, kind: str) -> None:
    """A violated constraint names itself, not the row."""
    work, values = FAILING[kind]
    text = _text_of(_caught(backend, work))
    assert [] == [value for value in values if value in text]


def test_a_violation_says_what_it_is(postgres: Any) -> None:
    """Twin: what remains is enough to act on, the class, the SQLSTATE and the constraint."""
    error = _caught(postgres, _unique)
    assert isinstance(error, DBAPIError)
    assert isinstance(error.orig, StrippedError)
    assert ("IntegrityError", "23505", "users_name_key") == (
        type(error).__name__, error.orig.sqlstate, error.orig.constraint_name,
    )  # fmt: skip


MISTAKES: dict[str, tuple[Callable[[Session], Any], str]] = {
    "column": (lambda s: s.execute(select(column("titel")).select_from(Document)), "undefined_column (SQLSTATE 42703)"),
    "function": (lambda s: s.execute(select(func.lower(1, 2))), "undefined_function (SQLSTATE 42883)"),
    "group": (lambda s: s.execute(select(Document.title, func.count())), "grouping_error (SQLSTATE 42803)"),
    "division": (lambda s: s.execute(select(literal(1) / literal(0))), "division_by_zero (SQLSTATE 22012)"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_of_the_application_has_a_name(postgres: Any, mistake: str) -> None:
    """A number alone tells nobody that a column is misspelt."""
    work, told = MISTAKES[mistake]
    error = _caught(postgres, work)
    assert f"{told}; values are withheld" in str(error)


CASTS: dict[str, Callable[[Session], Any]] = {
    "select": lambda s: s.execute(select(Document.id).where(cast(Document.title, Integer) == 1)).all(),
    "column": lambda s: s.execute(select(cast(Document.title, Integer))).all(),
    "parameter": lambda s: s.execute(select(cast(literal(PARAMETER), Integer))).all(),
    "update": lambda s: s.execute(update(Document).values(pages=cast(Document.title, Integer))),
    "delete": lambda s: s.execute(delete(Document).where(cast(Document.title, Integer) == 1)),
    "returning": lambda s: s.execute(
        update(Document).values(pages=2).returning(Document.id, cast(Document.title, Integer))
    ),
    "executemany": lambda s: s.connection().execute(
        update(Document.__table__).where(Document.__table__.c.id == bindparam("k")).values(title=bindparam("t")),
        [{"k": key("a000"), "t": None}, {"k": key("a100"), "t": PARAMETER}],
    ),
    "core": lambda s: s.connection().execute(select(cast(Document.__table__.c.title, Integer))).all(),
}


@pytest.mark.parametrize("where", CASTS)
def test_a_failing_cast_quotes_nothing(postgres: Any, where: str) -> None:
    """A cast that fails on a row does not quote the row."""
    text = _text_of(_caught(postgres, CASTS[where]))
    quoted = [title for title in ("a000", "a100", "b000", "b100", "b011", PARAMETER, SECRET) if f'"{title}' in text]
    assert [] == quoted + [value for value in (PARAMETER, key("a000").hex) if value in text]


def test_an_error_at_commit(backend: Any) -> None:
    """A constraint that is checked at COMMIT tells no value either, and nothing is stored."""
    ghost = uuid4()

    def work(session: Session) -> None:
        session.add(Comment(document_id=key("a000"), author_id=A, body=PARAMETER))
        session.flush()
        backend_author = update(User).where(User.id == A).values(name="kept")
        session.execute(backend_author)

    backend.run(FREE_A, work, commit=True)
    assert [PARAMETER] == backend.stored(select(Comment.body).where(Comment.body == PARAMETER))

    def orphan(session: Session) -> None:
        session.connection().execute(
            update(Comment.__table__).where(Comment.__table__.c.body == PARAMETER).values(author_id=ghost)
        )

    maker = backend.maker(_open_catalog())
    with pytest.raises(StatementError) as caught:
        backend.run(FREE_A, orphan, commit=True, maker=maker)
    assert [] == [value for value in (str(ghost), ghost.hex, PARAMETER) if value in _text_of(caught.value)]
    assert [A] == backend.stored(select(Comment.author_id).where(Comment.body == PARAMETER))


def _open_catalog() -> Any:
    from sqlalchemy import Uuid

    from rowgate import Catalog
    from world import Base

    catalog = Catalog(Base, principal_id=Uuid())
    for table in Base.metadata.sorted_tables:
        catalog.open(table, reason="a test", actions=("read", "create", "update", "delete"))
    return catalog


def test_a_parameter_of_the_wrong_type_is_not_repeated(backend: Any) -> None:
    """A value that the type does not take is the caller's, and stays out of the error."""
    text = _text_of(_caught(backend, lambda s: s.execute(select(Document).where(Document.id == PARAMETER)).all()))
    assert PARAMETER not in text


def test_a_link_to_nowhere(backend: Any) -> None:
    """A flush of several link rows that fails names none of them."""

    def work(session: Session) -> None:
        rows = [{"document_id": key("a000"), "tag_id": n} for n in (2, 777777)]
        session.execute(document_tags.insert(), rows)

    text = _text_of(_caught(backend, work))
    assert [] == [value for value in ("777777", str(key("a000")), key("a000").hex) if value in text]
