"""What Schemathesis takes for a fault is excused where it is none, and nowhere else."""

from typing import Any

import pytest
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.core.result import Ok

from server.apifuzz.excuses import is_short

TEXT = {"type": "string", "minLength": 1, "maxLength": 100_000}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "one operation", "version": "1"},
    "paths": {
        "/texts": {
            "post": {
                "requestBody": {
                    "content": {"application/json": {"schema": {"type": "object", "properties": {"text": TEXT}}}}
                },
                "responses": {"201": {"description": "made"}},
            }
        }
    },
}


@pytest.mark.parametrize(
    ("violated", "length", "excused"),
    [("maxLength", 100_000, True), ("maxLength", 100_001, False), ("minLength", 1, False), ("minLength", 0, False)],
)
def test_only_a_text_that_is_not_too_long_is_excused(violated: str, length: int, excused: bool) -> None:
    """A text as long as it may be is not too long, whatever is said of it; one that is longer must be refused."""
    (found,) = schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()
    assert isinstance(found, Ok)
    case = found.ok().Case(body={"text": "x" * length}, media_type="application/json")
    said = f"Invalid component: in body - violates `{violated}` at /properties/text"
    failure = AcceptedNegativeData(operation="POST /texts", message=said, status_code=201, expected_statuses=["422"])
    assert excused == is_short(failure, case)
