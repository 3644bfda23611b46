"""Ask a demo server for its documents as three people, and see three different lists.

Start the server in another terminal, with demo data:

    rowgate serve --demo

It needs nothing but Python's standard library:

    python examples/three_lists.py
    python examples/three_lists.py http://127.0.0.1:8123
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

PASSWORD = "rowgate-demo"
TIMEOUT = 30  # seconds for one answer
PAGE = 100


@dataclass(frozen=True)
class Expected:
    """Who asks for what, and how many documents the demo data hold for it."""

    user: str
    count: int
    include: str | None = None


# 2,000 documents of each kind: free, paid, private, deleted. The 103 users own some of each: free and paid own 20 of
# each kind, so they see their 20 private ones too, and free the 20 of its own that need payment.
LISTS = (
    Expected("free", 2040),
    Expected("paid", 4020),
    Expected("admin", 6000),
    Expected("admin", 8000, include="deleted"),
)


class Failure(Exception):
    """The server did not answer as a demo server does; the text says what to do."""


def main() -> int:
    """Print a table of counts, and return 1 if one is not as expected."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument(
        "base_url",
        nargs="?",
        default="http://127.0.0.1:8000",
        type=_http_url,
        help="where the server is (default: %(default)s)",
    )
    base = parser.parse_args().base_url
    try:
        return _compare(base)
    except Failure as failure:
        print(f"three_lists: {failure}", file=sys.stderr)
        return 1


def _compare(base: str) -> int:
    tokens = {user: _log_in(base, user) for user in dict.fromkeys(one.user for one in LISTS)}
    differ = False
    print(f"{'who asks':<10} {'include':<8} {'documents':>9} {'expected':>9}")
    for one in LISTS:
        found = sum(1 for _ in _documents(base, tokens[one.user], include=one.include))
        same = found == one.count
        differ |= not same
        print(f"{one.user:<10} {one.include or '-':<8} {found:>9} {one.count:>9}{'' if same else '  differs'}")
    if differ:
        print("three_lists: the counts are those of fresh demo data; were documents added or deleted?", file=sys.stderr)
    return 1 if differ else 0


def _log_in(base: str, user: str) -> str:
    form = urlencode({"username": user, "password": PASSWORD}).encode()
    try:
        return str(_ask(Request(f"{base}/auth/token", data=form))["access_token"])
    except HTTPError as error:
        if error.code == HTTPStatus.UNAUTHORIZED:
            raise Failure(f"{user} may not log in: was the server started with --demo?") from None
        raise Failure(f"{base}/auth/token answered {error.code}: is it a Rowgate server?") from None


def _documents(base: str, token: str, *, include: str | None) -> Iterator[dict[str, Any]]:
    """Give every document that the list has, page by page."""
    query: dict[str, Any] = {"limit": PAGE} | ({"include": include} if include else {})
    while True:
        url = f"{base}/documents?{urlencode(query)}"
        try:
            page = _ask(Request(url, headers={"Authorization": f"Bearer {token}"}))
        except HTTPError as error:
            raise Failure(f"{url} answered {error.code}") from None
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        query["cursor"] = page["next_cursor"]


def _ask(request: Request) -> dict[str, Any]:
    try:
        with urlopen(request, timeout=TIMEOUT) as answer:
            found = json.load(answer)
    except HTTPError:
        raise
    except URLError as error:
        raise Failure(f"{request.host} does not answer ({error.reason}); start it with: rowgate serve --demo") from None
    except (ValueError, OSError):
        raise Failure(f"{request.full_url} gave no answer that can be read: is it a Rowgate server?") from None
    if not isinstance(found, dict):
        raise Failure(f"{request.full_url} gave no answer that can be read: is it a Rowgate server?")
    return found


def _http_url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"{text!r} does not begin with http:// or https://")
    return text.rstrip("/")


if __name__ == "__main__":
    sys.exit(main())
