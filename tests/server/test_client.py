"""The typed client against the real application: what a program does with the API, without a path or a key by hand."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, TypeVar

import httpx2
import pytest

from rowgate_client import AuthenticatedClient, Client
from rowgate_client.api.audit import export_audit, list_audit
from rowgate_client.api.auth import create_token, log_out, refresh_token
from rowgate_client.api.configurations import create_configuration, grant_configuration, list_my_configurations
from rowgate_client.api.documents import (
    create_document,
    delete_document,
    export_documents,
    get_document,
    import_documents,
    list_documents,
    list_permitted_users,
    share_with_user,
    update_document,
)
from rowgate_client.api.users import get_me
from rowgate_client.models import (
    AuditPage,
    BodyCreateToken,
    ConfigurationIn,
    ConfigurationOut,
    ConfigurationPage,
    DocumentIn,
    DocumentOut,
    DocumentPage,
    DocumentPatch,
    DocumentRow,
    ExportDocumentsFormat,
    GrantIn,
    GrantOut,
    Imported,
    ListDocumentsIncludeItem,
    ListPermittedUsersAction,
    Problem,
    RefreshIn,
    ShareIn,
    ShareLevel,
    ShareOut,
    Token,
    UserOut,
    UserPage,
)
from rowgate_client.types import UNSET, File
from server.world import PASSWORD, Door, World

T = TypeVar("T")
HOST = "http://rowgate.test"


class Clients:
    """Typed clients of one running application."""

    def __init__(self, door: Door, stack: AsyncExitStack) -> None:
        self._transport = httpx2.ASGITransport(app=door.app, raise_app_exceptions=False)
        self._stack = stack

    async def anonymous(self) -> Client:
        """Return a client of nobody."""
        made = Client(base_url=HOST, raise_on_unexpected_status=True, httpx_args={"transport": self._transport})
        return await self._stack.enter_async_context(made)

    async def bearing(self, token: str) -> AuthenticatedClient:
        """Return a client with an access token."""
        made = AuthenticatedClient(
            base_url=HOST, token=token, raise_on_unexpected_status=True, httpx_args={"transport": self._transport}
        )
        return await self._stack.enter_async_context(made)

    async def token(self, name: str) -> Token:
        """Log in."""
        form = BodyCreateToken(username=name, password=PASSWORD)
        return a(Token, await create_token.asyncio(client=await self.anonymous(), body=form))

    async def log_in(self, name: str) -> AuthenticatedClient:
        """Return a client that is logged in."""
        return await self.bearing((await self.token(name)).access_token)


@pytest.fixture
async def clients(door: Door) -> AsyncIterator[Clients]:
    """Give typed clients of the running application."""
    async with AsyncExitStack() as stack:
        yield Clients(door, stack)


def a(kind: type[T], found: Any) -> T:
    """Return an answer that is of this kind."""
    assert isinstance(found, kind), found
    return found


async def test_log_in_refresh_and_log_out(clients: Clients, world: World) -> None:
    """A log-in gives tokens, a refresh the next ones; after the log-out the token is a problem, typed as one."""
    begun = await clients.token("free")
    client = await clients.bearing(begun.access_token)
    me = a(UserOut, await get_me.asyncio(client=client))
    assert ("free", world.users["free"], ["free_user"]) == (me.username, me.id, me.roles)
    body = RefreshIn(refresh_token=begun.refresh_token)
    following = a(Token, await refresh_token.asyncio(client=await clients.anonymous(), body=body))
    await log_out.asyncio(client=await clients.bearing(following.access_token))
    over = a(Problem, await get_me.asyncio(client=client))
    assert (401, "Unauthorized") == (over.status, over.title)


async def test_documents(clients: Clients, world: World) -> None:
    """Made, listed with permissions, changed, deleted; what a change leaves out stays, also where it has a default."""
    client = await clients.log_in("free")
    made = a(
        DocumentOut,
        await create_document.asyncio(client=client, body=DocumentIn(title="Mine", content="text", is_public=False)),
    )
    assert (world.users["free"], False) == (made.owner_id, made.is_public)
    assert (datetime.now(UTC) - made.created_at).total_seconds() < 60
    page = a(
        DocumentPage,
        await list_documents.asyncio(client=client, limit=1, include=[ListDocumentsIncludeItem.PERMISSIONS]),
    )
    newest = page.items[0]
    assert made.id == newest.id
    assert newest.permissions
    assert newest.permissions.delete
    following = a(DocumentPage, await list_documents.asyncio(client=client, limit=1, cursor=page.next_cursor))
    assert made.id != following.items[0].id
    changed = a(
        DocumentOut, await update_document.asyncio(made.id, client=client, body=DocumentPatch(title="Still mine"))
    )
    assert ("Still mine", "text", False) == (changed.title, changed.content, changed.is_public)
    assert 204 == (await delete_document.asyncio_detailed(made.id, client=client)).status_code
    assert 404 == a(Problem, await get_document.asyncio(made.id, client=client)).status


async def test_bulk(clients: Clients) -> None:
    """A file goes in and comes out; a bad line is told with its number."""
    client = await clients.log_in("free")
    file = File(payload=BytesIO(b"title,content\r\nFirst,one\r\n,none\r\nLast,two\r\n"))
    done = a(Imported, await import_documents.asyncio(client=client, body=file))
    assert (2, 1, [3]) == (done.stored, done.refused, [bad.line for bad in done.problems])
    exported = a(File, await export_documents.asyncio(client=client, format_=ExportDocumentsFormat.CSV))
    assert b"Last,two" in exported.payload.read()


async def test_shares(clients: Clients, world: World) -> None:
    """What its owner shares another one sees, at its level and no more; an admin sees who may."""
    owner, free, admin = [await clients.log_in(name) for name in ("other", "free", "admin")]
    document, reader = world.doc("other private free kept").id, world.users["free"]
    assert 404 == a(Problem, await get_document.asyncio(document, client=free)).status
    body = ShareIn(level=ShareLevel.VIEWER, expires_at=datetime(2100, 1, 1, tzinfo=UTC))
    share = a(ShareOut, await share_with_user.asyncio(document, reader, client=owner, body=body))
    assert (reader, ShareLevel.VIEWER, 2100) == (share.user_id, share.level, a(datetime, share.expires_at).year)
    row = a(DocumentRow, await get_document.asyncio(document, client=free))
    assert (document, UNSET) == (row.id, row.permissions)
    denied = a(Problem, await update_document.asyncio(document, client=free, body=DocumentPatch(title="Theirs")))
    assert (403, "RG201") == (denied.status, denied.code)
    may = {
        action: [user.username for user in a(UserPage, found).items]
        for action in (ListPermittedUsersAction.READ, ListPermittedUsersAction.UPDATE)
        for found in [await list_permitted_users.asyncio(document, client=admin, action=action)]
    }
    assert {"read": {"free", "other", "admin"}, "update": {"other"}} == {k.value: set(v) for k, v in may.items()}


async def test_configurations(clients: Clients) -> None:
    """An admin grants a value to a role; who has that role finds it among hers, as it was stored."""
    admin, free = await clients.log_in("admin"), await clients.log_in("free")
    value = {"sizes": [1, 2.5, None], "deep": {"é": True}}
    made = a(
        ConfigurationOut,
        await create_configuration.asyncio(client=admin, body=ConfigurationIn(name="sizes", value=value)),
    )
    body = GrantIn(access_level=2)
    grant = a(GrantOut, await grant_configuration.asyncio(made.id, "free_user", client=admin, body=body))
    assert ("sizes", "free_user", 2) == (grant.configuration, grant.role, grant.access_level)
    mine = a(ConfigurationPage, await list_my_configurations.asyncio(client=free, access_level=2))
    assert [("sizes", value, 2)] == [(one.name, one.value, one.access_level) for one in mine.items]


async def test_audit(clients: Clients) -> None:
    """What was done is a line, in the list as in the export."""
    admin = await clients.log_in("admin")
    await create_configuration.asyncio(client=admin, body=ConfigurationIn(name="told", value=1))
    page = a(AuditPage, await list_audit.asyncio(client=admin, limit=1))
    exported = a(File, await export_audit.asyncio(client=admin))
    assert str(page.items[0].id) in exported.payload.read().splitlines()[-1].decode()


async def test_an_invalid_request_says_where(clients: Clients) -> None:
    """What is wrong with a request is typed too."""
    client = await clients.log_in("free")
    found = a(Problem, await create_document.asyncio(client=client, body=DocumentIn(title="", content="text")))
    assert isinstance(found.errors, list)
    assert (422, ["body.title"]) == (found.status, [one.where for one in found.errors])
