from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx2 as httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.document_page import DocumentPage
from ...models.list_documents_include_item import ListDocumentsIncludeItem
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    include: list[ListDocumentsIncludeItem] | Unset = UNSET,
    limit: int | Unset = 20,
    cursor: None | str | Unset = UNSET,
    q: None | str | Unset = UNSET,
    owner_id: None | Unset | UUID = UNSET,
    owner_role: None | str | Unset = UNSET,
    is_public: bool | None | Unset = UNSET,
    requires_paid_access: bool | None | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_include: list[str] | Unset = UNSET
    if not isinstance(include, Unset):
        json_include = []
        for include_item_data in include:
            include_item = include_item_data.value
            json_include.append(include_item)

    params["include"] = json_include

    params["limit"] = limit

    json_cursor: None | str | Unset
    if isinstance(cursor, Unset):
        json_cursor = UNSET
    else:
        json_cursor = cursor
    params["cursor"] = json_cursor

    json_q: None | str | Unset
    if isinstance(q, Unset):
        json_q = UNSET
    else:
        json_q = q
    params["q"] = json_q

    json_owner_id: None | str | Unset
    if isinstance(owner_id, Unset):
        json_owner_id = UNSET
    elif isinstance(owner_id, UUID):
        json_owner_id = str(owner_id)
    else:
        json_owner_id = owner_id
    params["owner_id"] = json_owner_id

    json_owner_role: None | str | Unset
    if isinstance(owner_role, Unset):
        json_owner_role = UNSET
    else:
        json_owner_role = owner_role
    params["owner_role"] = json_owner_role

    json_is_public: bool | None | Unset
    if isinstance(is_public, Unset):
        json_is_public = UNSET
    else:
        json_is_public = is_public
    params["is_public"] = json_is_public

    json_requires_paid_access: bool | None | Unset
    if isinstance(requires_paid_access, Unset):
        json_requires_paid_access = UNSET
    else:
        json_requires_paid_access = requires_paid_access
    params["requires_paid_access"] = json_requires_paid_access

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/documents",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> DocumentPage | Problem | None:
    if response.status_code == 200:
        response_200 = DocumentPage.from_dict(response.json())

        return response_200

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())

        return response_403

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
) -> Response[DocumentPage | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    include: list[ListDocumentsIncludeItem] | Unset = UNSET,
    limit: int | Unset = 20,
    cursor: None | str | Unset = UNSET,
    q: None | str | Unset = UNSET,
    owner_id: None | Unset | UUID = UNSET,
    owner_role: None | str | Unset = UNSET,
    is_public: bool | None | Unset = UNSET,
    requires_paid_access: bool | None | Unset = UNSET,
) -> Response[DocumentPage | Problem]:
    """List Documents

     List the documents that whoever asks may see: newest first, or with `q` what fits best first.

    Args:
        include (list[ListDocumentsIncludeItem] | Unset): `deleted`: an admin's lift of the soft
            delete, audited; `permissions`: what one may do to each.
        limit (int | Unset): How many at the most. Default: 20.
        cursor (None | str | Unset): `next_cursor` of the page before, or the one in a link of
            `Link`.
        q (None | str | Unset): Words of title or content, as one types them into a search engine.
        owner_id (None | Unset | UUID):
        owner_role (None | str | Unset): What its owner has.
        is_public (bool | None | Unset):
        requires_paid_access (bool | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DocumentPage | Problem]
    """

    kwargs = _get_kwargs(
        include=include,
        limit=limit,
        cursor=cursor,
        q=q,
        owner_id=owner_id,
        owner_role=owner_role,
        is_public=is_public,
        requires_paid_access=requires_paid_access,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    include: list[ListDocumentsIncludeItem] | Unset = UNSET,
    limit: int | Unset = 20,
    cursor: None | str | Unset = UNSET,
    q: None | str | Unset = UNSET,
    owner_id: None | Unset | UUID = UNSET,
    owner_role: None | str | Unset = UNSET,
    is_public: bool | None | Unset = UNSET,
    requires_paid_access: bool | None | Unset = UNSET,
) -> DocumentPage | Problem | None:
    """List Documents

     List the documents that whoever asks may see: newest first, or with `q` what fits best first.

    Args:
        include (list[ListDocumentsIncludeItem] | Unset): `deleted`: an admin's lift of the soft
            delete, audited; `permissions`: what one may do to each.
        limit (int | Unset): How many at the most. Default: 20.
        cursor (None | str | Unset): `next_cursor` of the page before, or the one in a link of
            `Link`.
        q (None | str | Unset): Words of title or content, as one types them into a search engine.
        owner_id (None | Unset | UUID):
        owner_role (None | str | Unset): What its owner has.
        is_public (bool | None | Unset):
        requires_paid_access (bool | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DocumentPage | Problem
    """

    return sync_detailed(
        client=client,
        include=include,
        limit=limit,
        cursor=cursor,
        q=q,
        owner_id=owner_id,
        owner_role=owner_role,
        is_public=is_public,
        requires_paid_access=requires_paid_access,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    include: list[ListDocumentsIncludeItem] | Unset = UNSET,
    limit: int | Unset = 20,
    cursor: None | str | Unset = UNSET,
    q: None | str | Unset = UNSET,
    owner_id: None | Unset | UUID = UNSET,
    owner_role: None | str | Unset = UNSET,
    is_public: bool | None | Unset = UNSET,
    requires_paid_access: bool | None | Unset = UNSET,
) -> Response[DocumentPage | Problem]:
    """List Documents

     List the documents that whoever asks may see: newest first, or with `q` what fits best first.

    Args:
        include (list[ListDocumentsIncludeItem] | Unset): `deleted`: an admin's lift of the soft
            delete, audited; `permissions`: what one may do to each.
        limit (int | Unset): How many at the most. Default: 20.
        cursor (None | str | Unset): `next_cursor` of the page before, or the one in a link of
            `Link`.
        q (None | str | Unset): Words of title or content, as one types them into a search engine.
        owner_id (None | Unset | UUID):
        owner_role (None | str | Unset): What its owner has.
        is_public (bool | None | Unset):
        requires_paid_access (bool | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[DocumentPage | Problem]
    """

    kwargs = _get_kwargs(
        include=include,
        limit=limit,
        cursor=cursor,
        q=q,
        owner_id=owner_id,
        owner_role=owner_role,
        is_public=is_public,
        requires_paid_access=requires_paid_access,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    include: list[ListDocumentsIncludeItem] | Unset = UNSET,
    limit: int | Unset = 20,
    cursor: None | str | Unset = UNSET,
    q: None | str | Unset = UNSET,
    owner_id: None | Unset | UUID = UNSET,
    owner_role: None | str | Unset = UNSET,
    is_public: bool | None | Unset = UNSET,
    requires_paid_access: bool | None | Unset = UNSET,
) -> DocumentPage | Problem | None:
    """List Documents

     List the documents that whoever asks may see: newest first, or with `q` what fits best first.

    Args:
        include (list[ListDocumentsIncludeItem] | Unset): `deleted`: an admin's lift of the soft
            delete, audited; `permissions`: what one may do to each.
        limit (int | Unset): How many at the most. Default: 20.
        cursor (None | str | Unset): `next_cursor` of the page before, or the one in a link of
            `Link`.
        q (None | str | Unset): Words of title or content, as one types them into a search engine.
        owner_id (None | Unset | UUID):
        owner_role (None | str | Unset): What its owner has.
        is_public (bool | None | Unset):
        requires_paid_access (bool | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        DocumentPage | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            include=include,
            limit=limit,
            cursor=cursor,
            q=q,
            owner_id=owner_id,
            owner_role=owner_role,
            is_public=is_public,
            requires_paid_access=requires_paid_access,
        )
    ).parsed
