"""Log-in: a name and a password for an access token, and nothing learnt by guessing."""

import logging
from typing import Any

import httpx2
import jwt
import pytest

from conftest import Logins
from server.world import KEY, PASSWORD, Door, World, problem, query


@pytest.fixture
def door(standing: Door) -> Door:
    """Give the application that all tests here share: they store nothing."""
    return standing


async def attempt(client: httpx2.AsyncClient, **form: str) -> httpx2.Response:
    """Send the form."""
    return await client.post("/auth/token", data=form)


async def test_token(client: httpx2.AsyncClient, world: World) -> None:
    """The right password gives a bearer token in OAuth 2's shape, short, not to be cached, with its claims."""
    answer = await attempt(client, username="free", password=PASSWORD, grant_type="password")
    assert (200, "no-store") == (answer.status_code, answer.headers["cache-control"])
    body = answer.json()
    assert {"access_token", "token_type", "expires_in", "refresh_token", "scope"} == set(body)
    assert ("bearer", 900, None) == (body["token_type"], body["expires_in"], body["scope"])
    claims = jwt.decode(body["access_token"], KEY, algorithms=["HS256"], audience="rowgate", issuer="rowgate")
    assert {"sub", "iat", "exp", "iss", "aud", "jti", "typ", "sid"} == set(claims)
    assert (str(world.users["free"]), 900, "access") == (claims["sub"], claims["exp"] - claims["iat"], claims["typ"])


async def test_token_opens(door: Door) -> None:
    """The token is what the other endpoints take."""
    client = await door.client(await door.token("free"))
    assert "free" == (await client.get("/users/me")).json()["username"]


@pytest.mark.parametrize("name", ["FREE", "Free", "fReE"])
async def test_name_has_no_case(client: httpx2.AsyncClient, name: str) -> None:
    """The name is the same name in any case."""
    assert 200 == (await attempt(client, username=name, password=PASSWORD)).status_code


async def test_no_enumeration(client: httpx2.AsyncClient) -> None:
    """A wrong password, an unknown name, an inactive user and impossible input give one answer, byte for byte."""
    forms = [
        {"username": "free", "password": "wrong password"},
        {"username": "free", "password": PASSWORD.upper()},
        {"username": "free", "password": PASSWORD + "\0"},
        {"username": "free", "password": "x" * 1025},
        {"username": "free", "password": "x" * 900_000},
        {"username": "nobody-here", "password": PASSWORD},
        {"username": "inactive", "password": PASSWORD},
        {"username": "free\0", "password": PASSWORD},
        {"username": "free ", "password": PASSWORD},
        {"username": "x" * 900_000, "password": PASSWORD},
        {"username": "%", "password": PASSWORD},
        {"username": "free@example.org", "password": PASSWORD},
    ]
    client.headers["X-Request-ID"] = "the-same"  # an answer names its request
    answers = [await attempt(client, **form) for form in forms]
    expected = problem(answers[0])
    assert (401, "The name or the password is wrong.") == (expected["status"], expected["detail"])
    assert {"Bearer"} == {answer.headers["www-authenticate"] for answer in answers}
    assert [expected] * len(forms) == [problem(answer) for answer in answers]
    assert 1 == len({answer.content for answer in answers})


@pytest.mark.parametrize("field", ["username", "password"])
@pytest.mark.parametrize("charset", ["utf-8", "unicode_escape", "utf-16", "no-such-charset"])
async def test_strange_charsets(client: httpx2.AsyncClient, charset: str, field: str) -> None:
    """A multipart form may name its own charset, even one that makes lone surrogates: a wrong log-in, no error."""
    values = {"username": "free", "password": PASSWORD, field: "\\ud800"}
    parts = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in values.items()
    )
    content_type = f"multipart/form-data; boundary=b; charset={charset}"
    answer = await client.post(
        "/auth/token", content=(parts + "--b--\r\n").encode(), headers={"Content-Type": content_type}
    )
    problem(answer)
    assert answer.status_code in (400, 401, 422)


