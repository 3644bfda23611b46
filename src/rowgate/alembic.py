"""The wall in Alembic's migrations: `alembic revision --autogenerate` writes it, `alembic check` fails where it differs.

In `env.py`, where the owner of the tables is logged in:

    from rowgate.alembic import walled
    context.configure(connection=connection, target_metadata=Base.metadata, **walled(catalog, role="app", signing=signing))

`**unwalled()` instead is a database without the wall. Migrations then call `op.create_policy(...)`, `op.enable_row_security(...)` and their like, each with its opposite. Rows are
migrated by the owner, whom a policy of the wall lets see all of them. Nothing is registered but by importing this module:
Alembic without it is Alembic (https://alembic.sqlalchemy.org/en/latest/api/plugins.html).
"""

from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, dataclass, fields, replace
from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, Operations
from alembic.operations.ops import UpgradeOps
from alembic.runtime.migration import MigrationContext
from alembic.runtime.plugins import Plugin
from alembic.util import CommandError, DispatchPriority, PriorityDispatchResult
from sqlalchemy import Connection

from rowgate.catalog import Catalog
from rowgate.live import Difference, differences
from rowgate.wall import Signed, Unsigned, Wall, create
from rowgate.wall.objects import Function, Grant, Object, Schema, Table
from rowgate.wall.render import SCHEMA
from rowgate.wall.table_objects import Policy, Rights, RowSecurity, Trigger

PLUGIN = "rowgate.alembic"
APPLICATION = "rowgate: the application's role"
"""In a migration: the role that `walled(role=...)` names. It may have another name in each database."""

_NO_ROLE = "the application's role is not known: context.configure(..., **walled(catalog, role=..., signing=...))"

NAMES: dict[type[Any], tuple[str, str]] = {
    Schema: ("create_wall_schema", "drop_wall_schema"),
    Table: ("create_wall_table", "drop_wall_table"),
    Function: ("create_wall_function", "drop_wall_function"),
    Grant: ("grant_privilege", "revoke_privilege"),
    RowSecurity: ("enable_row_security", "disable_row_security"),
    Policy: ("create_policy", "drop_policy"),
    Trigger: ("create_column_trigger", "drop_column_trigger"),
    Rights: ("set_table_rights", "drop_table_rights"),
}
"""What each object of the wall is made by in a migration, and unmade by."""

_NAMED: dict[type[Any], tuple[str, ...]] = {
    Table: ("schema", "name"),
    Function: ("schema", "name", "arguments"),
    Policy: ("schema", "table", "name"),
    Trigger: ("schema", "table", "name"),
    Rights: ("schema", "table", "role"),
}
"""The fields by which an object is unmade, if not all of them."""

_UNSAID: dict[type[Any], dict[str, Any]] = {
    Table: {"schema": SCHEMA},
    Function: {"schema": SCHEMA, "arguments": ""},
    Grant: {"to": APPLICATION},
    RowSecurity: {"schema": "public"},
    Policy: {"schema": "public", "permissive": True, "to": APPLICATION},
    Trigger: {"schema": "public"},
    Rights: {"schema": "public", "role": APPLICATION},
}
"""What a migration means where it leaves a field out: what most of them would say."""
_WIDTH = 116


@dataclass(frozen=True, slots=True)
class Walled:
    """The wall that a migration environment works towards, and the application's role in this database; None: no wall."""

    wall: Wall | None
    role: str | None


def walled(
    catalog: Catalog, *, role: str, signing: Signed | Unsigned, owner: str | None = None, schema: str = "public"
) -> dict[str, Any]:
    """Return the options for `context.configure()`, with which Alembic knows the wall of a catalog.

    Args:
        catalog: whose policies stand in the database.
        role: the application's login in this database.
        signing: how contexts are signed; the keys themselves are in no migration.
        owner: the owner of the tables; None is whoever migrates.
        schema: of the tables that name none.
    """
    wall = create(catalog, role=role, signing=signing, owner=owner, schema=schema)
    return {"rowgate": Walled(wall, role), "autogenerate_plugins": ["alembic.autogenerate.*", PLUGIN]}


