"""Who may do what with users, roles, shares, configurations and the audit, one question a line."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from rowgate.server.models import (
    AuditEntry,
    Configuration,
    Document,
    DocumentShare,
    ExclusionKind,
    Role,
    RoleConfiguration,
    RoleExclusion,
    RoleParent,
    User,
    UserRole,
)
from server.asker import Asker, Expectation, outcome
from server.granted import EDITED, EXPIRED, VIEWED, key
from server.world import World

USERS = ("admin", "paid", "free", "nobody")
ADMIN = UUID("01a20350-1755-7a8f-afe7-bf61fface04b")
PAID_USER = UUID("01a20350-1755-7a8f-b068-fdfe407e62f8")
FREE_USER = UUID("01a20350-1755-7a8f-b0d2-b19d71450198")


def sees(column: Any) -> Expectation:
    """Ask what each user reads of a column."""

    async def ask(asker: Asker) -> object:
        found = {}
        for name in USERS:
            async with asker.session(name) as session:
                found[name] = set(await session.scalars(select(column)))
        return found

    return ask


def adds(name: str, make: Callable[[Asker], Any]) -> Expectation:
    """Ask what comes of it when a user stores a new row."""

    async def ask(asker: Asker) -> object:
        async with asker.session(name) as session:
            session.add(make(asker))
            return await outcome(session)

    return ask


def changes(
    name: str, entity: type[Any], find: Callable[[Asker], Any], /, lift: str | None = None, **values: Any
) -> Expectation:
    """Ask what comes of it when a user changes a row, or deletes it where no values are given."""

    async def ask(asker: Asker) -> object:
        async with asker.session(name, **({"lift": {lift}} if lift else {})) as session:
            row = await session.get(entity, find(asker))
            if row is None:
                return "absent"
            for column, value in values.items():
                setattr(row, column, value(asker) if callable(value) else value)
            if not values:
                await session.delete(row)
            return await outcome(session)

    return ask


def is_(what: object) -> Callable[[World], object]:
    """Expect this."""
    return lambda _: what


def me(name: str) -> Callable[[Asker], UUID]:
    """Return the key of a user."""
    return lambda ask: ask.world.users[name]


def doc(title: str) -> Callable[[Asker], UUID]:
    """Return the key of a document."""
    return lambda ask: ask.world.doc(title).id


def row(name: str) -> Callable[[Asker], UUID]:
    """Return the key of a row by its name."""
    return lambda _: key(name)


def role(name: str) -> Any:
    """Select the key of a role, for a new row."""
    return select(Role.id).where(Role.name == name).scalar_subquery()


def share(by: str, title: str, *, signed: str | None = None) -> Expectation:
    """Ask whether a user may share a document with `inactive`, signing as somebody."""
    return adds(
        by,
        lambda ask: DocumentShare(
            document_id=ask.world.doc(title).id,
            user_id=ask.world.users["inactive"],
            level="viewer",
            granted_by=ask.world.users[signed or by],
        ),
    )


def assign(by: str, role_name: str, *, signed: str | None = None, to: str = "nobody") -> Expectation:
    """Ask whether a user may give somebody a role, signing as somebody."""
    return adds(
        by,
        lambda ask: UserRole(
            user_id=ask.world.users[to], role_id=role(role_name), assigned_by=ask.world.users[signed or by]
        ),
    )


def inherit(by: str, senior: str, junior: str) -> Expectation:
    """Ask whether a user may let a role inherit another one."""
    return adds(
        by,
        lambda ask: RoleParent(senior_id=role(senior), junior_id=role(junior), added_by=ask.world.users[by]),
    )


def line(by: str | None, about: str | None) -> Expectation:
    """Ask whether somebody may add a line to the audit that names somebody as its actor."""

    async def ask(asker: Asker) -> object:
        async with asker.session(by) as session:
            session.add(AuditEntry(kind="test", actor_id=None if about is None else asker.world.users[about]))
            return await outcome(session)

    return ask


def free_of_free(ask: Asker) -> tuple[UUID, UUID]:
    """Return the key of the free user's role."""
    return ask.world.users["free"], FREE_USER


def exclusion(ask: Asker) -> RoleExclusion:
    """Make a new pair of roles that exclude each other."""
    return RoleExclusion(
        kind=ExclusionKind.DYNAMIC, first_id=ADMIN, second_id=PAID_USER, added_by=ask.world.users["admin"]
    )


def excluded(_ask: Asker) -> tuple[str, UUID, UUID]:
    """Return the key of the pair that is stored."""
    first, second = sorted([key("auditor"), FREE_USER])
    return ExclusionKind.STATIC, first, second


