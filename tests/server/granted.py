"""What stands beside the users and documents where policies are asked: shares, grants, roles, lines of the audit."""

from uuid import UUID, uuid5

from sqlalchemy.engine import URL

from server.world import World, query

SPACE = UUID("01a20350-0000-7000-8000-000000000000")
VIEWED, EDITED, FOR_ROLE, EXPIRED = (
    "other private free kept",
    "other private paid kept",
    "admin private free kept",
    "admin private paid kept",
)
"""Documents: `free` views the first, `nobody` edits the second, paying users view the third; the fourth is over."""


def key(name: str) -> UUID:
    """Return the key of a thing by its name."""
    return uuid5(SPACE, name)


def store_grants(world: World, owner: URL) -> None:
    """Store it all as the owner of the database."""
    users = world.users
    role = "(SELECT id FROM roles WHERE name = '{}')".format
    query(owner, "INSERT INTO roles (id, name) VALUES (%s, 'auditor')", key("auditor"))
    share = "INSERT INTO document_shares (id, document_id, user_id, role_id, level, expires_at) VALUES (%s, %s, {})"
    for name, title, rest in (
        ("viewed", VIEWED, f"'{users['free']}', NULL, 'viewer', NULL"),
        ("edited", EDITED, f"'{users['nobody']}', NULL, 'editor', now() + interval '1 hour'"),
        ("for role", FOR_ROLE, f"NULL, {role('paid_user')}, 'viewer', NULL"),
        ("expired", EXPIRED, f"'{users['free']}', NULL, 'editor', now() - interval '1 second'"),
    ):
        query(owner, share.format(rest), key(name), world.doc(title).id)
    for name in ("paid", "free", "ungranted"):
        query(owner, "INSERT INTO configurations (id, name, value) VALUES (%s, %s, '1')", key(f"conf {name}"), name)
    grant = (
        "INSERT INTO role_configurations (id, configuration_id, role_id, access_level, expires_at) VALUES (%s, %s, {})"
    )
    query(owner, grant.format(f"{role('paid_user')}, 1, NULL"), key("grant paid"), key("conf paid"))
    query(owner, grant.format(f"{role('free_user')}, 2, NULL"), key("grant free"), key("conf free"))
    over = f"{role('free_user')}, 2, now() - interval '1 second'"
    query(owner, grant.format(over), key("grant over"), key("conf ungranted"))
    first, second = sorted([key("auditor"), query(owner, f"SELECT {role('free_user')}")[0][0]])
    pair = "INSERT INTO role_exclusions (kind, first_id, second_id) VALUES ('static', %s, %s)"
    query(owner, pair, first, second)
    line = "INSERT INTO audit_log (id, kind, actor_id) VALUES (%s, 'test', %s)"
    for name in ("admin", "free"):
        query(owner, line, key(f"line {name}"), users[name])
