"""A small world for the fuzzer: tables without foreign keys, NULLs in every rule, and policies of every kind.

No foreign keys and no server defaults: the tree must mean the same over tables that lack the hidden rows.
"""

from typing import Any

from sqlalchemy import Integer, Table, and_, exists

from proof.further_models import Asset, Book, Film, Novel, Plan, Remark, Room
from proof.further_world import further_policies, further_rows
from proof.small_models import Base, Block, Doc, Note, Odd, Odder, Person, Share, Tag, links
from rowgate import EVERYONE, Catalog, Principal, principal

ENTITIES: list[type[Any]] = [
    *(Doc, Note, Person, Share, Tag, Block, Odd, Odder),
    *(Doc, Note, Asset, Book, Room, Plan, Film, Remark, Novel),
]
LEAVES: list[type[Any]] = [Book, Novel, Film]
TABLES: dict[str, Table] = {table.name: table for table in Base.metadata.sorted_tables}


def make_catalog() -> Catalog:
    """Return a new catalog of the small world."""
    me = principal.id
    catalog = Catalog(Base, principal_id=Integer(), roles={"free_user", "auditor"})
    docs = catalog.policy(Doc)
    docs.restrict(when=~Doc.deleted, name="soft-delete", lift="auditor")
    docs.restrict("read", when=~exists().where(Block.blocker == Doc.owner_id, Block.blocked == me), name="blocks")
    docs.allow("read", to="auditor")
    docs.allow("read", to="free_user", when=Doc.public)
    docs.allow("read", "create", "update", "delete", when=Doc.owner_id == me)
    docs.allow("read", when=Doc.shares.any(Share.person_id == me))
    docs.allow(
        "update", when=Doc.shares.any(and_(Share.person_id == me, Share.level >= 2)), columns=[Doc.title, Doc.pages]
    )
    docs.mask(Doc.score, unless_when=Doc.owner_id == me)
    people = catalog.policy(Person)
    people.allow("read", to=EVERYONE, when=~Person.hidden)
    people.allow("read", "update", when=Person.id == me)
    people.mask(Person.secret)
    people.mask(Person.mail, unless_when=Person.id == me, reads="hidden", writable=Person.id == me)
    shares = catalog.policy(Share)
    shares.allow("read", when=Share.person_id == me)
    shares.allow("read", "create", "delete", when=Share.doc.has(Doc.owner_id == me))
    notes = catalog.policy(Note, barrier=True)
    notes.allow("read", when=Note.doc.has(and_(Doc.public, ~Doc.deleted)))
    notes.allow("read", "create", "update", "delete", when=Note.author_id == me)
    notes.allow("update", to="free_user", when=Note.stars.is_(None))
    notes.mask(Note.body, unless_when=Note.author_id == me, reads="***", writable=Note.author_id == me)
    blocks = catalog.policy(Block)
    blocks.allow("read", "create", "delete", when=Block.blocker == me)
    linked = catalog.policy(links)
    linked.allow("read", to="free_user", when=links.c.tag_id < 4)
    linked.allow(
        "read", "create", "delete", when=exists().where(Doc.id == links.c.doc_id, Doc.owner_id == me, Doc.pages > 0)
    )
    odd = catalog.policy(Odd)
    odd.allow("read", when=Odd.select.in_(["a", "b"]))
    odd.allow("read", "create", "update", "delete", when=Odd.who == me)
    odd.mask(Odd.grp, unless_when=Odd.who == me, reads="-", writable=Odd.who == me)
    catalog.open(Tag, reason="public vocabulary", actions=("read", "create", "update", "delete"))
    further_policies(catalog)
    return catalog


FREE = Principal(1, {"free_user"}, {"tenant": 1})
PRINCIPALS: list[tuple[Principal, frozenset[str]]] = [
    (FREE, frozenset()),
    (Principal(2, {"free_user"}, {"tenant": 2}), frozenset()),
    (Principal(3), frozenset()),
    (Principal(3, {"auditor"}, {"tenant": 1}), frozenset({"soft-delete"})),
    (Principal.anonymous(), frozenset()),
]
"""Who runs the trees, and what they lift: two free users of one variant, one without roles, an auditor, nobody."""

WORDS = ["a", "b", "Ab", "", None, "a%b", "zz"]
FLAGS = [True, False, True, None, False, True, True]


def _cycle(values: list[Any], n: int) -> Any:
    return values[n % len(values)]


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return the rows as they are put in: every combination that a rule can tell apart, NULLs and duplicates."""
    docs = [
        {
            "id": n,
            "owner_id": _cycle([1, 2, 3, None, 1], n),
            "title": _cycle(WORDS, n),
            "pages": _cycle([1, 2, None, 0, 2, 7], n),
            "public": _cycle(FLAGS, n),
            "deleted": _cycle([False, False, False, True, False, False, None], n + n // 7),
            "score": _cycle([5, None, 3, 5], n),
        }
        for n in range(1, 15)
    ]
    notes = [
        {
            "id": n,
            "doc_id": _cycle([1, 2, 3, 4, 5, 6, None], n),
            "author_id": _cycle([1, 2, None, 3], n),
            "parent_id": _cycle([None, 1, 2, 3, 99], n),
            "body": _cycle(["x", "y", None], n),
            "stars": _cycle([1, None, 3, 2, None], n),
        }
        for n in range(1, 15)
    ]
    people = [
        {"id": n, "name": name, "mail": f"m{n}", "secret": f"TOP-{n}", "age": age, "hidden": hidden}
        for n, (name, age, hidden) in enumerate(
            [("a", 30, False), ("b", None, False), ("b", 30, True), ("zz", 41, None), (None, 7, False)], 1
        )
    ]
    shares = [(2, 1, 1), (3, 1, 2), (7, 1, None), (1, 2, 2), (6, 3, 3), (9, 1, 2), (4, 3, 1), (13, 2, 1)]
    return {
        "people": people,
        "docs": docs,
        "notes": notes,
        "shares": [{"doc_id": doc, "person_id": person, "level": level} for doc, person, level in shares],
        "blocks": [{"blocker": a, "blocked": b} for a, b in [(2, 3), (3, 1), (1, 4), (1, 2)]],
        "Order": [
            {"Id": n, "user": who, "Group": group, "select": word, "kind": kind}
            for n, (who, group, word, kind) in enumerate(
                [
                    (1, "g", None, "odd"),
                    (2, "h", "a", "odder"),
                    (None, None, "b", "odd"),
                    (1, "g", "a", "odder"),
                    (3, "k", "c", "odd"),
                    (2, "g", None, "odder"),
                    (3, None, "b", "odder"),
                ],
                1,
            )
        ],
        "tags": [{"id": n, "word": word} for n, word in enumerate(["red", "green", None, "red", "a"], 1)],
        "links": [
            {"doc_id": d, "tag_id": t} for d, t in [(1, 1), (1, 5), (2, 1), (2, 4), (5, 2), (5, 4), (10, 4), (11, 3)]
        ],
        **further_rows(),
    }


__all__ = [
    "ENTITIES",
    "FREE",
    "LEAVES",
    "PRINCIPALS",
    "TABLES",
    "Asset",
    "Base",
    "Block",
    "Book",
    "Doc",
    "Film",
    "Note",
    "Novel",
    "Odd",
    "Odder",
    "Person",
    "Plan",
    "Remark",
    "Room",
    "Share",
    "Tag",
    "links",
    "make_catalog",
    "rows",
]
