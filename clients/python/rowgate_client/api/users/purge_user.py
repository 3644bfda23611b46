from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx2 as httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem import Problem
from ...models.purged import Purged
from ...types import UNSET, Response, Unset


def _get_kwargs(
    user_id: UUID,
    *,
    heir: None | Unset | UUID = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_heir: None | str | Unset
    if isinstance(heir, Unset):
        json_heir = UNSET
    elif isinstance(heir, UUID):
        json_heir = str(heir)
    else:
        json_heir = heir
    params["heir"] = json_heir

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/users/{user_id}/purge".format(
            user_id=quote(str(user_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Problem | Purged | None:
    if response.status_code == 200:
        response_200 = Purged.from_dict(response.json())

        return response_200

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Problem.from_dict(response.json())

        return response_404

    if response.status_code == 409:
        response_409 = Problem.from_dict(response.json())

        return response_409

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Problem | Purged]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    user_id: UUID,
    *,
    client: AuthenticatedClient,
    heir: None | Unset | UUID = UNSET,
) -> Response[Problem | Purged]:
    """Purge User

     Delete a deactivated user with all that is hers, for good. Only an admin may; the system does it.

    Args:
        user_id (UUID):
        heir (None | Unset | UUID): Who gets the documents; they are deleted if nobody does.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | Purged]
    """

    kwargs = _get_kwargs(
        user_id=user_id,
        heir=heir,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    user_id: UUID,
    *,
    client: AuthenticatedClient,
    heir: None | Unset | UUID = UNSET,
) -> Problem | Purged | None:
    """Purge User

     Delete a deactivated user with all that is hers, for good. Only an admin may; the system does it.

    Args:
        user_id (UUID):
        heir (None | Unset | UUID): Who gets the documents; they are deleted if nobody does.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | Purged
    """

    return sync_detailed(
        user_id=user_id,
        client=client,
        heir=heir,
    ).parsed


async def asyncio_detailed(
    user_id: UUID,
    *,
    client: AuthenticatedClient,
    heir: None | Unset | UUID = UNSET,
) -> Response[Problem | Purged]:
    """Purge User

     Delete a deactivated user with all that is hers, for good. Only an admin may; the system does it.

    Args:
        user_id (UUID):
        heir (None | Unset | UUID): Who gets the documents; they are deleted if nobody does.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | Purged]
    """

    kwargs = _get_kwargs(
        user_id=user_id,
        heir=heir,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    user_id: UUID,
    *,
    client: AuthenticatedClient,
    heir: None | Unset | UUID = UNSET,
) -> Problem | Purged | None:
    """Purge User

     Delete a deactivated user with all that is hers, for good. Only an admin may; the system does it.

    Args:
        user_id (UUID):
        heir (None | Unset | UUID): Who gets the documents; they are deleted if nobody does.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | Purged
    """

    return (
        await asyncio_detailed(
            user_id=user_id,
            client=client,
            heir=heir,
        )
    ).parsed
