from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx2 as httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.problem import Problem
from ...models.share_in import ShareIn
from ...models.share_out import ShareOut
from ...types import Response


def _get_kwargs(
    document_id: UUID,
    role: str,
    *,
    body: ShareIn,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/documents/{document_id}/shares/roles/{role}".format(
            document_id=quote(str(document_id), safe=""),
            role=quote(str(role), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Problem | ShareOut | None:
    if response.status_code == 200:
        response_200 = ShareOut.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())

        return response_400

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

    if response.status_code == 413:
        response_413 = Problem.from_dict(response.json())

        return response_413

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Problem | ShareOut]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    document_id: UUID,
    role: str,
    *,
    client: AuthenticatedClient,
    body: ShareIn,
) -> Response[Problem | ShareOut]:
    """Share With Role

     Share a document of one's own with all who have a role, at a level until a time, or change that.

    Args:
        document_id (UUID):
        role (str): The name of a role.
        body (ShareIn): How a document is to be shared.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | ShareOut]
    """

    kwargs = _get_kwargs(
        document_id=document_id,
        role=role,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    document_id: UUID,
    role: str,
    *,
    client: AuthenticatedClient,
    body: ShareIn,
) -> Problem | ShareOut | None:
    """Share With Role

     Share a document of one's own with all who have a role, at a level until a time, or change that.

    Args:
        document_id (UUID):
        role (str): The name of a role.
        body (ShareIn): How a document is to be shared.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | ShareOut
    """

    return sync_detailed(
        document_id=document_id,
        role=role,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    document_id: UUID,
    role: str,
    *,
    client: AuthenticatedClient,
    body: ShareIn,
) -> Response[Problem | ShareOut]:
    """Share With Role

     Share a document of one's own with all who have a role, at a level until a time, or change that.

    Args:
        document_id (UUID):
        role (str): The name of a role.
        body (ShareIn): How a document is to be shared.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | ShareOut]
    """

    kwargs = _get_kwargs(
        document_id=document_id,
        role=role,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    document_id: UUID,
    role: str,
    *,
    client: AuthenticatedClient,
    body: ShareIn,
) -> Problem | ShareOut | None:
    """Share With Role

     Share a document of one's own with all who have a role, at a level until a time, or change that.

    Args:
        document_id (UUID):
        role (str): The name of a role.
        body (ShareIn): How a document is to be shared.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | ShareOut
    """

    return (
        await asyncio_detailed(
            document_id=document_id,
            role=role,
            client=client,
            body=body,
        )
    ).parsed
