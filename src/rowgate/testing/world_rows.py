"""The rows of the suite's world. Every text in it occurs once, so that it tells which row it was read from."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID, uuid5

from rowgate.principal import Principal

SPACE = UUID(int=0xFEED)
A, B, C, D, E = (uuid5(SPACE, name) for name in "abcde")
"""Users: a, b and c own documents, b blocks c, e blocks a, d is somebody else."""
NAMES = {A: "a", B: "b", C: "c", D: "d", E: "e"}
Rows = dict[str, list[dict[str, Any]]]
"""Rows by table and then by column, both as the database names them."""

DOCUMENTS = [
    *(f"{owner}{public:d}{paid:d}{gone:d}" for owner, public, paid, gone in product("ab", *[(False, True)] * 3)),
    "c000", "c110", "e000", "e100",
]  # fmt: skip
"""A letter for the owner, then whether it is public, for paid access, deleted."""
BARE = {"a100", "c000"}
"""Documents that no other row refers to, so that they can be deleted."""
SHARED = [("b010", A), ("b011", A), ("a000", C), ("e000", A)]
BLOCKED = [(B, C), (E, A)]

FREE_A = Principal(A, {"free_user"}, {"tenant": 1})
PAID_A = Principal(A, {"paid_user"}, {"tenant": 1})
FREE_C = Principal(C, {"free_user"}, {"tenant": 2})
PAID_C = Principal(C, {"paid_user"}, {"tenant": 2})
BARE_D = Principal(D)
ADMIN_D = Principal(D, {"admin"})
NOBODY = Principal.anonymous()
PRINCIPALS = {
    "free a": FREE_A, "paid a": PAID_A, "free c": FREE_C, "paid c": PAID_C, "no roles d": BARE_D, "admin d": ADMIN_D,
    "anonymous": NOBODY,
}  # fmt: skip
"""The first is whom a case runs as unless it opens sessions of others."""


ASSETS = {
    1: ("asset", A, ""), 2: ("book", A, ""), 3: ("film", A, ""), 4: ("remake", A, ""), 5: ("book", B, ""),
    6: ("film", B, ""), 7: ("book", B, "public"), 8: ("film", B, "public"), 9: ("film", A, "banned"),
    10: ("film", B, "public banned"), 11: ("remake", C, ""), 12: ("remake", B, "public"), 13: ("asset", B, ""),
    14: ("remake", A, "banned"), 15: ("asset", C, "public"), 16: ("film", C, ""),
}  # fmt: skip
"""Assets by key: kind, owner, and whether they are public or banned."""
ARTICLES = [(A, None), (B, A), (B, C), (C, A), (A, B), (B, None), (A, None), (B, A), (C, None)]
"""Owner and editor of each article; the last three are archived."""


def key(name: str) -> UUID:
    """Return the primary key of a document, by its name: `key("b110")`."""
    return uuid5(SPACE, f"document-{name}")


def owner(name: str) -> UUID:
    """Return who owns a document, by its name."""
    return next(user for user, letter in NAMES.items() if letter == name[0])


def make_rows() -> Rows:
    """Return all rows of the world, anew."""
    return {**_people(), **_documents(), **_others(), **_kinds()}


def _people() -> Rows:
    users = [
        {"id": u, "name": f"user-{n}-name", "email": f"user-{n}@example.org", "hashed_password": f"user-{n}-hash"}
        for u, n in NAMES.items()
    ]
    roles = [{"id": n, "name": name} for n, name in enumerate(("admin", "paid_user", "free_user"), 1)]
    held = [(A, 3), (B, 2), (C, 3), (D, 1), (E, 2)]
    assignments = [{"user_id": u, "role_id": r, "remark": f"role-of-{NAMES[u]}-remark"} for u, r in held]
    blocks = [{"blocker_id": one, "blocked_id": other} for one, other in BLOCKED]
    return {"users": users, "roles": roles, "user_roles": assignments, "blocks": blocks}


def _documents() -> Rows:
    documents = [
        {
            "id": key(name), "title": f"doc-{name}-title", "content": f"doc-{name}-content", "pages": 1710000 + 37 * n,
            "price": Decimal(f"{4200000 + 41 * n}.25"), "created_at": datetime(2020, 1, 1) + timedelta(days=n),  # noqa: DTZ001
            "meta": {"text": f"doc-{name}-meta", "n": 5300000 + n}, "labels": [f"doc-{name}-label", "label"],
            "owner_id": owner(name), "is_public": name[1] == "1", "requires_paid_access": name[2] == "1",
            "is_deleted": name[3] == "1",
        }
        for n, name in enumerate(DOCUMENTS)
    ]  # fmt: skip
    others = [name for name in DOCUMENTS if name not in BARE]
    return {
        "documents": documents,
        "document_shares": [
            {"document_id": key(name), "user_id": user, "remark": f"share-{name}-{NAMES[user]}-remark"}
            for name, user in SHARED
        ],
        "comments": [
            {"id": n, "document_id": key(name), "author_id": owner(name), "body": f"comment-{name}-body"}
            for n, name in enumerate(others, 1)
        ]
        + [{"id": 90, "document_id": key("a000"), "author_id": B, "body": "comment-of-b-on-a000-body"}],
        "tags": [{"id": n, "word": word} for n, word in enumerate(("red", "green", "blue"), 1)],
        "document_tags": [{"document_id": key(name), "tag_id": 1 + n % 2} for n, name in enumerate(others)],
    }


def _others() -> Rows:
    owned = [(n, user) for n, user in enumerate((A, A, B, C, A, B), 1)]
    kinds = ("note", "memo", "task")
    return {
        "folders": [
            {"id": n, "name": f"folder-{n}-name", "owner_id": user, "parent_id": {2: 1, 3: 1, 4: 3, 5: 2, 6: 5}.get(n)}
            for n, user in owned
        ],
        "projects": [{"id": n, "name": f"project-{n}-name", "tenant_id": t} for n, t in ((1, 1), (2, 1), (3, 2))],
        "invoices": [
            {"id": n, "text": f"invoice-{n}-text", "total": 6100000 + 13 * n, "tenant_id": t}
            for n, t in ((1, 1), (2, 2), (3, 3))
        ],
        "notes": [
            {
                "id": n, "kind": kinds[n % 3], "owner_id": user, "body": f"note-{n}-body",
                "addressee": f"note-{n}-addressee" if n % 3 == 1 else None, "effort": 6500000 + n if n % 3 == 2 else None,  # noqa: PLR2004
            }
            for n, user in enumerate((A, A, A, B, B, B, C, C, C), 1)
        ],
        "ledger": [
            {"id": n, "owner": user, "amount_cents": 6700000 + 11 * n, "select": f"posting-{n}-text"} for n, user in owned
        ],
        "measurements": [
            {"station": f"station-{NAMES[user]}", "number": n, "owner_id": user, "value": 6800000 + 17 * n}
            for n, user in owned
        ],
        "vaults": [{"id": n, "owner_id": user, "code": f"vault-{n}-code"} for n, user in owned],
        "drafts": [{"id": n, "owner_id": user, "text": f"draft-{n}-text", "version": 1} for n, user in owned],
        "scratch": [{"id": 1, "text": "scratch-1-text"}],
    }  # fmt: skip


def _kinds() -> Rows:
    films = [n for n, (kind, _, _) in ASSETS.items() if kind in ("film", "remake")]
    attached = [name for name in DOCUMENTS if name not in BARE]
    owned = [(n, user) for n, user in enumerate((A, A, B, C, A, B), 1)]
    return {
        "assets": [
            {"id": n, "kind": kind, "name": f"asset-{n}-name", "owner_id": user, "is_public": "public" in what}
            for n, (kind, user, what) in ASSETS.items()
        ],
        "books": [{"id": n, "author": f"book-{n}-author"} for n, (kind, _, _) in ASSETS.items() if kind == "book"],
        "films": [
            {"id": n, "studio": f"film-{n}-studio", "plot": f"film-{n}-plot", "is_banned": "banned" in ASSETS[n][2]}
            for n in films
        ],
        "remakes": [{"id": n, "original": f"remake-{n}-original"} for n in films if ASSETS[n][0] == "remake"],
        "parts": [{"id": n, "asset_id": n, "text": f"part-{n}-text"} for n in ASSETS],
        "attachments": [
            {"id": n, "document_id": key(name), "name": f"attachment-{name}-name"} for n, name in enumerate(attached, 1)
        ],
        "articles": [
            {
                "id": n, "owner_id": user, "editor_id": editor, "title": f"article-{n}-title",
                "text": f"article-{n}-text", "status": f"article-{n}-status", "is_archived": n > 6,  # noqa: PLR2004
            }
            for n, (user, editor) in enumerate(ARTICLES, 1)
        ],
        "plants": [{"id": n, "name": f"plant-{n}-name", "owner_id": user} for n, user in owned],
        "trees": [
            {
                "id": 10 + n, "name": f"tree-{n}-name", "owner_id": user, "height": 6900000 + 19 * n,
                "is_public": n in (3, 4),
            }
            for n, user in owned
        ],
        "tickets": [
            {"id": uuid5(SPACE, f"ticket-{n}"), "owner_id": user, "text": f"ticket-{n}-text"} for n, user in owned
        ],
        "cards": [
            {"id": n, "owner_id": user, "text": f"card-{n}-text", "color": f"card-{n}-color"} for n, user in owned
        ],
    }  # fmt: skip
