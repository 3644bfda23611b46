"""`rowgate policy sql|diff|check`. What they do is imported inside them: `--help` needs no SQLAlchemy."""

from typing import Annotated

import typer

app = typer.Typer(
    help="The policies of a catalog as PostgreSQL row-level security: print them, compare them with a database.",
    no_args_is_help=True,
)

CatalogArgument = Annotated[
    str, typer.Argument(metavar="MODULE:NAME", help="Where the catalog is, such as `app.policies:catalog`.")
]
RoleOption = Annotated[str, typer.Option(help="The application's login in the database; it owns nothing.")]
OwnerOption = Annotated[str | None, typer.Option(help="The owner of the tables; whoever runs the SQL if not given.")]
SchemaOption = Annotated[str, typer.Option(help="The schema of the tables that name none.")]
UnsignedOption = Annotated[bool, typer.Option("--unsigned", help="For sessions with `wall=Unsigned()`.")]
UrlOption = Annotated[
    str,
    typer.Option(envvar="ROWGATE_OWNER_DATABASE_URL", help="The database, as the owner: postgresql://owner@host/name."),
]


@app.command()
def sql(
    catalog: CatalogArgument,
    role: RoleOption,
    owner: OwnerOption = None,
    schema: SchemaOption = "public",
    *,
    unsigned: UnsignedOption = False,
    drop: Annotated[bool, typer.Option("--drop", help="Print what takes the wall down instead.")] = False,
) -> None:
    """Print the SQL that makes the wall, in one transaction. Asks no database; signing keys are not in it.

    Example: rowgate policy sql app.policies:catalog --role app | psql -v ON_ERROR_STOP=1
    """
    from rowgate.cli.walls import wall_of

    wall = wall_of(catalog, role=role, owner=owner, schema=schema, unsigned=unsigned)
    typer.echo("BEGIN;")
    for statement in wall.undo() if drop else wall.sql():
        typer.echo(f"{statement};")
    typer.echo("COMMIT;")
    for key, sentences in wall.unsaid.items():
        for sentence in sentences:
            typer.echo(f"note: {key[1]}: {sentence}", err=True)
    for told in wall.per_row:
        typer.echo(f"note: {told}", err=True)


@app.command()
def diff(
    catalog: CatalogArgument,
    role: RoleOption,
    url: UrlOption,
    owner: OwnerOption = None,
    schema: SchemaOption = "public",
    *,
    unsigned: UnsignedOption = False,
) -> None:
    """Print what stands in the database (-) and what the catalog says should (+). Changes nothing."""
    from rowgate.cli.walls import compared, wall_of

    found = compared(url, wall_of(catalog, role=role, owner=owner, schema=schema, unsigned=unsigned))
    for one in found:
        typer.echo(str(one))
    if not found:
        typer.echo("The database does what the catalog says.")


@app.command()
def check(
    catalog: CatalogArgument,
    role: RoleOption,
    url: UrlOption,
    owner: OwnerOption = None,
    schema: SchemaOption = "public",
    *,
    unsigned: UnsignedOption = False,
) -> None:
    """Exit with 1 if the database does not do what the catalog says, for use in CI. Changes nothing."""
    from rowgate.cli.walls import compared, wall_of

    found = compared(url, wall_of(catalog, role=role, owner=owner, schema=schema, unsigned=unsigned))
    for one in found:
        typer.echo(str(one), err=True)
    if found:
        typer.echo(f"{len(found)} differences [RG501: docs/errors.md#rg501]", err=True)
        raise typer.Exit(1)
    typer.echo("The database does what the catalog says.")
