"""What makes a request a right one: keys of rows that exist, names that are free, the password that is right.

Only what Schemathesis generated as valid is filled in; what it made wrong on purpose stays wrong. Parameters are filled
by their name, whatever the operation; the few operations that consume what they name, or need more, stand below by
their id. A parameter that nobody knows is left as it was generated.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from schemathesis import Case
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode

from rowgate.server.identifiers import uuid7
from server.apifuzz.rows import BUILT_IN, Kept, Rows
from server.world import PASSWORD

LATER = "2030-01-01T00:00:00Z"
NEW_PASSWORD = "staple of the horse"
CONDITIONS = ("If-Match", "If-None-Match", "If-Modified-Since", "Idempotency-Key")


@dataclass
class Filled:
    """What a request is given; None leaves it as it was generated."""

    path: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | str | None = None
    query: dict[str, Any] = field(default_factory=dict)
    token: str | None = None


class Filler:
    """Fills requests of one role; knows the accounts that no request may harm."""

    def __init__(self, rows: Rows, role: str | None, me: UUID, kept: set[UUID], sessions: set[UUID], seed: int) -> None:
        self.rows, self.role, self.me = rows, role, me
        self._kept, self._sessions = {str(key) for key in kept}, {str(key) for key in sessions}
        self._random = random.Random(seed)
        self._user = Kept(rows.user)
        self._document = Kept(lambda: rows.document(me))
        self._configuration = Kept(lambda: rows.configuration("free_user"))
        self._role_of_mine = Kept(lambda: rows.role(me))
        self._operations: dict[str, Callable[[], Filled]] = {
            name.removeprefix("_fill_"): getattr(self, name) for name in dir(self) if name.startswith("_fill_")
        }

    @property
    def is_admin(self) -> bool:
        """Say whether the role administers."""
        return self.role == "admin"

    def prepare(self, case: Case[Any], share: float) -> None:
        """Fill a share of the requests in, and keep all of them from what later ones stand on."""
        linked = case.meta is not None and case.meta.phase.name.value == "stateful"
        if not linked and self._random.random() < share:
            self.fill(case)
        self.protect(case)

    def fill(self, case: Case[Any]) -> None:
        """Give a request what makes it a right one, wherever it is not wrong on purpose."""
        given = self._operations.get(case.operation.definition.raw.get("operationId", ""), Filled)()
        if self._is_right(case, ParameterLocation.PATH):
            path = {
                name: given.path.get(name) or self._parameter(name, value)
                for name, value in case.path_parameters.items()
            }
            case.path_parameters = {name: str(value) for name, value in path.items()}
        if self._is_right(case, ParameterLocation.QUERY):
            case.query = {**self._query(dict(case.query)), **given.query}
        if self._is_right(case, ParameterLocation.HEADER):
            for name in CONDITIONS:
                case.headers.pop(name, None)
        if self._is_right(case, ParameterLocation.BODY):
            if isinstance(given.body, str):
                case.body, case.media_type = given.body, "text/csv"
            elif isinstance(case.body, dict):
                case.body = {**self._body(case.body), **(given.body or {})}
        if given.token is not None and "Authorization" in case.headers:
            case.headers["Authorization"] = f"Bearer {given.token}"

    def protect(self, case: Case[Any]) -> None:
        """Put another row where a request would take away an account, a log-in or a role of the run itself."""
        path, name = case.path_parameters, case.operation.definition.raw.get("operationId", "")
        if case.method.upper() in ("GET", "HEAD", "OPTIONS") or not isinstance(path, dict):
            return
        if str(path.get("user_id")) in self._kept:
            path["user_id"] = str(self.rows.user())
        if str(path.get("session_id")) in self._sessions:
            path["session_id"] = str(uuid7())
        mine = {f"Bearer {token}" for token in self.tokens}
        if name in ("log_out", "change_password") and case.headers.get("Authorization") in mine:
            case.headers["Authorization"] = f"Bearer {self.rows.log_in(self.rows.user(self.role))[1]}"
        if "juniors" in case.path and path.get("role") in BUILT_IN:
            path["role"] = self.rows.role(self.me)
        if "exclusions" in case.path:
            for one in ("role", "other"):
                if path.get(one) in BUILT_IN:
                    path[one] = self.rows.role()

    tokens: frozenset[str] = frozenset()

    def _is_right(self, case: Case[Any], where: ParameterLocation) -> bool:
        found = None if case.meta is None else case.meta.components.get(where)
        return found is None or found.mode == GenerationMode.POSITIVE

    def _parameter(self, name: str, value: Any) -> Any:
        """Return a value for a parameter of the path, by its name."""
        makers: dict[str, Callable[[], Any]] = {
            "user_id": self._user if self.is_admin else lambda: self.me,
            "document_id": self._document,
            "configuration_id": self._configuration,
            "role": lambda: self._random.choice(BUILT_IN),
            "other": self._role_of_mine,
            "session_id": lambda: self.rows.log_in(self.me)[0],
            "key_id": lambda: self.rows.api_key(self.me),
        }
        return makers.get(name, lambda: value)()

    def _query(self, query: dict[str, Any]) -> dict[str, Any]:
        query.pop("cursor", None)
        if query.get("limit") is not None:
            query["limit"] = self._random.randint(1, 100)
        if not self.is_admin and isinstance(query.get("include"), list):
            query["include"] = [one for one in query["include"] if one != "deleted"]
        return {name: _plain(value) for name, value in query.items()}

    def _body(self, body: dict[str, Any]) -> dict[str, Any]:
        known: dict[str, Callable[[], Any]] = {
            "expires_at": lambda: LATER,
            "username": lambda: f"n{uuid7().hex}",
            "email": lambda: f"n{uuid7().hex}@example.org",
            "name": lambda: f"n{uuid7().hex}",
            "password": lambda: PASSWORD,
        }
        return {name: known[name]() if name in known else _plain(value) for name, value in body.items()}

    def _fill_create_token(self) -> Filled:
        name = self.rows.name_of(self.me)
        return Filled(body={"grant_type": "password", "username": name, "password": PASSWORD, "scope": ""})

    def _fill_refresh_token(self) -> Filled:
        return Filled(body={"refresh_token": self.rows.refresh_token(self._user())})

    def _fill_change_password(self) -> Filled:
        _, token = self.rows.log_in(self.rows.user(self.role))
        return Filled(body={"old_password": PASSWORD, "new_password": NEW_PASSWORD}, token=token)

    def _fill_reset_password(self) -> Filled:
        return Filled(body={"token": self.rows.reset_token(self._user()), "new_password": NEW_PASSWORD})

    def _fill_log_out(self) -> Filled:
        return Filled(token=self.rows.log_in(self.me)[1])

    def _fill_create_api_key(self) -> Filled:
        return Filled(body={"roles": None})

    def _fill_is_name_available(self) -> Filled:
        return Filled(query={"username": f"n{uuid7().hex}"})

    def _fill_create_user(self) -> Filled:
        return Filled(body={"roles": [{"role": "free_user"}]})

    def _fill_replace_user_roles(self) -> Filled:
        return Filled(path={"user_id": self.rows.user()}, body={"roles": [{"role": "free_user", "expires_at": LATER}]})

    def _fill_assign_role(self) -> Filled:
        return Filled(path={"user_id": self.rows.user()})

    def _fill_deassign_role(self) -> Filled:
        return Filled(path={"user_id": self.rows.user(), "role": "free_user"})

    def _fill_deactivate_user(self) -> Filled:
        return Filled(path={"user_id": self.rows.user()})

    def _fill_purge_user(self) -> Filled:
        return Filled(path={"user_id": self.rows.user(active=False)}, query={"heir": str(self.me)})

    def _fill_update_role(self) -> Filled:
        return Filled(path={"role": self.rows.role()})

    def _fill_delete_role(self) -> Filled:
        return Filled(path={"role": self.rows.role()})

    def _fill_add_inheritance(self) -> Filled:
        return Filled(path={"role": self.rows.role()})

    def _fill_delete_inheritance(self) -> Filled:
        senior, junior = self.rows.role(), self.rows.role()
        self.rows.inherit(senior, junior)
        return Filled(path={"role": senior, "other": junior})

    def _fill_add_exclusion(self) -> Filled:
        return Filled(path={"role": self.rows.role(), "other": self.rows.role()})

    def _fill_delete_exclusion(self) -> Filled:
        one, other, kind = self.rows.role(), self.rows.role(), self._random.choice(["static", "dynamic"])
        self.rows.exclude(one, other, kind)
        return Filled(path={"role": one, "other": other, "kind": kind})

    def _fill_import_documents(self) -> Filled:
        return Filled(body=f"title,content\r\n{uuid7().hex},text\r\n")

    def _fill_delete_document(self) -> Filled:
        return Filled(path={"document_id": self.rows.document(self.me)})

    def _fill_restore_document(self) -> Filled:
        return Filled(path={"document_id": self.rows.document(self.me, deleted=True)})

    def _fill_purge_document(self) -> Filled:
        return Filled(path={"document_id": self.rows.document(self.me, deleted=True)})

    def _fill_share_with_user(self) -> Filled:
        return Filled(path={"user_id": self._user()})

    def _fill_unshare_with_user(self) -> Filled:
        document, user = self._document(), self.rows.user()
        self.rows.share(document, user=user)
        return Filled(path={"document_id": document, "user_id": user})

    def _fill_unshare_with_role(self) -> Filled:
        document, role = self._document(), self.rows.role()
        self.rows.share(document, role=role)
        return Filled(path={"document_id": document, "role": role})

    def _fill_delete_configuration(self) -> Filled:
        return Filled(path={"configuration_id": self.rows.configuration("free_user")})

    def _fill_withdraw_configuration(self) -> Filled:
        return Filled(path={"configuration_id": self.rows.configuration("free_user"), "role": "free_user"})


def _plain(value: Any) -> Any:
    """Return a value without what no PostgreSQL stores; a schema cannot say that of a string."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode(errors="ignore").decode() or "x"
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {_plain(name): _plain(one) for name, one in value.items()}
    return value
