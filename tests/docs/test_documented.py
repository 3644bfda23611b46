"""What is public is documented, and what is documented is so: names, settings, codes, commands, constructs, links."""

import inspect
import os
import re
import tomllib
from pathlib import Path

import pytest
from pydantic import SecretStr

import rowgate
import rowgate.fastapi
from docs.documents import DOCS, OWN_PAGES, PAGES, ROOT, anchors, blocks, headings, links, rows, section, text
from docs.test_blocks import COMMANDS
from rowgate import grammar
from rowgate.errors import CODES
from rowgate.server.settings import PREFIX, SECRETS, Settings, variable_of

PUBLIC_OF_FASTAPI = [
    name
    for name, value in vars(rowgate.fastapi).items()
    if inspect.isfunction(value) and value.__module__ == "rowgate.fastapi" and not name.startswith("_")
]


def _first_cells(page: str) -> dict[str, list[str]]:
    """Return the rows of the tables of a text by their first cell, if that is one piece of code."""
    return {row[0].strip("`"): row for row in rows(page) if re.fullmatch(r"`[^`]+`", row[0])}


@pytest.mark.parametrize("name", rowgate.__all__)
def test_every_public_name_is_listed_and_explained(name: str) -> None:
    """The index lists each public name with a page, and that page speaks of it."""
    page = _first_cells(section("index.md", "Public names"))[name][-1]
    target = re.search(r"\]\(([\w-]+\.md)", page)
    assert target is not None
    assert f"`{name}" in text(target[1]) or f"{name}(" in text(target[1])


def test_the_index_lists_no_name_that_is_not_public() -> None:
    """What the index calls public is what `__all__` says, and no more."""
    assert set(_first_cells(section("index.md", "Public names"))) == set(rowgate.__all__)


@pytest.mark.parametrize("name", PUBLIC_OF_FASTAPI)
def test_every_function_for_fastapi_is_documented(name: str) -> None:
    """Each public function of `rowgate.fastapi` is explained with its arguments, by name."""
    page = section("sessions.md", "FastAPI")
    function = getattr(rowgate.fastapi, name)
    assert f"`{name}(" in page
    assert [parameter for parameter in inspect.signature(function).parameters if parameter not in page] == []


@pytest.mark.parametrize("method", ["allow", "restrict", "mask"])
def test_every_argument_of_a_rule_is_documented(method: str) -> None:
    """The page on policies names each argument of allow, restrict and mask."""
    page = section("policies.md", method.capitalize())
    names = [name for name in inspect.signature(getattr(rowgate.Policy, method)).parameters if name != "self"]
    assert [name for name in names if name not in page] == []


@pytest.mark.parametrize("method", [name for name in vars(rowgate.Catalog) if not name.startswith("_")])
def test_every_public_method_of_the_catalog_is_documented(method: str) -> None:
    """Policies, sessions or the server's page show each method of the catalog."""
    assert any(f"atalog.{method}(" in text(page) for page in ("policies.md", "sessions.md", "server.md"))


def test_every_argument_of_guarded_sessionmaker_is_documented() -> None:
    """The page on sessions names each argument in a list."""
    page = section("sessions.md", "guarded_sessionmaker")
    names = set(inspect.signature(rowgate.guarded_sessionmaker).parameters) - {"catalog"}
    assert [name for name in sorted(names) if f"* **{name}**" not in page] == []


@pytest.mark.parametrize("code", CODES)
def test_every_error_code_has_a_section(code: str) -> None:
    """Each code has a section with its meaning in the words of the code, an example, and what to do."""
    page = section("errors.md", code)
    assert CODES[code].lower() in page.lower()
    assert "```python" in page
    assert "*What to do.*" in page


def test_no_section_of_errors_has_a_code_that_does_not_exist() -> None:
    """A code that was taken away is taken out of the page."""
    assert [h for h in headings(DOCS / "errors.md") if re.fullmatch(r"RG\d+", h)] == list(CODES)


def _shown(default: object) -> str:
    if default is None:
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`"


SETTINGS = _first_cells(text("settings.md").partition("\n## ")[0])


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    """The table of settings has each variable, its default as the code has it, and a meaning."""
    variable, default, meaning = SETTINGS[variable_of(name)]
    assert variable == f"`{variable_of(name)}`"
    assert default == _shown(Settings.model_fields[name].default)
    assert len(meaning) > 5


def test_no_setting_is_documented_that_does_not_exist() -> None:
    """The table has no variable that the server would refuse."""
    assert set(SETTINGS) == {variable_of(name) for name in Settings.model_fields}


def test_the_example_environment_has_every_setting_at_its_default() -> None:
    """`.env.example` names each variable and each secret's file; what is commented out stands at its default."""
    lines = re.findall(r"^#(ROWGATE_\w+)=(.*)$", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    given = dict(lines)
    assert set(given) == {variable_of(n) for n in Settings.model_fields} | {variable_of(n) + "_FILE" for n in SECRETS}
    plain = {variable_of(n): f.default for n, f in Settings.model_fields.items() if f.default is not None}
    assert {name: given[name] for name in plain} == {name: _shown(value).strip("`") for name, value in plain.items()}


