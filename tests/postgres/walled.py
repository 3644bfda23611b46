"""The backend of `tests/postgres` with the wall behind its gate: each catalog that a test asks a maker for has a wall of its own."""

import warnings
from typing import Any

from sqlalchemy import inspect

from postgres.conftest import Backend
from rowgate import Catalog
from rowgate.wall import PerRow, create
from wall.walls import SIGNING, run


class WalledBackend(Backend):
    """Guarded sessions where the wall stands, that of the catalog they were made for last."""

    standing: tuple[str, ...] = ()

    def maker(self, catalog: Catalog, **options: Any) -> Any:
        """Raise the wall of a catalog in place of the one that stands, and return a guarded sessionmaker."""
        sync = getattr(self.engine, "sync_engine", self.engine)
        self.fall()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PerRow)
            wall = create(catalog, role=str(sync.url.username), signing=SIGNING)
        run(self.owner, [*wall.sql(), *SIGNING.accept()])
        self.standing = tuple(wall.undo())
        return super().maker(catalog, wall=SIGNING, **options)

    def fall(self) -> None:
        """Take down what stands, unless its tables are gone and it with them."""
        if not self.standing:
            return
        with self.owner.begin() as connection:
            tables = inspect(connection).get_table_names()
            for statement in self.standing:
                named = [name for name in tables if f'"{name}"' in statement]
                if '"public"."' in statement and not named:
                    continue
                connection.execution_options(no_parameters=True).exec_driver_sql(statement)
        self.standing = ()
