"""The OpenAPI document: what FastAPI finds out by itself, and what every answer of this server has in common.

FastAPI has a place for it, `app.openapi`: https://fastapi.tiangolo.com/how-to/extending-openapi/.
"""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
SCHEMAS = "#/components/schemas/"

Described = dict[str, Any]


def describe(app: FastAPI, shapes: Described, of_a_body: Described) -> None:
    """Add to the OpenAPI document what no endpoint says for itself.

    Args:
        app: the application.
        shapes: schemas that answers refer to, by name.
        of_a_body: the answers that each operation with a body may give.
    """
    found: Callable[[], Described] = app.openapi

    def openapi() -> Described:
        if app.openapi_schema is None:
            document = found()
            document["components"]["schemas"].update(shapes)
            for operation in operations(document):
                if "requestBody" in operation:
                    operation["responses"] = {**of_a_body, **operation["responses"]}
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def operations(document: Described) -> Iterator[Described]:
    """Give the operations of an OpenAPI document."""
    for path in document["paths"].values():
        yield from (operation for method, operation in path.items() if method in METHODS)


def without_defaults(schema: Described) -> None:
    """Take the defaults out of the schema of a change: a client that fills them in would change what it left out."""
    for name in schema["properties"]:
        schema["properties"][name].pop("default", None)
