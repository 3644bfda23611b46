from http import HTTPStatus
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx2 as httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.export_documents_format import ExportDocumentsFormat
from ...models.problem import Problem
from ...types import UNSET, File, Response, Unset


def _get_kwargs(
    *,
    format_: ExportDocumentsFormat | Unset = ExportDocumentsFormat.JSONL,
    q: None | str | Unset = UNSET,
    owner_id: None | Unset | UUID = UNSET,
    owner_role: None | str | Unset = UNSET,
    is_public: bool | None | Unset = UNSET,
    requires_paid_access: bool | None | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_format_: str | Unset = UNSET
    if not isinstance(format_, Unset):
        json_format_ = format_.value

    params["format"] = json_format_

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
        "url": "/documents/export",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> File | Problem | None:
    if response.status_code == 200:
        response_200 = File(payload=BytesIO(response.content))

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[File | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    format_: ExportDocumentsFormat | Unset = ExportDocumentsFormat.JSONL,
    q: None | str | Unset = UNSET,
    owner_id: None | Unset | UUID = UNSET,
    owner_role: None | str | Unset = UNSET,
    is_public: bool | None | Unset = UNSET,
    requires_paid_access: bool | None | Unset = UNSET,
) -> Response[File | Problem]:
    """Export Documents

     Stream the documents that whoever asks may see, as CSV or JSON lines, in constant memory.

    Args:
        format_ (ExportDocumentsFormat | Unset): What the answer is written in. Default:
            ExportDocumentsFormat.JSONL.
        q (None | str | Unset): Words of title or content, as one types them into a search engine.
        owner_id (None | Unset | UUID):
        owner_role (None | str | Unset): What its owner has.
        is_public (bool | None | Unset):
        requires_paid_access (bool | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[File | Problem]
    """

    kwargs = _get_kwargs(
        format_=format_,
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
    format_: ExportDocumentsFormat | Unset = ExportDocumentsFormat.JSONL,
    q: None | str | Unset = UNSET,
    owner_id: None | Unset | UUID = UNSET,
    owner_role: None | str | Unset = UNSET,
    is_public: bool | None | Unset = UNSET,
    requires_paid_access: bool | None | Unset = UNSET,
) -> File | Problem | None:
    """Export Documents

     Stream the documents that whoever asks may see, as CSV or JSON lines, in constant memory.

    Args:
        format_ (ExportDocumentsFormat | Unset): What the answer is written in. Default:
            ExportDocumentsFormat.JSONL.
        q (None | str | Unset): Words of title or content, as one types them into a search engine.
        owner_id (None | Unset | UUID):
        owner_role (None | str | Unset): What its owner has.
        is_public (bool | None | Unset):
        requires_paid_access (bool | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        File | Problem
    """

    return sync_detailed(
        client=client,
        format_=format_,
        q=q,
        owner_id=owner_id,
        owner_role=owner_role,
        is_public=is_public,
        requires_paid_access=requires_paid_access,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    format_: ExportDocumentsFormat | Unset = ExportDocumentsFormat.JSONL,
    q: None | str | Unset = UNSET,
    owner_id: None | Unset | UUID = UNSET,
    owner_role: None | str | Unset = UNSET,
    is_public: bool | None | Unset = UNSET,
    requires_paid_access: bool | None | Unset = UNSET,
) -> Response[File | Problem]:
    """Export Documents

     Stream the documents that whoever asks may see, as CSV or JSON lines, in constant memory.

    Args:
        format_ (ExportDocumentsFormat | Unset): What the answer is written in. Default:
            ExportDocumentsFormat.JSONL.
        q (None | str | Unset): Words of title or content, as one types them into a search engine.
        owner_id (None | Unset | UUID):
        owner_role (None | str | Unset): What its owner has.
        is_public (bool | None | Unset):
        requires_paid_access (bool | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[File | Problem]
    """

    kwargs = _get_kwargs(
        format_=format_,
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
    format_: ExportDocumentsFormat | Unset = ExportDocumentsFormat.JSONL,
    q: None | str | Unset = UNSET,
    owner_id: None | Unset | UUID = UNSET,
    owner_role: None | str | Unset = UNSET,
    is_public: bool | None | Unset = UNSET,
    requires_paid_access: bool | None | Unset = UNSET,
) -> File | Problem | None:
    """Export Documents

     Stream the documents that whoever asks may see, as CSV or JSON lines, in constant memory.

    Args:
        format_ (ExportDocumentsFormat | Unset): What the answer is written in. Default:
            ExportDocumentsFormat.JSONL.
        q (None | str | Unset): Words of title or content, as one types them into a search engine.
        owner_id (None | Unset | UUID):
        owner_role (None | str | Unset): What its owner has.
        is_public (bool | None | Unset):
        requires_paid_access (bool | None | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        File | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            format_=format_,
            q=q,
            owner_id=owner_id,
            owner_role=owner_role,
            is_public=is_public,
            requires_paid_access=requires_paid_access,
        )
    ).parsed
