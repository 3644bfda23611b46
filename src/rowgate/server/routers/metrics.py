"""`/metrics`: for Prometheus, by a token of its own. Without one in the settings, there is no such thing."""

import hmac

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from rowgate import NoPrincipal
from rowgate.server.dependencies import SettingsDep
from rowgate.server.problems import not_found

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def metrics(request: Request, settings: SettingsDep) -> Response:
    """Return what was counted."""
    if settings.metrics_token is None:
        raise not_found()
    wanted = f"Bearer {settings.metrics_token.get_secret_value()}"
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode("latin-1"), wanted.encode()):
        raise NoPrincipal("the token for the metrics is missing or wrong")
    return Response(request.app.state.metrics.text(), media_type=CONTENT_TYPE_LATEST)
