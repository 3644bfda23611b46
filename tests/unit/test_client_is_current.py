"""The typed client is made from the OpenAPI document of today."""

import runpy
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
GENERATE: dict[str, Any] = runpy.run_path(str(ROOT / "clients/generate.py"))


def test_the_client_is_as_new_as_the_openapi() -> None:
    """Whoever changes the API makes the client anew: `make client`."""
    made_from = GENERATE["DIGEST"].read_text(encoding="utf-8").strip()
    assert GENERATE["digest"](GENERATE["document"]()) == made_from, "the API has changed: run `make client`, and commit"


def test_a_changed_api_changes_the_digest_and_other_words_do_not() -> None:
    """A new field, status or parameter is another API; another sentence is not."""
    digest, described = GENERATE["digest"], GENERATE["document"]()
    role = described["components"]["schemas"]["RoleIn"]
    before = digest(described)
    role["description"] = "other words"
    role["examples"] = []
    assert digest(described) == before
    role["properties"]["description"] = {"type": "integer"}
    assert digest(described) != before