def unwalled() -> dict[str, Any]:
    """Return the options for `context.configure()` of a database without a wall: migrations leave it out.

    For a copy of the tables where row security is not wanted, or not to be had.
    """
    return {"rowgate": Walled(None, None)}


def mend(connection: Connection, wall: Wall) -> list[Difference]:
    """Make the wall stand as it is declared: what is missing is made, what was changed put right, the rest removed.

    Args:
        connection: as the owner of the tables, in a transaction of the caller's.
        wall: of the catalog, as `rowgate.wall.create()` gives it.

    Returns:
        What was not as declared.

    Raises:
        CommandError: there is a table in the schema of the wall that is not the wall's.
    """
    found = differences(connection, wall)
    operations = Operations(MigrationContext.configure(connection, opts={"rowgate": Walled(wall, None)}))
    for operation in [*_going(found), *_coming(found)]:
        operations.invoke(operation)
    return found


class WallOp(MigrateOperation):
    """Make or unmake one object of the wall.

    Args:
        one: the object.
        makes: whether it is made.
        before: what stood in its place, if making it replaces that.
    """

    def __init__(self, one: Object, *, makes: bool, before: Object | None = None) -> None:
        self.one = one
        self.makes = makes
        self.before = before

    def reverse(self) -> "WallOp":
        """Return the opposite."""
        if self.before is not None:
            return WallOp(self.before, makes=True, before=self.one)
        return WallOp(self.one, makes=not self.makes)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what `alembic check` tells."""
        return (NAMES[type(self.one)][0 if self.makes else 1], *self.one.identity)


@Operations.implementation_for(WallOp)
def _run(operations: Operations, operation: WallOp) -> None:
    given = operations.get_context().opts.get("rowgate")
    if isinstance(given, Walled) and given.wall is None:
        return
    one = _renamed(operation.one, {APPLICATION: _role(operations)})
    for statement in one.create() if operation.makes else one.drop():
        _execute(operations, statement)


def _execute(operations: Operations, statement: str) -> None:
    """Run a statement as it is: a colon in it is no parameter, and a percent sign no format."""
    context = operations.get_context()
    if context.as_sql:
        context.impl.static_output(f"{statement};\n")
        return
    assert context.connection is not None
    context.connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _role(operations: Operations) -> str | None:
    given = operations.get_context().opts.get("rowgate")
    return given.role if isinstance(given, Walled) else None


def _renamed(one: Any, names: dict[str, str | None]) -> Any:
    """Return an object with roles by other names.

    Raises:
        CommandError: the application's role has none here.
    """
    for field in ("to", "role"):
        role = getattr(one, field, None)
        if isinstance(role, str) and role in names:
            name = names[role]
            if name is None:
                raise CommandError(_NO_ROLE)
            one = replace(one, **{field: name})
    return one


def _register(kind: type[Any], name: str, *, makes: bool) -> None:
    """Let migrations say `op.<name>(...)` with the fields of an object, but for those that go without saying."""

    def operation(cls: Any, operations: Operations, **given: Any) -> None:  # noqa: ARG001 - named as Alembic asks
        unsaid = {} if makes else {field.name: None for field in fields(kind) if field.default is MISSING}
        operations.invoke(WallOp(kind(**{**unsaid, **_UNSAID.get(kind, {}), **given}), makes=makes))

    operation.__name__, operation.__doc__ = name, kind.__doc__
    setattr(WallOp, name, classmethod(operation))  # type: ignore[arg-type]
    Operations.register_operation(name)(WallOp)


@renderers.dispatch_for(WallOp)
def _rendered(context: AutogenContext, operation: WallOp) -> str:
    given = context.opts.get("rowgate")
    one: Any = _renamed(operation.one, {given.role: APPLICATION} if isinstance(given, Walled) and given.role else {})
    arguments = [
        f"{field.name}={_value(context, getattr(one, field.name))}"
        for field in fields(one)
        if getattr(one, field.name) != _default(type(one), field)
        and (operation.makes or field.name in _NAMED.get(type(one), (field.name,)))
    ]
    name = NAMES[type(one)][0 if operation.makes else 1]
    line = ", ".join(arguments)
    if "\n" not in line and len(line) <= _WIDTH:
        whole = f"op.{name}({line})"
        return whole if len(whole) <= _WIDTH else f"op.{name}(\n    {line}\n)"
    lines = "".join(f"    {argument},\n" for argument in arguments)
    return f"op.{name}(\n{lines})"


def _default(kind: type[Any], field: Field[Any]) -> Any:
    return _UNSAID.get(kind, {}).get(field.name, object() if field.default is MISSING else field.default)


def _value(context: AutogenContext, value: Any) -> str:
    """Return a value as Python; text of several lines as one string for each, which no indentation can change."""
    if value == APPLICATION:
        context.imports.add(f"from {PLUGIN} import APPLICATION")
        return "APPLICATION"
    if isinstance(value, str) and "\n" in value:
        lines = "".join(f"        {line!r}\n" for line in value.splitlines(keepends=True))
        return f"(\n{lines}    )"
    return repr(value)


def _compare(context: AutogenContext, upgrade: UpgradeOps) -> PriorityDispatchResult:
    """Add what makes the database do what the catalog says: what goes first of all, what comes last of all.

    Tables may be changed between: a column cannot be altered under a policy that reads it, nor read before it is there.
    """
    given = context.opts.get("rowgate")
    if not isinstance(given, Walled):
        raise CommandError(_NO_ROLE)
    if given.wall is not None and context.connection is not None:
        found = differences(context.connection, given.wall)
        upgrade.ops[:0] = _going(found)
        upgrade.ops.extend(_coming(found))
    return PriorityDispatchResult.CONTINUE


def _going(found: list[Difference]) -> Iterator[WallOp]:
    order: list[type[Any]] = [Trigger, Policy, RowSecurity, Grant, Rights, Function]
    gone = [one for one in found if one.found is not None and one.kind != "missing" and not _is_replaced(one)]
    for one in gone:
        if isinstance(one.found, Table | Schema):
            raise CommandError(f"{one}: the schema of the wall is its own; drop it, or move it elsewhere")
    standing = [one.found for one in gone if one.found is not None]
    for kind in order:
        yield from (WallOp(one, makes=False) for one in standing if isinstance(one, kind))


def _coming(found: list[Difference]) -> Iterator[WallOp]:
    for one in found:
        if one.wanted is not None:
            yield WallOp(one.wanted, makes=True, before=_before(one.found) if _is_replaced(one) else None)


def _is_replaced(one: Difference) -> bool:
    """Return whether what stands is replaced where it stands, so that what needs it need not go first."""
    if isinstance(one.wanted, Function) and isinstance(one.found, Function):
        same = one.expected if isinstance(one.expected, Function) else one.wanted
        return (one.found.arguments, one.found.returns) == (same.arguments, same.returns)
    return isinstance(one.wanted, Rights) and one.found is not None


def _before(found: Object | None) -> Object | None:
    """Return what stood, as it can be made again; rights of everybody are not given back."""
    if isinstance(found, Rights):
        return replace(found, rights=tuple(one for one in found.rights if " to " not in one[0]))
    return found


def setup(plugin: Plugin) -> None:
    """Compare last of all, when Alembic has compared the tables."""
    plugin.add_autogenerate_comparator(_compare, "autogenerate", qualifier="postgresql", priority=DispatchPriority.LAST)


def _setup() -> Callable[..., Any]:
    for kind, (making, unmaking) in NAMES.items():
        _register(kind, making, makes=True)
        _register(kind, unmaking, makes=False)
    setup(Plugin(PLUGIN))
    return setup


_setup()
