"""The wall as a protection: in front of it the gate, or nothing but a session that tells it who acts."""

import warnings
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from rowgate import Principal, guarded_sessionmaker
from rowgate.errors import RowgateError
from rowgate.testing.protection import Open
from rowgate.testing.world import OwnWorld, World
from rowgate.wall import PerRow, Signed, create
from rowgate.wall.generic import lift_name
from rowgate.wall.signing import PRINCIPAL, SETTING
from rowgate.wall.texts import Bodies
from rowgate.wall.wires import driver_of

SIGNING = Signed(["a key of the suite's own world behind the wall"])


def ddl(role: str) -> list[str]:
    """Return the statements that make the wall of the suite's own world, and what its tables need besides."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PerRow)
        wall = create(OwnWorld().catalog, role=role, signing=SIGNING)
    return [statement.replace("%", "%%") for statement in (*wall.sql(), *SIGNING.accept())]


class GateAndWall:
    """Guarded sessions where the wall stands, as an application has them."""

    name = "gate and wall"
    refusals: tuple[type[BaseException], ...] = (RowgateError,)

    def sessions(self, engine: Any, world: World) -> Open:
        """Return a guarded sessionmaker with the wall."""
        made: Open = guarded_sessionmaker(engine, world.catalog, wall=SIGNING, audit=lambda _event: None)
        return made


class WallAlone:
    """Sessions of SQLAlchemy with no guard, whose transactions begin with a signed context. Nothing else protects."""

    name = "wall alone"
    refusals: tuple[type[BaseException], ...] = ()

    def sessions(self, engine: Any, world: World) -> Open:
        """Return a function that opens such sessions, of a class of their own for each principal."""
        catalog = world.catalog
        catalog.freeze()
        sync = getattr(engine, "sync_engine", engine)
        bodies, wire = Bodies(catalog, sync.dialect), driver_of(sync.dialect)

        def open_(who: Principal, *, lift: Any = (), **options: Any) -> Any:
            names = {lift} if isinstance(lift, str) else set(lift)
            rules = ((key, rule) for key, entry in catalog.entries.items() for rule in entry.restricts)
            lifts = frozenset(
                lift_name(catalog, key, rule) for key, rule in rules if rule.name in names and rule.lift & who.roles
            )
            body = bodies.principal(who, lifts)
            made = type("Told", (Session,), {})

            def tell(_session: Any, _transaction: Any, connection: Any) -> None:
                given = SIGNING.text(PRINCIPAL, body, wire.pid(connection.connection.dbapi_connection))
                connection.execute(text("SELECT set_config(:name, :given, true)"), {"name": SETTING, "given": given})

            event.listen(made, "after_begin", tell)
            settings = {"expire_on_commit": False, **options}
            if engine is sync:
                return made(engine, **settings)
            return AsyncSession(engine, sync_session_class=made, **settings)

        return open_