def grant_of(signed: str) -> Callable[[Asker], RoleConfiguration]:
    """Make a grant that somebody signs."""
    return lambda ask: RoleConfiguration(
        role_id=role("auditor"), configuration_id=key("conf paid"), granted_by=ask.world.users[signed]
    )


def new_user(_ask: Asker) -> User:
    """Make a user with a hash."""
    return User(username="new", email="new@example.org", hashed_password="hash")


async def _counts(ask: Asker) -> object:
    found = {}
    for name in USERS:
        async with ask.session(name) as session:
            pairs, excluded = select(func.count()).select_from(RoleParent), select(func.count(RoleExclusion.kind))
            found[name] = (await session.scalar(pairs), await session.scalar(excluded))
    return found


async def _roles_of_nobody_at_all(ask: Asker) -> object:
    async with ask.session(None) as session:
        return await session.scalar(select(func.count()).select_from(Role))


def every(*names: str, **more: set[str]) -> Callable[[World], object]:
    """Expect these keys for everybody, and more for some."""
    return lambda _: {name: {key(n) for n in (*names, *more.get(name, ()))} for name in USERS}


SHARES = {"viewed", "edited", "for role", "expired"}

EXPECTATIONS: dict[str, tuple[Expectation, Callable[[World], object]]] = {
    "viewer may not update": (changes("free", Document, doc(VIEWED), title="new"), is_("denied")),
    "editor updates": (changes("nobody", Document, doc(EDITED), title="new", content="new"), is_("done")),
    "editor hides nothing": (changes("nobody", Document, doc(EDITED), is_public=True), is_("denied")),
    "editor never gives away": (changes("nobody", Document, doc(EDITED), owner_id=me("nobody")), is_("denied")),
    "editor does not delete": (changes("nobody", Document, doc(EDITED)), is_("denied")),
    "expired share is none": (changes("free", Document, doc(EXPIRED), title="new"), is_("absent")),
    "admin restores": (
        changes("admin", Document, doc("free public free deleted"), lift="soft-delete", is_deleted=False),
        is_("done"),
    ),
    "admin restores and no more": (
        changes("admin", Document, doc("free public free deleted"), lift="soft-delete", title="new"),
        is_("denied"),
    ),
    "admin does not delete": (changes("admin", Document, doc(VIEWED), is_deleted=True), is_("denied")),
    "admin purges": (changes("admin", Document, doc("free public free deleted"), lift="soft-delete"), is_("done")),
    "shares are seen": (
        sees(DocumentShare.id),
        every(admin=SHARES, paid={"for role"}, free={"viewed", "expired"}, nobody={"edited"}),
    ),
    "owner changes a share": (
        changes("other", DocumentShare, row("viewed"), level="editor", granted_by=me("other")),
        is_("done"),
    ),
    "owner shares": (share("other", VIEWED), is_("done")),
    "owner signs herself": (share("other", VIEWED, signed="free"), is_("denied")),
    "viewer does not share": (share("free", VIEWED), is_("denied")),
    "editor does not share": (share("nobody", EDITED), is_("denied")),
    "admin does not share": (share("admin", VIEWED), is_("denied")),
    "owner ends a share": (changes("other", DocumentShare, row("viewed")), is_("done")),
    "admin ends a share": (changes("admin", DocumentShare, row("viewed")), is_("done")),
    "viewer ends no share": (changes("free", DocumentShare, row("viewed")), is_("denied")),
    "viewer raises no share": (
        changes("free", DocumentShare, row("viewed"), level="editor", granted_by=me("free")),
        is_("denied"),
    ),
    "admin makes users": (adds("admin", new_user), is_("done")),
    "others make no users": (adds("paid", new_user), is_("denied")),
    "admin changes users": (
        changes("admin", User, me("free"), username="x", email="x@y", is_active=False),
        is_("done"),
    ),
    "admin takes over no user": (changes("admin", User, me("free"), hashed_password="mine"), is_("denied")),
    "users do not change themselves": (changes("free", User, me("free"), email="x@y"), is_("denied")),
    "admin deletes no user": (changes("admin", User, me("nobody")), is_("denied")),
    "roles are public": (_roles_of_nobody_at_all, is_(4)),
    "admin makes roles": (adds("admin", lambda _: Role(name="new")), is_("done")),
    "others make no roles": (adds("paid", lambda _: Role(name="new")), is_("denied")),
    "admin renames roles": (changes("admin", Role, row("auditor"), name="new"), is_("done")),
    "built-in roles keep their names": (changes("admin", Role, lambda _: FREE_USER, name="x"), is_("denied")),
    "built-in roles are described": (changes("admin", Role, lambda _: FREE_USER, description="x"), is_("done")),
    "built-in roles stay": (changes("admin", Role, lambda _: FREE_USER), is_("denied")),
    "admin sees assignments": (
        sees(UserRole.user_id),
        lambda world: {
            "admin": {world.users[name] for name in ("admin", "paid", "free", "other", "inactive")},
            "paid": {world.users["paid"]},
            "free": {world.users["free"]},
            "nobody": set(),
        },
    ),
    "admin gives what she holds": (assign("admin", "free_user"), is_("done")),
    "admin gives only what she holds": (assign("admin", "auditor"), is_("denied")),
    "admin takes what nobody holds": (assign("admin", "auditor", to="admin"), is_("done")),
    "others take nothing": (assign("paid", "auditor", to="paid"), is_("denied")),
    "admin signs herself": (assign("admin", "free_user", signed="free"), is_("denied")),
    "others give nothing": (assign("paid", "paid_user"), is_("denied")),
    "admin lengthens what she holds": (
        changes("admin", UserRole, free_of_free, assigned_by=me("admin"), expires_at=datetime(2100, 1, 1, tzinfo=UTC)),
        is_("done"),
    ),
    "users lengthen nothing": (
        changes("free", UserRole, free_of_free, assigned_by=me("free"), expires_at=datetime(2100, 1, 1, tzinfo=UTC)),
        is_("denied"),
    ),
    "admin takes roles": (changes("admin", UserRole, free_of_free), is_("done")),
    "users keep their roles": (changes("free", UserRole, free_of_free), is_("denied")),
    "hierarchy is public": (_counts, is_(dict.fromkeys(USERS, (2, 1)))),
    "admin lets inherit what she holds": (inherit("admin", "auditor", "free_user"), is_("done")),
    "admin lets inherit only what she holds": (inherit("admin", "free_user", "auditor"), is_("denied")),
    "others let inherit nothing": (inherit("paid", "auditor", "paid_user"), is_("denied")),
    "admin ends inheritance": (changes("admin", RoleParent, lambda _: (ADMIN, PAID_USER)), is_("done")),
    "others end no inheritance": (changes("paid", RoleParent, lambda _: (ADMIN, PAID_USER)), is_("denied")),
    "admin excludes": (adds("admin", exclusion), is_("done")),
    "others exclude nothing": (adds("paid", exclusion), is_("denied")),
    "admin ends exclusions": (changes("admin", RoleExclusion, excluded), is_("done")),
    "others end no exclusions": (changes("free", RoleExclusion, excluded), is_("denied")),
    "configurations are seen": (
        sees(Configuration.id),
        every(admin={"conf paid", "conf free", "conf ungranted"}, paid={"conf paid", "conf free"}, free={"conf free"}),
    ),
    "level 1 does not change": (changes("paid", Configuration, row("conf paid"), value=2), is_("denied")),
    "level 2 changes": (changes("free", Configuration, row("conf free"), value=2, description="x"), is_("done")),
    "level 2 does not rename": (changes("free", Configuration, row("conf free"), name="x"), is_("denied")),
    "admin makes configurations": (adds("admin", lambda _: Configuration(name="new", value=1)), is_("done")),
    "others make no configurations": (adds("free", lambda _: Configuration(name="new", value=1)), is_("denied")),
    "grants are seen": (
        sees(RoleConfiguration.id),
        every(
            admin={"grant paid", "grant free", "grant over"},
            paid={"grant paid", "grant free", "grant over"},
            free={"grant free", "grant over"},
        ),
    ),
    "admin grants": (adds("admin", grant_of("admin")), is_("done")),
    "admin signs her grants": (adds("admin", grant_of("free")), is_("denied")),
    "others grant nothing": (adds("free", grant_of("free")), is_("denied")),
    "admin withdraws": (changes("admin", RoleConfiguration, row("grant free")), is_("done")),
    "others withdraw nothing": (changes("free", RoleConfiguration, row("grant free")), is_("denied")),
    "audit is seen": (sees(AuditEntry.id), every(admin={"line admin", "line free"}, free={"line free"})),
    "anybody adds a line": (line("free", "free"), is_("done")),
    "nobody adds a line for another": (line("free", "admin"), is_("denied")),
    "strangers add a line about nobody": (line(None, None), is_("done")),
    "strangers add no line about somebody": (line(None, "free"), is_("denied")),
    "lines stay": (changes("admin", AuditEntry, row("line free")), is_("no right")),
    "lines stay as they are": (changes("admin", AuditEntry, row("line free"), kind="x"), is_("no right")),
}
