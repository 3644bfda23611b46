"""One role at a time: its account, its requests, and what was wrong with the answers."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import APIOperation, BaseSchema, Case, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.core.result import Ok
from schemathesis.engine import events, from_schema
from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER
from schemathesis.specs.openapi._auth_retry import INVALID_CREDENTIAL

from server.apifuzz.excuses import FILES, Excuses
from server.apifuzz.filling import Filler
from server.apifuzz.rows import Account, Rows
from server.apifuzz.shown import wrongly_shown

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
    "object_level_authorization",
)

schemathesis.serializer.alias(FILES, "text/plain")

REFUSALS = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429"]
"""How what is wrong is refused: 413 is not among what Schemathesis expects, and a million characters may be too much."""

ROUNDS = 4
"""How often an operation that lacks requests is asked again."""


class ShownError(AssertionError):
    """An answer held a row that its user may not be shown."""


@dataclass(frozen=True)
class Effort:
    """How much to ask, and how much of it to make right."""

    examples: int
    steps: int
    share: float = 0.7
    seed: int = 1
    asked: int = 0
    """How many requests each operation gets at the least."""
    right: int = 0
    """How many right ones, those of `before` included."""


@dataclass
class Ran:
    """What came of the requests of one role: how many gave which status, by operation, and what was wrong."""

    role: str
    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    failures: dict[str, AssertionError] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    checks: Counter[str] = field(default_factory=Counter)
    guarded: set[str] = field(default_factory=set)
    """The operations that say that one must have logged in."""
    bare: Counter[str] = field(default_factory=Counter)
    """How often an operation that had answered was asked again with a token that is none."""
    peered: Counter[str] = field(default_factory=Counter)
    """How often an object was asked for again as the peer."""

    @property
    def requests(self) -> int:
        """Return how many requests there were."""
        return sum(found.total() for found in self.statuses.values())

    @property
    def right(self) -> int:
        """Return how many of them were answered with 2xx."""
        return sum(self.right_of(label) for label in self.statuses)

    def right_of(self, label: str) -> int:
        """Return how many requests of an operation were answered with 2xx."""
        return sum(times for status, times in self.statuses[label].items() if 200 <= status < 300)


def run(address: str, folder: Path, rows: Rows, role: str | None, effort: Effort, before: Iterable[Ran] = ()) -> Ran:
    """Send the requests of one role, and return what came of it.

    Args:
        address: where the server answers.
        folder: where to keep what Schemathesis reads from files.
        rows: makes the rows that requests name.
        role: whose; None is nobody.
        effort: how much to ask.
        before: what came of the other roles.
    """
    me, peer = Account.make(rows, role), Account.make(rows, "free_user" if role == "admin" else role)
    filler = Filler(rows, role, me.user, {me.user, peer.user}, {me.session, peer.session}, effort.seed)
    filler.tokens = frozenset({me.token, peer.token})
    ran = Ran(role or "anonymous")

    def before_call(_context: HookContext, case: Case[Any], _kwargs: dict[str, Any]) -> None:
        filler.prepare(case, effort.share)

    def after_call(_context: HookContext, case: Case[Any], response: Response) -> None:
        ran.statuses.setdefault(case.operation.label, Counter())[response.status_code] += 1
        if role != "admin":
            found = wrongly_shown(rows, me.user, case, response)
            if found:
                title = f"{case.operation.label} [{ran.role}] shows what the policies hide"
                ran.failures.setdefault(title, ShownError(f"{title}: {sorted(found)}"))

    def filter_failure(_context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
        return not excuses.excused(failure, case, response)

    with _hooks(before_load_schema, before_call, after_call, filter_failure):
        schema = _load(address, _config(folder, me, peer, effort))
        excuses = Excuses(address, rows, peer, _methods(schema))
        for operation in _operations(schema):
            ran.statuses.setdefault(operation.label, Counter())
            if operation.definition.raw.get("security"):
                ran.guarded.add(operation.label)
        _execute(ran, schema)
        again = replace(effort, examples=max(effort.asked, effort.right // 2), steps=0)
        for _ in range(ROUNDS):
            lacking = _lacking(ran, effort, before)
            if lacking:
                schema = _load(address, _config(folder, me, peer, again, [*lacking]))
                _repeat(ran, schema, me, lacking)
                _execute(ran, schema)
    return ran


def before_load_schema(_context: HookContext, raw_schema: dict[str, Any]) -> None:
    """Say of the log-in that it is a bearer token: `ignored_auth` passes over OAuth2, and would check nothing."""
    schemes = raw_schema.get("components", {}).get("securitySchemes", {})
    for name, scheme in schemes.items():
        if scheme["type"] == "oauth2":
            schemes[name] = {"type": "http", "scheme": "bearer"}


def _operations(schema: BaseSchema) -> list[APIOperation[Any, Any, Any, Any]]:
    return [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]


def _load(address: str, config: schemathesis.Config) -> BaseSchema:
    return schemathesis.openapi.from_url(f"{address}/openapi.json", config=config)


def _execute(ran: Ran, schema: BaseSchema) -> None:
    for event in from_schema(schema).execute():
        _take(ran, event)


def _methods(schema: BaseSchema) -> dict[str, set[str]]:
    """Return the methods of each path."""
    found: dict[str, set[str]] = {}
    for operation in _operations(schema):
        found.setdefault(operation.path, set()).add(operation.method.upper())
    return found


def _lacking(ran: Ran, effort: Effort, before: Iterable[Ran]) -> dict[str, int]:
    """Return how many requests each operation lacks, where it lacks some."""
    found = {}
    for label, statuses in ran.statuses.items():
        right = sum(one.right_of(label) for one in [ran, *before])
        found[label] = max(effort.asked - statuses.total(), effort.right - right)
    return {label: number for label, number in found.items() if number > 0}


def _repeat(ran: Ran, schema: BaseSchema, me: Account, lacking: dict[str, int]) -> None:
    """Ask again what has no parameters: Schemathesis generates the same request once."""
    for operation in _operations(schema):
        if operation.label in lacking and not operation.body and not any(operation.iter_parameters()):
            for _ in range(lacking[operation.label]):
                case = operation.Case(headers={} if me.role is None else {"Authorization": f"Bearer {me.token}"})
                try:
                    case.call_and_validate()
                except AssertionError as failure:
                    ran.failures.setdefault(f"{operation.label} [{ran.role}]: {failure}", failure)


def _take(ran: Ran, event: events.EngineEvent) -> None:
    if isinstance(event, events.ScenarioFinished):
        for node in event.recorder.cases.values():
            asked = node.value
            ran.bare[asked.operation.label] += INVALID_CREDENTIAL in str(asked.headers.get("Authorization"))
            ran.peered[asked.operation.label] += asked.auth_identity == "peer"
        for case, checks in event.recorder.checks.items():
            for check in checks:
                ran.checks[check.name] += 1
                if check.failure_info is not None:
                    failure = check.failure_info.failure
                    label = event.recorder.cases[case].value.operation.label
                    found = f"{label} [{ran.role}] {check.name}: {failure.title}\n{failure.message}"
                    ran.failures.setdefault(f"{found}\n{check.failure_info.code_sample}"[:3000], failure)
    elif isinstance(event, events.NonFatalError):
        ran.errors.append(f"{event.label}: {event.value!r}")
    elif isinstance(event, events.FatalError):
        ran.errors.append(f"fatal: {event.exception!r}")


@contextmanager
def _hooks(*hooks: Any) -> Iterator[None]:
    for hook in hooks:
        GLOBAL_HOOK_DISPATCHER.register_hook_with_name(hook, hook.__name__)
    try:
        yield
    finally:
        for hook in hooks:
            GLOBAL_HOOK_DISPATCHER.unregister(hook)


def _config(
    folder: Path, me: Account, peer: Account, effort: Effort, only: list[str] | None = None
) -> schemathesis.Config:
    auth: dict[str, Any] = {"auto-signup": False}
    if me.role is not None:
        accounts = {"me": me, "peer": peer}
        document = folder / "accounts.json"
        headers = {n: [{"name": "Authorization", "value": f"Bearer {a.token}"}] for n, a in accounts.items()}
        document.write_text(json.dumps({"auth": [{"name": n, "fixedHeaders": h} for n, h in headers.items()]}))
        auth["wfc"] = {"path": str(document), "user": "me", "peers": list(accounts)}
    return schemathesis.Config.from_dict(
        {
            "seed": effort.seed,
            "continue-on-failure": True,
            "auth": auth,
            "checks": {
                "enabled": False,
                **{name: {"enabled": True} for name in CHECKS},
                "negative_data_rejection": {"enabled": True, "expected-statuses": REFUSALS},
            },
            "generation": {
                "max-examples": effort.examples,
                "mode": "all" if only is None else "positive",
                "no-shrink": True,
                "database": "none",
                "with-security-parameters": False,
            },
            "operations": [] if only is None else [{"exclude-name": only, "enabled": False}],
            "phases": {
                "coverage": {"enabled": effort.steps > 0},
                "examples": {"enabled": only is None},
                "stateful": {"enabled": effort.steps > 0, "max-steps": max(effort.steps, 2)},
            },
        }
    )