def test_the_example_environment_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every line uncommented but the files, the server would start."""
    for name in list(os.environ):
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    wanted = [line[1:] for line in example.splitlines() if line.startswith("#ROWGATE_") and "_FILE=" not in line]
    path = tmp_path / ".env"
    path.write_text("\n".join(wanted), encoding="utf-8")
    found = Settings(_env_file=path)
    assert isinstance(found.database_url, SecretStr)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_is_documented_with_its_options(command: tuple[str, ...]) -> None:
    """The page on the command line has a section for each command, an example, and each of its options."""
    page = section("cli.md", " ".join(("rowgate", *command)))
    assert "```sh" in page
    options = [name for parameter in COMMANDS[command].params for name in parameter.opts if name.startswith("--")]
    assert [option for option in options if f"* `{option}`" not in page and option != "--help"] == []


def test_no_command_is_documented_that_does_not_exist() -> None:
    """Sections of the page on the command line are commands, in the words that one types."""
    documented = {tuple(h.split()[1:]) for h in headings(DOCS / "cli.md") if h.startswith("rowgate ")}
    assert documented == set(COMMANDS)


def test_the_grammar_page_has_every_construct() -> None:
    """Refused constructs stand there with the advice of the code; checked and plain ones by name."""
    refused = section("grammar.md", "Refused")
    assert {n: row[-1] for n, row in _first_cells(refused).items() if n in grammar.REFUSED} == grammar.REFUSED
    assert set(_first_cells(section("grammar.md", "Checked"))) == grammar.CHECKED
    listed = [set(block.split()) for block in blocks(DOCS / "grammar.md", "text")]
    assert listed == [grammar.PLAIN, grammar.STABLE_FUNCTIONS, grammar.VOLATILE_FUNCTIONS, grammar.OPERATORS]
    phrases = (DOCS / "grammar.md").read_text(encoding="utf-8").split("Of more than one word: ")[1].split(".\n")[0]
    assert {word.lower() for word in re.findall("`([^`]*)`", phrases)} == grammar.PHRASES


ENDPOINT = re.compile(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^\s`?]*)[^`]*`")


def test_every_endpoint_is_documented() -> None:
    """The table of the API has each endpoint of the server, and none that it has not; so has that of INCITS 359."""
    from rowgate.server.app import create_app

    app = create_app(Settings(_env_file=None, secret_key=SecretStr("x" * 32)))
    paths = app.openapi()["paths"]
    served = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert served == set(ENDPOINT.findall(section("server.md", "API")))
    assert set(ENDPOINT.findall(section("server.md", "Roles after INCITS 359"))) <= served


@pytest.mark.parametrize("page", OWN_PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """A relative link names a file that exists, and an anchor that one of its headings makes."""
    for link in links(page):
        target, _, anchor = link.partition("#")
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(path), f"{page.name}: {link}"


def test_every_page_is_reached_from_the_index() -> None:
    """A page that the index does not link to is a page that nobody finds."""
    reached = {(DOCS / link.partition("#")[0]).resolve() for link in links(DOCS / "index.md")}
    assert [page for page in PAGES if page not in reached and page.name != "index.md"] == []


@pytest.mark.parametrize("page", sorted((DOCS / "adr").glob("*.md")), ids=lambda page: page.stem)
def test_every_decision_has_its_form(page: Path) -> None:
    """A decision has its number, a context, one sentence that can be quoted, and consequences."""
    assert re.fullmatch(rf"{page.name[:4]}: .+", headings(page)[0])
    assert headings(page)[1:] == ["Context", "Decision", "Consequences"]
    body = page.read_text(encoding="utf-8").partition("## Decision\n\n")[2]
    assert re.match(r"\*[^*]+\.\*\n", body)


def test_changelog_fragments_have_a_known_kind() -> None:
    """Towncrier ignores a fragment whose name it does not understand; this does not."""
    kinds = {row[0].strip("`") for row in rows((ROOT / "changelog.d/README.md").read_text(encoding="utf-8"))[1:]}
    names = [path.name for path in (ROOT / "changelog.d").glob("*.md") if path.name != "README.md"]
    assert names
    assert [n for n in names if not re.fullmatch(rf"(\d+|\+[\w-]+)\.({'|'.join(kinds)})(\.\d+)?\.md", n)] == []
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"].get("towncrier")
    if configured is not None:
        assert {kind["directory"] for kind in configured["type"]} == kinds


def test_the_conformance_page_counts_the_cases() -> None:
    """The numbers of cases by family are those of the suite: `python -m rowgate.testing` prints them."""
    from rowgate.testing import all_cases
    from rowgate.testing.__main__ import table

    page = text("conformance.md")
    between = re.search(r"<!-- cases -->\n(.*)<!-- /cases -->", page, re.DOTALL)
    assert between is not None
    assert between[1].strip() == table(all_cases())
