"""Write the migration that puts the wall around the tables anew: `python -m server.write_wall_migration`, in `tests`.

For as long as no release has it; later changes of the policies are migrations of their own (`alembic revision
--autogenerate`). What Alembic writes is only cut into functions, one for each table.
"""

import asyncio
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from alembic import command
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from rowgate.server import migrate
from rowgate.server.embedded import EmbeddedPostgres, Urls

VERSIONS = migrate.MIGRATIONS / "versions"
TARGET = VERSIONS / "2026_11_22_2330_0004_wall.py"
BEFORE, ROLE = "0003", "rowgate_app"
OPERATION = re.compile(r"^    op\.\w+\((?:[^\n]+\)$|\n.*?^    \)$)", re.MULTILINE | re.DOTALL)
HEAD = '''"""Put the wall around the tables: the policies of `rowgate.server.policies` as row-level security.

Revision: 0004
Revises: 0003
Created: 2026-11-22 23:30:00+00:00
"""
# mypy: disable-error-code="attr-defined"
# pyright: reportAttributeAccessIssue=false

from collections.abc import Sequence

from alembic import op

revision: str = "0004"
down_revision: str | Sequence[str] | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make what the policies ask first, then the policies of each table, then the rights."""
'''


async def write(urls: Urls, folder: Path) -> None:
    """Let autogenerate write for a database at the migration before."""
    await migrate.upgrade(urls.owner, BEFORE, wall=False)  # no rights yet: all of them belong into the migration

    def run(connection: Connection) -> None:
        config = migrate.alembic_config(urls.owner, application_role=ROLE, connection=connection)
        config.set_main_option("version_locations", f"{VERSIONS}:{folder}")
        command.revision(
            config, "wall", autogenerate=True, rev_id="new", version_path=str(folder), head=BEFORE, splice=True
        )

    engine = create_async_engine(urls.owner)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


def functions(operations: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the functions in their order, each with what it does. A table's triggers have functions of their own."""
    name = "answer_questions"
    named = []
    for operation in operations:
        table = re.search(r"table='(\w+)'", operation)
        if table is not None and "table_rights" not in operation:
            name = f"guard_{table[1]}"
        elif name != "answer_questions" and "_wall_" not in operation:
            name = "grant_rights"
        named.append((name, operation))
    for name, run in groupby(named, itemgetter(0)):
        yield name, "\n".join(operation for _, operation in run)


def cut(text: str) -> str:
    """Return the migration, cut into functions."""
    up, down = text.split("def downgrade()")
    made = list(functions([match[0] for match in OPERATION.finditer(up)]))
    assert len({name for name, _ in made}) == len(made), [name for name, _ in made]
    calls = "".join(f"    {name}()\n" for name, _ in made)
    says = {"answer_questions": "Make the schema, and the functions that policies call.",
            "grant_rights": "Give the application what some rule allows somebody."}  # fmt: skip
    bodies = "".join(
        f'\n\ndef {name}() -> None:\n    """{says.get(name, "Make its policies.")}"""\n{body}\n' for name, body in made
    )
    undone = "\n".join(match[0] for match in OPERATION.finditer(down))
    return f'{HEAD}{calls}{bodies}\n\ndef downgrade() -> None:\n    """Take it all down, in the opposite order."""\n{undone}\n'


def main() -> None:
    """Write it, formatted."""
    TARGET.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="rowgate-wall-") as folder, tempfile.TemporaryDirectory() as versions:
        postgres = EmbeddedPostgres(Path(folder) / "data", unsafe_fast=True)
        try:
            asyncio.run(write(postgres.start(), Path(versions)))
            text = next(Path(versions).glob("*.py")).read_text()
        finally:
            postgres.stop()
    TARGET.write_text(cut(text))
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(TARGET)], check=True)


if __name__ == "__main__":
    main()
