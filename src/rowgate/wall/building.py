"""All of the wall of a catalog: its objects in order, the SQL that makes and unmakes them, and what they cannot say."""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rowgate.catalog import Catalog
from rowgate.errors import CatalogError
from rowgate.permission import TableKey
from rowgate.wall import context, masks, searches, subjects
from rowgate.wall.analysis import asks_elsewhere
from rowgate.wall.columns import triggers
from rowgate.wall.functions import Conditions
from rowgate.wall.grants import rights
from rowgate.wall.objects import Grant, Identity, Object
from rowgate.wall.policies import policies
from rowgate.wall.render import SCHEMA
from rowgate.wall.signing import Signing


class PerRow(UserWarning):
    """A rule runs a function for each row that PostgreSQL looks at."""


@dataclass(frozen=True, slots=True)
class Wall:
    """What `create()` returns.

    Args:
        objects: everything, in the order in which it is made.
        unsaid: for each table what the wall cannot say, in sentences: there the gate stands alone.
        per_row: the rules that run a function for each row.
    """

    objects: tuple[Object, ...]
    unsaid: Mapping[TableKey, tuple[str, ...]]
    per_row: tuple[str, ...]

    def sql(self) -> list[str]:
        """Return the statements that make the wall, for the owner of the tables to run in one transaction."""
        return [statement for made in self.objects for statement in made.create()]

    def undo(self) -> list[str]:
        """Return the statements that take it down."""
        return [statement for made in reversed(self.objects) for statement in made.drop()]


def create(catalog: Catalog, *, role: str, signing: Signing, owner: str | None = None, schema: str = "public") -> Wall:
    """Return the wall of a catalog. It is frozen by this. The tables, and the role, must be there before it is made.

    Args:
        catalog: whose policies it renders.
        role: the application's login: it owns nothing, is a member of nothing and does not bypass row security.
        signing: how the context of a transaction is signed, `Signed(...)` or `Unsigned()`.
        owner: the owner of the tables; None is whoever runs the statements.
        schema: of the tables that name none.

    Raises:
        CatalogError: a condition cannot be written as text.

    Warns:
        PerRow: for a rule that runs a function for each row.
    """
    catalog.freeze()
    if role == owner:
        raise CatalogError(f"role {role!r} owns the tables: the application needs a login of its own")
    conditions = Conditions(catalog, schema)
    of_tables, granted = write(conditions, role=role, owner=owner)
    found = list(searches.functions(conditions))
    functions = [*conditions.functions.values(), *found, *subjects.functions(catalog, schema)]
    callable_ = [Grant("EXECUTE", f"FUNCTION {made.signature}", role) for made in functions]
    own = [Grant("USAGE", f'SCHEMA "{SCHEMA}"', role)]
    objects = _once([*context.objects(role=role, signing=signing), *own, *functions, *callable_, *of_tables, *granted])
    for told in conditions.per_row:
        warnings.warn(told, PerRow, stacklevel=2)
    unsaid = {key: tuple(masks.unsaid(entry)) for key, entry in catalog.entries.items() if masks.unsaid(entry)}
    return Wall(objects, unsaid, tuple(conditions.per_row))


def write(conditions: Conditions, *, role: str, owner: str | None = None) -> tuple[list[Object], list[Object]]:
    """Return what stands on the tables of a catalog, and the rights on them. The functions are in `conditions`."""
    of_tables: list[Object] = []
    granted: list[Object] = []
    for entry in conditions.catalog.entries.values():
        of_tables += policies(conditions, entry, role=role, owner=owner)
        of_tables += triggers(conditions, entry)
        granted += rights(conditions, entry, role=role)
        for name, mask in entry.masks.items():  # the gate's, which asks other tables by functions of the wall
            if mask.unless_when is not None and asks_elsewhere(mask.unless_when):
                conditions.text(entry, mask.unless_when, rule=f"mask of {name}")
    return of_tables, granted


def drop(
    catalog: Catalog, *, role: str, signing: Signing, owner: str | None = None, schema: str = "public"
) -> list[str]:
    """Return the statements that take down the wall that `create()` with the same arguments has made."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerRow)
        return create(catalog, role=role, signing=signing, owner=owner, schema=schema).undo()


def _once(objects: Iterable[Object]) -> tuple[Object, ...]:
    """Return the objects, each identity once."""
    found: dict[Identity, Object] = {}
    for one in objects:
        found.setdefault(one.identity, one)
    return tuple(found.values())