@pytest.mark.parametrize(
    "form", [{}, {"username": "free"}, {"password": PASSWORD}, {"username": "", "password": ""}], ids=str
)
async def test_missing_fields(client: httpx2.AsyncClient, form: dict[str, str]) -> None:
    """A form without a name or a password is 422 and names what is missing, not what was sent."""
    answer = await attempt(client, **form)
    assert 422 == answer.status_code
    missing = {f"body.{name}" for name in ("username", "password") if not form.get(name)}
    assert missing == {error["where"] for error in problem(answer)["errors"]}
    assert PASSWORD not in answer.text


@pytest.mark.parametrize(
    "request_", [{"json": {"username": "free", "password": PASSWORD}}, {"content": b"\xff\xfe"}, {}], ids=str
)
async def test_other_bodies(client: httpx2.AsyncClient, request_: dict[str, Any]) -> None:
    """JSON, bytes or nothing in place of the form is 422."""
    answer = await client.post("/auth/token", **request_)
    assert 422 == answer.status_code
    assert PASSWORD not in str(problem(answer))


async def test_other_grant_type(client: httpx2.AsyncClient) -> None:
    """A grant that the server does not know is refused before the password is looked at."""
    answer = await attempt(client, username="free", password=PASSWORD, grant_type="client_credentials")
    assert 422 == answer.status_code
    problem(answer)


async def test_hash_and_password_go_nowhere(
    door: Door, standing_database: Logins, hashed: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the hash nor a password appears in an answer or in the log, whatever is asked."""
    with caplog.at_level(logging.DEBUG):
        client = await door.log_in("free")
        texts = [
            (await client.get(path)).text
            for path in ("/users/me", "/documents", "/documents?include=deleted", "/openapi.json", "/health/ready")
        ]
        texts.append((await attempt(client, username="free", password="a wrong secret")).text)
    logged = "\n".join(f"{entry.getMessage()} {entry.exc_text or ''}" for entry in caplog.records)
    assert [(hashed,)] == query(standing_database.owner, "SELECT DISTINCT hashed_password FROM users")
    for secret in (hashed, "$argon2", "hashed_password", PASSWORD, "a wrong secret"):
        assert not [text for text in texts if secret in text], secret
    for secret in (hashed, "$argon2", PASSWORD, "a wrong secret"):
        assert secret not in logged


async def test_log_in_is_audited(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """What a log-in does past the policies leaves lines in the audit, and nothing else does."""
    with caplog.at_level(logging.INFO, logger="rowgate.audit"):
        client = await door.log_in("free")
        await client.get("/users/me")
        await client.get("/documents")
    lines = [entry.message for entry in caplog.records if entry.name == "rowgate.audit"]
    assert [
        "system by the system: log in: read one password hash",
        "system by the system: log in: begin a session",
    ] == lines


async def test_log_ins_are_in_the_audit_table(door: Door, standing_database: Logins, world: World) -> None:
    """A log-in leaves a line with its user and address; a failed one too, without the name that was typed."""
    client = await door.client()
    await attempt(client, username="nobody", password=PASSWORD)
    await attempt(client, username="nobody", password="wrong")
    await attempt(client, username="TYPED-SECRET", password="wrong")
    asked = "SELECT kind, actor_id, address FROM audit_log WHERE kind LIKE 'log-in%%' ORDER BY id DESC LIMIT 3"
    assert [
        ("log-in-failed", None, "127.0.0.1"),
        ("log-in-failed", world.users["nobody"], "127.0.0.1"),
        ("log-in", world.users["nobody"], "127.0.0.1"),
    ] == query(standing_database.owner, asked)
    assert "TYPED-SECRET" not in str(query(standing_database.owner, "SELECT audit_log::text FROM audit_log"))


async def test_docs_page_can_log_in(client: httpx2.AsyncClient) -> None:
    """The OpenAPI document names the token endpoint, so that the button of /docs works."""
    schema = (await client.get("/openapi.json")).json()
    flows = [scheme["flows"]["password"]["tokenUrl"] for scheme in schema["components"]["securitySchemes"].values()]
    assert ["auth/token"] == flows
    assert "/auth/token" in schema["paths"]
    assert 200 == (await client.get("/docs")).status_code
