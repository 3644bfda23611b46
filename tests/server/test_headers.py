"""The headers for browsers: what may load, who may frame, what is stored, and which other origins may call."""

import base64
import hashlib
import re

import pytest

from conftest import Logins
from rowgate.server.settings import SettingsError, load_settings
from server.world import Door, World, problem, serving, settings_for

ORIGIN = "https://app.example.org"


async def test_every_answer_has_them(standing: Door, world: World) -> None:
    """Success and every error: nothing is sniffed, nothing loads, nobody frames it, nobody is told where one was."""
    free, visitor = await standing.log_in("free"), await standing.client()
    answers = [
        await free.get("/documents"),
        await visitor.get("/documents"),
        await free.get(f"/documents/{world.doc('other private free kept').id}"),
        await visitor.get("/nothing"),
        await visitor.get("/openapi.json"),
    ]
    for answer in answers:
        assert ("nosniff", "no-referrer") == (
            answer.headers["x-content-type-options"],
            answer.headers["referrer-policy"],
        )
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "strict-transport-security" not in answer.headers


async def test_what_comes_of_a_token_is_not_stored(standing: Door, world: World) -> None:
    """With a token, right or wrong, nothing is stored on the way; what everybody gets may be."""
    free, wrong, visitor = await standing.log_in("free"), await standing.client("wrong"), await standing.client()
    key = world.doc("free public free kept").id
    for answer in (await free.get("/documents"), await free.get(f"/documents/{key}"), await wrong.get("/documents")):
        assert "no-store" == answer.headers["cache-control"]
    assert "cache-control" not in (await visitor.get("/openapi.json")).headers


async def test_https_is_remembered_if_set(database: Logins) -> None:
    """Strict-Transport-Security has the seconds of the setting."""
    async with serving(settings_for(database, hsts_seconds=31_536_000)) as door:
        answer = await (await door.client()).get("/health")
    assert "max-age=31536000; includeSubDomains" == answer.headers["strict-transport-security"]


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/oauth2-redirect"])
async def test_pages_come_from_here_alone(standing: Door, path: str) -> None:
    """A page's policy names this server and the hash of each script in it; each file that it names is here."""
    visitor = await standing.client()
    page = await visitor.get(path)
    assert 200 == page.status_code
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    written = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    hashes = {f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in written}
    assert {"'self'", *hashes} == set(policy["script-src"].split())
    assert "'none'" == policy["default-src"] == policy["frame-ancestors"]
    assert not re.findall(r"https?://[^\s\"'<]+", re.sub(r"<noscript>.*?</noscript>", "", page.text, flags=re.DOTALL))
    files = re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=\"([^\"]+)\"", page.text)
    assert all(file.startswith("/") for file in files)
    for file in files:
        assert 200 == (await visitor.get(file)).status_code, file
    assert files or path.endswith("redirect")


async def test_no_other_origin_by_default(standing: Door) -> None:
    """Without the setting no origin may call: neither asked before, nor told after."""
    visitor = await standing.client()
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}
    for answer in (await visitor.options("/documents", headers=asked), await visitor.get("/health", headers=asked)):
        assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_named_origins_may_call(database: Logins) -> None:
    """An origin that is named gets leave, with our headers; errors have it too; another one gets none; never credentials."""
    async with serving(settings_for(database, cors_origins=f"{ORIGIN}, http://localhost:3000")) as door:
        visitor = await door.client()
        asked = {
            "Origin": ORIGIN,
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization, content-type, if-match, idempotency-key, x-request-id",
        }
        allowed = await visitor.options("/documents", headers=asked)
        assert (200, ORIGIN) == (allowed.status_code, allowed.headers["access-control-allow-origin"])
        refused = await visitor.get("/documents", headers={"Origin": ORIGIN})
        assert (401, ORIGIN) == (refused.status_code, refused.headers["access-control-allow-origin"])
        assert {"ETag", "Link", "Location", "X-Request-ID"} <= set(
            refused.headers["access-control-expose-headers"].split(", ")
        )
        problem(refused)
        for other in ("https://app.example.org.evil.example", "http://app.example.org", "null"):
            answer = await visitor.options("/documents", headers={**asked, "Origin": other})
            assert 400 == answer.status_code
            assert "access-control-allow-origin" not in answer.headers
        assert "access-control-allow-credentials" not in allowed.headers


@pytest.mark.parametrize("wrong", ["example.org", "https://example.org/", "https://", "https://a b", "ftp://x", "a,*"])
def test_origins_are_checked(wrong: str) -> None:
    """What is no origin is refused at start, not ignored for ever."""
    with pytest.raises(SettingsError, match="ROWGATE_CORS_ORIGINS"):
        load_settings(cors_origins=wrong)
