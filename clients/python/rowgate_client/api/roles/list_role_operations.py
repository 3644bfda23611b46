from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx2 as httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.document_operations import DocumentOperations
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    role: str,
    document_id: UUID,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/roles/{role}/operations/{document_id}".format(
            role=quote(str(role), safe=""),
            document_id=quote(str(document_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> DocumentOperations | Problem | None:
    if response.status_code == 200:
        response_200 = DocumentOperations.from_dict(response.json())

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


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[DocumentOperations | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    role: str,
    document_id: UUID,
    *,
    client: AuthenticatedClient,
) -> Response[DocumentOperations | Problem]:
    """List Role Operations

     List what a role by itself lets do to a document, for admins, its owner, and who has the role.

    Args:
        role (str): The name of a role.
        document_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DocumentOperations | Problem]
    """

    kwargs = _get_kwargs(
        role=role,
        document_id=document_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    role: str,
    document_id: UUID,
    *,
    client: AuthenticatedClient,
) -> DocumentOperations | Problem | None:
    """List Role Operations

     List what a role by itself lets do to a document, for admins, its owner, and who has the role.

    Args:
        role (str): The name of a role.
        document_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DocumentOperations | Problem
    """

    return sync_detailed(
        role=role,
        document_id=document_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    role: str,
    document_id: UUID,
    *,
    client: AuthenticatedClient,
) -> Response[DocumentOperations | Problem]:
    """List Role Operations

     List what a role by itself lets do to a document, for admins, its owner, and who has the role.

    Args:
        role (str): The name of a role.
        document_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DocumentOperations | Problem]
    """

    kwargs = _get_kwargs(
        role=role,
        document_id=document_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    role: str,
    document_id: UUID,
    *,
    client: AuthenticatedClient,
) -> DocumentOperations | Problem | None:
    """List Role Operations

     List what a role by itself lets do to a document, for admins, its owner, and who has the role.

    Args:
        role (str): The name of a role.
        document_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DocumentOperations | Problem
    """

    return (
        await asyncio_detailed(
            role=role,
            document_id=document_id,
            client=client,
        )
    ).parsed
