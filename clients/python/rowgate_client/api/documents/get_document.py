from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

import httpx2 as httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.document_row import DocumentRow
from ...models.get_document_include_item import GetDocumentIncludeItem
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    document_id: UUID,
    *,
    include: list[GetDocumentIncludeItem] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_include: list[str] | Unset = UNSET
    if not isinstance(include, Unset):
        json_include = []
        for include_item_data in include:
            include_item = include_item_data.value
            json_include.append(include_item)

    params["include"] = json_include

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/documents/{document_id}".format(
            document_id=quote(str(document_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | DocumentRow | Problem | None:
    if response.status_code == 200:
        response_200 = DocumentRow.from_dict(response.json())

        return response_200

    if response.status_code == 304:
        response_304 = cast(Any, None)
        return response_304

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
) -> Response[Any | DocumentRow | Problem]:
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
    include: list[GetDocumentIncludeItem] | Unset = UNSET,
) -> Response[Any | DocumentRow | Problem]:
    """Get Document

     Return a document. One that whoever asks may not see is 404.

    Args:
        document_id (UUID):
        include (list[GetDocumentIncludeItem] | Unset): `deleted`: an admin's lift of the soft
            delete, audited; `permissions`: what one may do to each.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | DocumentRow | Problem]
    """

    kwargs = _get_kwargs(
        document_id=document_id,
        include=include,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    document_id: UUID,
    *,
    client: AuthenticatedClient,
    include: list[GetDocumentIncludeItem] | Unset = UNSET,
) -> Any | DocumentRow | Problem | None:
    """Get Document

     Return a document. One that whoever asks may not see is 404.

    Args:
        document_id (UUID):
        include (list[GetDocumentIncludeItem] | Unset): `deleted`: an admin's lift of the soft
            delete, audited; `permissions`: what one may do to each.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | DocumentRow | Problem
    """

    return sync_detailed(
        document_id=document_id,
        client=client,
        include=include,
    ).parsed


async def asyncio_detailed(
    document_id: UUID,
    *,
    client: AuthenticatedClient,
    include: list[GetDocumentIncludeItem] | Unset = UNSET,
) -> Response[Any | DocumentRow | Problem]:
    """Get Document

     Return a document. One that whoever asks may not see is 404.

    Args:
        document_id (UUID):
        include (list[GetDocumentIncludeItem] | Unset): `deleted`: an admin's lift of the soft
            delete, audited; `permissions`: what one may do to each.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | DocumentRow | Problem]
    """

    kwargs = _get_kwargs(
        document_id=document_id,
        include=include,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    document_id: UUID,
    *,
    client: AuthenticatedClient,
    include: list[GetDocumentIncludeItem] | Unset = UNSET,
) -> Any | DocumentRow | Problem | None:
    """Get Document

     Return a document. One that whoever asks may not see is 404.

    Args:
        document_id (UUID):
        include (list[GetDocumentIncludeItem] | Unset): `deleted`: an admin's lift of the soft
            delete, audited; `permissions`: what one may do to each.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | DocumentRow | Problem
    """

    return (
        await asyncio_detailed(
            document_id=document_id,
            client=client,
            include=include,
        )
    ).parsed
