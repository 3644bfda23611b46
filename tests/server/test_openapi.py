"""The OpenAPI document: whoever reads it knows every operation, every error, and what to send."""

from typing import Any

import jsonschema_rs
import pytest

from rowgate.fastapi import MEDIA_TYPE
from rowgate.server.app import create_app
from rowgate.server.described import METHODS
from rowgate.server.settings import load_settings
from server.world import KEY

DOCUMENT = create_app(load_settings(secret_key=KEY)).openapi()
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if method in METHODS
]
EACH = pytest.mark.parametrize("operation", [one for _, one in OPERATIONS], ids=[label for label, _ in OPERATIONS])


def fits(value: object, schema: dict[str, Any]) -> bool:
    """Say whether a value has the shape that the document describes."""
    return jsonschema_rs.is_valid({**schema, "components": DOCUMENT["components"]}, value, validate_formats=True)


def test_the_document_is_one_of_openapi() -> None:
    """The document is OpenAPI 3.1, and describes what the server serves."""
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert len(OPERATIONS) >= 70


def test_operation_ids_are_unique() -> None:
    """A generated client has a function for each operation."""
    ids = [operation["operationId"] for _, operation in OPERATIONS]
    assert [] == sorted({one for one in ids if ids.count(one) > 1})


@EACH
def test_operations_are_described(operation: dict[str, Any]) -> None:
    """Each operation has an id that is a name in Python, a tag and a sentence."""
    assert operation["operationId"].isidentifier()
    assert operation["tags"]
    assert operation["description"]


@EACH
def test_each_error_is_a_problem_with_an_example(operation: dict[str, Any]) -> None:
    """Each error that is documented is a problem (RFC 9457), with an example that says its own status."""
    errors = {status: answer for status, answer in operation["responses"].items() if int(status) >= 400}
    assert errors
    for status, answer in errors.items():
        assert {MEDIA_TYPE} == set(answer["content"])
        shown = answer["content"][MEDIA_TYPE]
        assert {"$ref": "#/components/schemas/Problem"} == shown["schema"]
        assert fits(shown["example"], shown["schema"])
        assert int(status) == shown["example"]["status"]
        assert shown["example"]["detail"] != shown["example"]["title"], f"no example of {status}: problems.EXAMPLES"


@EACH
def test_errors_that_an_operation_may_give_are_documented(operation: dict[str, Any]) -> None:
    """Who asks without a token gets 401, who sends a body 400, 413 and 422, and everybody 503 when nothing goes."""
    expected = {"503"} if not operation["operationId"].startswith("metrics") else set()
    if operation.get("security"):
        expected |= {"401"}
    if "requestBody" in operation:
        expected |= {"400", "413", "422"}
    if operation.get("parameters"):
        expected |= {"422"}
    assert set() == expected - set(operation["responses"])


@EACH
def test_each_body_has_an_example(operation: dict[str, Any]) -> None:
    """Each request body has an example, and the example is a right one."""
    for content in operation.get("requestBody", {"content": {}})["content"].values():
        schema = content["schema"]
        named = DOCUMENT["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
        examples = [content["example"]] if "example" in content else named.get("examples", [])
        assert examples, f"no example of the body of {operation['operationId']}"
        assert [] == [one for one in examples if not fits(one, schema)]


@EACH
def test_changes_have_no_defaults(operation: dict[str, Any]) -> None:
    """What a PATCH leaves out stays, so its schema has no defaults: a client that filled them in would change it."""
    if not operation["operationId"].startswith("update_"):
        return
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    shape = DOCUMENT["components"]["schemas"][name]
    assert {} == {field: one["default"] for field, one in shape["properties"].items() if "default" in one}
    assert "required" not in shape


def test_lists_tell_of_their_links() -> None:
    """Each list that has pages says so, in its parameters and in its headers."""
    lists = [
        operation for _, operation in OPERATIONS if "cursor" in {one["name"] for one in operation.get("parameters", [])}
    ]
    assert len(lists) >= 17
    assert [] == [one["operationId"] for one in lists if "Link" not in one["responses"]["200"].get("headers", {})]
    pages = [operation for _, operation in OPERATIONS if 'Page"' in str(operation["responses"]).replace("'", '"')]
    assert {one["operationId"] for one in pages} == {one["operationId"] for one in lists}


def test_conventions_are_described() -> None:
    """Each create, read and change of one thing tells of its tag, its precondition and its key; 304, 412 and 428 too."""
    for path in ("/documents", "/users", "/roles", "/configurations"):
        create = DOCUMENT["paths"][path]["post"]
        assert "Idempotency-Key" in {one["name"] for one in create["parameters"]}
        assert {"ETag", "Location", "Idempotency-Replayed"} == set(create["responses"]["201"]["headers"])
        assert {"404", "409", "422"} <= set(create["responses"])
        (one,) = (
            f"{path}/{{{key}}}"
            for key in ("document_id", "user_id", "role", "configuration_id")
            if f"{path}/{{{key}}}" in DOCUMENT["paths"]
        )
        read, change, delete = (DOCUMENT["paths"][one][method] for method in ("get", "patch", "delete"))
        assert "ETag" in read["responses"]["200"]["headers"]
        assert "ETag" in read["responses"]["304"]["headers"]
        assert "$ref" in str(read["responses"]["200"]["content"])
        assert "ETag" in change["responses"]["200"]["headers"]
        for operation in (change, delete):
            assert "If-Match" in {one["name"] for one in operation["parameters"]}
            assert {"412", "428"} <= set(operation["responses"])
