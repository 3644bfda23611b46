from http import HTTPStatus
from typing import Any

import httpx2 as httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem import Problem
from ...models.user_page import UserPage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    q: None | str | Unset = UNSET,
    active: bool | None | Unset = UNSET,
    role: None | str | Unset = UNSET,
    has_roles: bool | None | Unset = UNSET,
    has_documents: bool | None | Unset = UNSET,
    limit: int | Unset = 20,
    cursor: None | str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_q: None | str | Unset
    if isinstance(q, Unset):
        json_q = UNSET
    else:
        json_q = q
    params["q"] = json_q

    json_active: bool | None | Unset
    if isinstance(active, Unset):
        json_active = UNSET
    else:
        json_active = active
    params["active"] = json_active

    json_role: None | str | Unset
    if isinstance(role, Unset):
        json_role = UNSET
    else:
        json_role = role
    params["role"] = json_role

    json_has_roles: bool | None | Unset
    if isinstance(has_roles, Unset):
        json_has_roles = UNSET
    else:
        json_has_roles = has_roles
    params["has_roles"] = json_has_roles

    json_has_documents: bool | None | Unset
    if isinstance(has_documents, Unset):
        json_has_documents = UNSET
    else:
        json_has_documents = has_documents
    params["has_documents"] = json_has_documents

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
        "url": "/users",
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
    *,
    client: AuthenticatedClient,
    q: None | str | Unset = UNSET,
    active: bool | None | Unset = UNSET,
    role: None | str | Unset = UNSET,
    has_roles: bool | None | Unset = UNSET,
    has_documents: bool | None | Unset = UNSET,
    limit: int | Unset = 20,
    cursor: None | str | Unset = UNSET,
) -> Response[Problem | UserPage]:
    """List Users

     List the users whom whoever asks may see, newest first: all for an admin, oneself for others.

    Args:
        q (None | str | Unset): A part of the name or the address, in any case.
        active (bool | None | Unset): Only active users, or only those who are not.
        role (None | str | Unset): Who holds this role.
        has_roles (bool | None | Unset): Who holds a role, or who holds none.
        has_documents (bool | None | Unset): Who owns documents, or who owns none.
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
        q=q,
        active=active,
        role=role,
        has_roles=has_roles,
        has_documents=has_documents,
        limit=limit,
        cursor=cursor,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    q: None | str | Unset = UNSET,
    active: bool | None | Unset = UNSET,
    role: None | str | Unset = UNSET,
    has_roles: bool | None | Unset = UNSET,
    has_documents: bool | None | Unset = UNSET,
    limit: int | Unset = 20,
    cursor: None | str | Unset = UNSET,
) -> Problem | UserPage | None:
    """List Users

     List the users whom whoever asks may see, newest first: all for an admin, oneself for others.

    Args:
        q (None | str | Unset): A part of the name or the address, in any case.
        active (bool | None | Unset): Only active users, or only those who are not.
        role (None | str | Unset): Who holds this role.
        has_roles (bool | None | Unset): Who holds a role, or who holds none.
        has_documents (bool | None | Unset): Who owns documents, or who owns none.
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
        client=client,
        q=q,
        active=active,
        role=role,
        has_roles=has_roles,
        has_documents=has_documents,
        limit=limit,
        cursor=cursor,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    q: None | str | Unset = UNSET,
    active: bool | None | Unset = UNSET,
    role: None | str | Unset = UNSET,
    has_roles: bool | None | Unset = UNSET,
    has_documents: bool | None | Unset = UNSET,
    limit: int | Unset = 20,
    cursor: None | str | Unset = UNSET,
) -> Response[Problem | UserPage]:
    """List Users

     List the users whom whoever asks may see, newest first: all for an admin, oneself for others.

    Args:
        q (None | str | Unset): A part of the name or the address, in any case.
        active (bool | None | Unset): Only active users, or only those who are not.
        role (None | str | Unset): Who holds this role.
        has_roles (bool | None | Unset): Who holds a role, or who holds none.
        has_documents (bool | None | Unset): Who owns documents, or who owns none.
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
        q=q,
        active=active,
        role=role,
        has_roles=has_roles,
        has_documents=has_documents,
        limit=limit,
        cursor=cursor,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    q: None | str | Unset = UNSET,
    active: bool | None | Unset = UNSET,
    role: None | str | Unset = UNSET,
    has_roles: bool | None | Unset = UNSET,
    has_documents: bool | None | Unset = UNSET,
    limit: int | Unset = 20,
    cursor: None | str | Unset = UNSET,
) -> Problem | UserPage | None:
    """List Users

     List the users whom whoever asks may see, newest first: all for an admin, oneself for others.

    Args:
        q (None | str | Unset): A part of the name or the address, in any case.
        active (bool | None | Unset): Only active users, or only those who are not.
        role (None | str | Unset): Who holds this role.
        has_roles (bool | None | Unset): Who holds a role, or who holds none.
        has_documents (bool | None | Unset): Who owns documents, or who owns none.
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
            client=client,
            q=q,
            active=active,
            role=role,
            has_roles=has_roles,
            has_documents=has_documents,
            limit=limit,
            cursor=cursor,
        )
    ).parsed
