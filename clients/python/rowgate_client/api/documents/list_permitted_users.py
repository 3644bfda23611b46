from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx2 as httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.list_permitted_users_action import ListPermittedUsersAction
from ...models.problem import Problem
from ...models.user_page import UserPage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    document_id: UUID,
    *,
    action: ListPermittedUsersAction | Unset = ListPermittedUsersAction.READ,
    limit: int | Unset = 20,
    cursor: None | str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_action: str | Unset = UNSET
    if not isinstance(action, Unset):
        json_action = action.value

    params["action"] = json_action

    params["limit"] = limit

    json_cursor: None | str | Unset
    if isinstance(cursor, Unset):
        json_cursor = UNSET
    else:
        json_cursor = cursor
    params["cursor"] = json_cursor

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/documents/{document_id}/permissions".format(
            document_id=quote(str(document_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Problem | UserPage | None:
    if response.status_code == 200:
        response_200 = UserPage.from_dict(response.json())

        return response_200

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())

        return response_401

    if response.status_code == 404:
        response_404 = Problem.from_dict(response.json())

        return response_404

    if response.status_code == 422:
        response_422 = Problem.from_dict(response.json())

        return response_422

    if response.status_code == 503:
        response_503 = Problem.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Problem | UserPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    document_id: UUID,
    *,
    client: AuthenticatedClient,
    action: ListPermittedUsersAction | Unset = ListPermittedUsersAction.READ,
    limit: int | Unset = 20,
    cursor: None | str | Unset = UNSET,
) -> Response[Problem | UserPage]:
    """List Permitted Users

     List who may do this to a document, with all roles; of them, whom whoever asks may see: all for an
    admin.

    Args:
        document_id (UUID):
        action (ListPermittedUsersAction | Unset): What would be done; the last two include
            reading. Default: ListPermittedUsersAction.READ.
        limit (int | Unset): How many at the most. Default: 20.
        cursor (None | str | Unset): `next_cursor` of the page before, or the one in a link of
            `Link`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | UserPage]
    """

    kwargs = _get_kwargs(
        document_id=document_id,
        action=action,
        limit=limit,
        cursor=cursor,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    document_id: UUID,
    *,
    client: AuthenticatedClient,
    action: ListPermittedUsersAction | Unset = ListPermittedUsersAction.READ,
    limit: int | Unset = 20,
    cursor: None | str | Unset = UNSET,
) -> Problem | UserPage | None:
    """List Permitted Users

     List who may do this to a document, with all roles; of them, whom whoever asks may see: all for an
    admin.

    Args:
        document_id (UUID):
        action (ListPermittedUsersAction | Unset): What would be done; the last two include
            reading. Default: ListPermittedUsersAction.READ.
        limit (int | Unset): How many at the most. Default: 20.
        cursor (None | str | Unset): `next_cursor` of the page before, or the one in a link of
            `Link`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | UserPage
    """

    return sync_detailed(
        document_id=document_id,
        client=client,
        action=action,
        limit=limit,
        cursor=cursor,
    ).parsed


async def asyncio_detailed(
    document_id: UUID,
    *,
    client: AuthenticatedClient,
    action: ListPermittedUsersAction | Unset = ListPermittedUsersAction.READ,
    limit: int | Unset = 20,
    cursor: None | str | Unset = UNSET,
) -> Response[Problem | UserPage]:
    """List Permitted Users

     List who may do this to a document, with all roles; of them, whom whoever asks may see: all for an
    admin.

    Args:
        document_id (UUID):
        action (ListPermittedUsersAction | Unset): What would be done; the last two include
            reading. Default: ListPermittedUsersAction.READ.
        limit (int | Unset): How many at the most. Default: 20.
        cursor (None | str | Unset): `next_cursor` of the page before, or the one in a link of
            `Link`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | UserPage]
    """

    kwargs = _get_kwargs(
        document_id=document_id,
        action=action,
        limit=limit,
        cursor=cursor,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    document_id: UUID,
    *,
    client: AuthenticatedClient,
    action: ListPermittedUsersAction | Unset = ListPermittedUsersAction.READ,
    limit: int | Unset = 20,
    cursor: None | str | Unset = UNSET,
) -> Problem | UserPage | None:
    """List Permitted Users

     List who may do this to a document, with all roles; of them, whom whoever asks may see: all for an
    admin.

    Args:
        document_id (UUID):
        action (ListPermittedUsersAction | Unset): What would be done; the last two include
            reading. Default: ListPermittedUsersAction.READ.
        limit (int | Unset): How many at the most. Default: 20.
        cursor (None | str | Unset): `next_cursor` of the page before, or the one in a link of
            `Link`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | UserPage
    """

    return (
        await asyncio_detailed(
            document_id=document_id,
            client=client,
            action=action,
            limit=limit,
            cursor=cursor,
        )
    ).parsed
