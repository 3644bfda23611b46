from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote
from uuid import UUID

import httpx2 as httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.configuration_out import ConfigurationOut
from ...models.problem import Problem
from ...types import Response


def _get_kwargs(
    configuration_id: UUID,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/configurations/{configuration_id}".format(
            configuration_id=quote(str(configuration_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | ConfigurationOut | Problem | None:
    if response.status_code == 200:
        response_200 = ConfigurationOut.from_dict(response.json())

        return response_200

    if response.status_code == 304:
        response_304 = cast(Any, None)
        return response_304

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


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | ConfigurationOut | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    configuration_id: UUID,
    *,
    client: AuthenticatedClient,
) -> Response[Any | ConfigurationOut | Problem]:
    """Get Configuration

     Return a configuration.

    Args:
        configuration_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ConfigurationOut | Problem]
    """

    kwargs = _get_kwargs(
        configuration_id=configuration_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    configuration_id: UUID,
    *,
    client: AuthenticatedClient,
) -> Any | ConfigurationOut | Problem | None:
    """Get Configuration

     Return a configuration.

    Args:
        configuration_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ConfigurationOut | Problem
    """

    return sync_detailed(
        configuration_id=configuration_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    configuration_id: UUID,
    *,
    client: AuthenticatedClient,
) -> Response[Any | ConfigurationOut | Problem]:
    """Get Configuration

     Return a configuration.

    Args:
        configuration_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ConfigurationOut | Problem]
    """

    kwargs = _get_kwargs(
        configuration_id=configuration_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    configuration_id: UUID,
    *,
    client: AuthenticatedClient,
) -> Any | ConfigurationOut | Problem | None:
    """Get Configuration

     Return a configuration.

    Args:
        configuration_id (UUID):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ConfigurationOut | Problem
    """

    return (
        await asyncio_detailed(
            configuration_id=configuration_id,
            client=client,
        )
    ).parsed
