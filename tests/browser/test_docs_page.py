"""The `/docs` page in a real browser: it loads from the server alone, and its log-in works."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.async_api import Page, Request, async_playwright

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"
"""ReDoc draws its maker's logo from there, and takes no other address."""

# A machine without a browser says so. CI installs one, and fails without it.
pytestmark = pytest.mark.skipif(
    CHROMIUM is None and "CI" not in os.environ, reason="no Chromium: install it, or name it in CHROMIUM"
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Run the real server with demo data; give its address."""
    with TemporaryDirectory(prefix="rowgate-test-", ignore_cleanup_errors=True) as folder:
        command = [str(Path(sys.executable).with_name("rowgate")), "serve", "--demo", "--port", "0"]
        environment = {**os.environ, "ROWGATE_DATA_DIR": f"{folder}/data", "NO_COLOR": "1", "COLUMNS": "200"}
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
            assert server.stderr is not None
            found = next(line.split()[3] for line in server.stderr if "serves on" in line)
            yield found
            server.terminate()
            server.stderr.read()


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """Open an empty page."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        page = await browser.new_page()
        page.set_default_timeout(120_000)  # in milliseconds; a busy machine draws slowly
        yield page
        await browser.close()


async def test_docs_page_logs_in_and_lists_documents(address: str, page: Page) -> None:
    """The OAuth 2 password form of /docs gets a token that lists the documents of whoever logged in."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    await page.goto(f"{address}/docs")
    await page.click("button.authorize")
    await page.fill("input#oauth_username, input[name=username]", "free")
    await page.fill("input#oauth_password, input[name=password]", "rowgate-demo")
    await page.click(".auth-container button.authorize")
    await page.wait_for_selector("text=Logout")
    await page.click("button.btn-done")
    await page.click("#operations-documents-list_documents")
    await page.click("#operations-documents-list_documents button.try-out__btn")
    await page.click("#operations-documents-list_documents button.execute")
    body = page.locator("#operations-documents-list_documents .live-responses-table .highlight-code").first
    await body.wait_for()
    assert "Free document 2000" in await body.inner_text()
    assert [] == [url for url in asked if not url.startswith((address, "data:"))]


async def test_docs_page_without_log_in_is_401(address: str, page: Page) -> None:
    """Without a log-in the same button answers 401."""
    await page.goto(f"{address}/docs")
    await page.click("#operations-documents-list_documents")
    await page.click("#operations-documents-list_documents button.try-out__btn")
    await page.click("#operations-documents-list_documents button.execute")
    status = page.locator("#operations-documents-list_documents .live-responses-table tbody .response-col_status").first
    await status.wait_for()
    assert "401" == (await status.inner_text()).split()[0]


@pytest.mark.parametrize(("path", "drawn"), [("/docs", "#operations-documents-list_documents"), ("/redoc", "h1")])
async def test_pages_are_drawn_within_their_policy(address: str, page: Page, path: str, drawn: str) -> None:
    """Both pages are drawn from what this server answers alone; their policy stops the one thing that ReDoc asks others."""
    answered: list[str] = []
    said: list[str] = []
    page.on("response", lambda response: answered.append(response.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    await page.goto(f"{address}{path}")
    await page.wait_for_selector(drawn)
    await page.wait_for_load_state("networkidle")
    stopped = [one for one in said if "Content Security Policy" in one or "Error" in one]
    assert [] == [one for one in stopped if LOGO not in one]
    assert (path == "/redoc") == bool(stopped)
    assert [] == [url for url in answered if not url.startswith((address, "data:", "blob:"))]
