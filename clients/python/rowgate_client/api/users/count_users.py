from http import HTTPStatus
from typing import Any

import httpx2 as httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.count import Count
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    q: None | str | Unset = UNSET,
    active: bool | None | Unset = UNSET,
    role: None | str | Unset = UNSET,
    has_roles: bool | None | Unset = UNSET,
    has_documents: bool | None | Unset = UNSET,
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

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/users/count",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Count | Problem | None:
    if response.status_code == 200:
        response_200 = Count.from_dict(response.json())

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Count | Problem]:
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
) -> Response[Count | Problem]:
    """Count Users

     Count the users whom whoever asks may see.

    Args:
        q (None | str | Unset): A part of the name or the address, in any case.
        active (bool | None | Unset): Only active users, or only those who are not.
        role (None | str | Unset): Who holds this role.
        has_roles (bool | None | Unset): Who holds a role, or who holds none.
        has_documents (bool | None | Unset): Who owns documents, or who owns none.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Count | Problem]
    """

    kwargs = _get_kwargs(
        q=q,
        active=active,
        role=role,
        has_roles=has_roles,
        has_documents=has_documents,
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
) -> Count | Problem | None:
    """Count Users

     Count the users whom whoever asks may see.

    Args:
        q (None | str | Unset): A part of the name or the address, in any case.
        active (bool | None | Unset): Only active users, or only those who are not.
        role (None | str | Unset): Who holds this role.
        has_roles (bool | None | Unset): Who holds a role, or who holds none.
        has_documents (bool | None | Unset): Who owns documents, or who owns none.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Count | Problem
    """

    return sync_detailed(
        client=client,
        q=q,
        active=active,
        role=role,
        has_roles=has_roles,
        has_documents=has_documents,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    q: None | str | Unset = UNSET,
    active: bool | None | Unset = UNSET,
    role: None | str | Unset = UNSET,
    has_roles: bool | None | Unset = UNSET,
    has_documents: bool | None | Unset = UNSET,
) -> Response[Count | Problem]:
    """Count Users

     Count the users whom whoever asks may see.

    Args:
        q (None | str | Unset): A part of the name or the address, in any case.
        active (bool | None | Unset): Only active users, or only those who are not.
        role (None | str | Unset): Who holds this role.
        has_roles (bool | None | Unset): Who holds a role, or who holds none.
        has_documents (bool | None | Unset): Who owns documents, or who owns none.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Count | Problem]
    """

    kwargs = _get_kwargs(
        q=q,
        active=active,
        role=role,
        has_roles=has_roles,
        has_documents=has_documents,
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
) -> Count | Problem | None:
    """Count Users

     Count the users whom whoever asks may see.

    Args:
        q (None | str | Unset): A part of the name or the address, in any case.
        active (bool | None | Unset): Only active users, or only those who are not.
        role (None | str | Unset): Who holds this role.
        has_roles (bool | None | Unset): Who holds a role, or who holds none.
        has_documents (bool | None | Unset): Who owns documents, or who owns none.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Count | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            q=q,
            active=active,
            role=role,
            has_roles=has_roles,
            has_documents=has_documents,
        )
    ).parsed
