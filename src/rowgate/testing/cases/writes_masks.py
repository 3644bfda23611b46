"""Masked columns: written, and read through a write's SET, WHERE, RETURNING and ON CONFLICT."""

from typing import Any

from sqlalchemy import func, insert, literal, select, update

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.writing import loaded, upsert, wrote
from rowgate.testing.world_models import Note, User
from rowgate.testing.world_rows import FREE_A, A, B

writes = Family("writes")
users: Any = User.__table__


@writes.write_in()
async def mask_unit_writes(given: Given) -> Any:
    """Sets its own masked hash by the unit of work."""
    for user in await loaded(given, User, A):
        user.hashed_password = "changed"  # noqa: S105 - it is no password


@writes.write_in()
async def mask_bulk_writes(given: Given) -> Any:
    """Sets all masked hashes in bulk."""
    await wrote(given, update(User).values(hashed_password="changed"))  # noqa: S106 - it is no password


@writes.write_in()
async def mask_keys_write(given: Given) -> Any:
    """Sets its own masked hash in bulk by primary key."""
    await wrote(given, update(User), [{"id": A, "name": "renamed", "hashed_password": "changed"}])


@writes.write_in()
async def mask_upsert_writes(given: Given) -> Any:
    """Sets its own masked hash by an upsert."""
    statement = upsert(given, users).values(id=A, name="user-a-name")
    statement = statement.on_conflict_do_update(index_elements=["id"], set_={"hashed_password": "changed"})
    await wrote(given, statement)


@writes.write_in()
async def mask_expression_writes(given: Given) -> Any:
    """Sets its own masked hash to an expression on itself."""
    await wrote(given, update(User).where(User.id == A).values(hashed_password=func.upper(User.hashed_password)))


@writes.write_in()
async def mask_null_writes(given: Given) -> Any:
    """Sets its own masked hash to NULL, as it reads."""
    await wrote(given, update(users).where(users.c.id == A).values(hashed_password=None))


@writes.write_in()
async def mask_of_another_is_written(given: Given) -> Any:
    """Sets somebody else's email, which it reads masked."""
    for user in await loaded(given, User, B):
        user.email = "x@example.org"


@writes.write_in()
async def mask_of_all_is_written(given: Given) -> Any:
    """Sets everybody's email."""
    await wrote(given, update(User).values(email="x@example.org"))


@writes.write_in(covers=["Session.merge"])
async def mask_merged(given: Given) -> Any:
    """Merges its own user with a hash."""
    await given.session.merge(User(id=A, name="user-a-name", hashed_password="changed"))  # noqa: S106 - idem


@writes.way_in(who=FREE_A)
async def mask_set_to_another_column(given: Given) -> Any:
    """Copies its own masked hash into its name, and returns that."""
    statement = update(User).where(User.id == A).values(name=func.coalesce(User.hashed_password, "nothing"))
    return await wrote(given, statement.returning(User.name))


@writes.way_in(who=FREE_A)
async def mask_of_another_by_sub_select(given: Given) -> Any:
    """Copies somebody else's masked email into its name, and reads it there."""
    email = select(User.email).where(User.id == B).scalar_subquery()
    await wrote(given, update(users).where(users.c.id == A).values(name=email))
    return (await given.session.scalars(select(users.c.name).where(users.c.id == A))).all()


@writes.way_in(who=FREE_A)
async def mask_in_where(given: Given) -> Any:
    """Asks by the WHERE of an update what its masked hash is."""
    statement = update(User).where(User.id == A, User.hashed_password.startswith("user-")).values(name="renamed")
    return await wrote(given, statement.returning(User.name))


@writes.way_in(who=FREE_A)
async def mask_in_where_by_count(given: Given) -> Any:
    """Asks by the count of an update what its masked hash is."""
    statement = update(users).where(users.c.id == A, users.c.hashed_password.between("a", "z")).values(name="renamed")
    return (await given.session.execute(statement)).rowcount


@writes.way_in(who=FREE_A)
async def mask_returned(given: Given) -> Any:
    """Returns its masked hash from an update."""
    statement = update(User).where(User.id == A).values(name="renamed")
    return await wrote(given, statement.returning(User.id, User.hashed_password))


@writes.way_in(who=FREE_A)
async def mask_returned_as_entity(given: Given) -> Any:
    """Returns a whole user from an update."""
    statement = update(User).where(User.id == A).values(name="renamed").returning(User)
    return (await given.session.scalars(statement)).all()


@writes.way_in(who=FREE_A)
async def mask_returned_in_an_expression(given: Given) -> Any:
    """Returns an expression on its masked hash from an update."""
    told = func.coalesce(func.upper(User.hashed_password), "none")
    return await wrote(given, update(User).where(User.id == A).values(name="renamed").returning(told))


@writes.way_in()
async def mask_returned_by_upsert(given: Given) -> Any:
    """Returns its masked hash from an upsert, and copies it."""
    statement = upsert(given, users).values(id=A, name="user-a-name")
    changed = {"name": func.coalesce(users.c.hashed_password, "nothing")}
    statement = statement.on_conflict_do_update(index_elements=["id"], set_=changed)
    return await wrote(given, statement.returning(users.c.name, users.c.hashed_password))


@writes.way_in()
async def mask_in_the_where_of_an_upsert(given: Given) -> Any:
    """Asks by the WHERE of an upsert what its masked hash is."""
    statement = upsert(given, users).values(id=A, name="user-a-name")
    asked = users.c.hashed_password.like("user-%")
    statement = statement.on_conflict_do_update(index_elements=["id"], set_={"name": "renamed"}, where=asked)
    return await wrote(given, statement.returning(users.c.name))


@writes.way_in()
async def mask_inserted_from_select(given: Given) -> Any:
    """Copies masked hashes into its own notes, and returns them."""
    number = 9000 + func.row_number().over(order_by=User.name)
    hashes = select(
        number, literal("note"), literal(A, Note.owner_id.type), func.coalesce(User.hashed_password, "none")
    )
    statement = insert(Note).from_select(["id", "kind", "owner_id", "body"], hashes, include_defaults=False)
    return await wrote(given, statement.returning(Note.body))


@writes.way_in(covers=["update from"])
async def mask_from_another_table(given: Given) -> Any:
    """Copies a masked hash into its own note by UPDATE ... FROM, and returns it."""
    statement = update(Note).where(Note.id == 1, User.id == B)
    statement = statement.values(body=func.coalesce(User.hashed_password, "nothing"))
    return await wrote(given, statement.returning(Note.body))


@writes.way_in()
async def mask_refreshed_after_a_write(given: Given) -> Any:
    """Renames itself, and reads its user again."""
    for user in await loaded(given, User, A):
        user.name = "renamed"
        await given.session.flush()
        await given.session.refresh(user)
        return user.name, user.hashed_password, user.email
    return None


@writes.writing()
async def changes_its_own_email(given: Given) -> Any:
    """Changes its own email and name by the unit of work."""
    user = await given.session.get(User, A)
    user.email, user.name = "new@example.org", "new name"


@writes.writing()
async def changes_its_own_email_in_bulk(given: Given) -> Any:
    """Changes its own email by a statement, from what it was."""
    await wrote(given, update(User).where(User.id == A).values(email="new." + User.email))
