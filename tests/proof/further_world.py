"""Policies and rows of the second half of the small world."""

from typing import Any

from sqlalchemy import Integer, and_, or_

from proof.further_models import Asset, Film, Plan, Remark, Room
from rowgate import Catalog, can, principal


def further_policies(catalog: Catalog) -> None:
    """Declare the policies. The tables of books and novels have none: they follow their parents."""
    me = principal.id
    rooms = catalog.policy(Room)
    rooms.restrict(when=Room.tenant == principal.attr("tenant", Integer()), name="tenant", check=True)
    rooms.allow("read", when=Room.open)
    rooms.allow("read", "create", "update", "delete", when=Room.owner_id == me)
    rooms.allow("update", to="free_user", when=Room.label == "a", check=Room.open)
    plans = catalog.policy(Plan)
    plans.allow("read", when=or_(Plan.open, Plan.helper_id == me))
    plans.allow("read", "create", "update", "delete", when=Plan.owner_id == me)
    plans.allow("update", when=Plan.helper_id == me, columns=[Plan.title, Plan.effort, Plan.helper_id])
    plans.allow("update", to="free_user", when=Plan.open, columns=[Plan.effort, Plan.memo, Plan.open])
    plans.allow("create", to="free_user", when=Plan.title == "a")
    plans.mask(Plan.memo, unless_when=Plan.owner_id == me, writable=Plan.open)
    remarks = catalog.policy(Remark)
    remarks.allow("read", when=can("read", Remark.doc))
    remarks.allow("update", when=can("update", Remark.doc))
    remarks.allow("delete", when=can("delete", Remark.doc))
    remarks.allow("read", "create", when=Remark.author_id == me)
    remarks.restrict("update", when=or_(Remark.level > 0, ~can("delete", Remark.doc)), name="level")
    remarks.mask(Remark.body, unless_when=can("update", Remark.doc), reads="-", writable=can("update", Remark.doc))
    assets = catalog.policy(Asset)
    assets.allow("read", when=Asset.shared)
    assets.allow("read", "create", "update", "delete", when=Asset.owner_id == me)
    assets.allow("update", to="free_user", when=and_(Asset.shared, Asset.name == "a"), columns=[Asset.name])
    films = catalog.policy(Film)
    films.allow("read", when=Film.minutes < 100)
    films.allow("read", "create", "update", "delete", when=Film.editor_id == me)
    films.mask(Film.rating, unless_when=Film.editor_id == me, reads=0, writable=Film.editor_id == me)


def _at(values: list[Any], n: int) -> Any:
    return values[n % len(values)]


def further_rows() -> dict[str, list[dict[str, Any]]]:
    """Return the rows as they are put in."""
    kinds = {n: _at(["book", "novel", "film", "asset", "film", "book", "novel"], n) for n in range(1, 19)}
    return {
        "rooms": [
            {
                "id": n,
                "tenant": _at([1, 2, 1, None, 1], n),
                "owner_id": _at([1, 2, 3, None], n),
                "label": _at(["a", None, "b", "a", "zz"], n + n // 5),
                "open": _at([True, False, True, None, True, False], n),
            }
            for n in range(1, 15)
        ],
        "plans": [
            {
                "id": n,
                "owner_id": _at([2, 3, 1, None, 2], n),
                "helper_id": _at([1, 1, 2, None, 3, 1, 3], n),
                "title": _at(["a", None, "b"], n),
                "effort": _at([1, 2, None, 3], n),
                "memo": _at(["x", None, "y"], n + 1),
                "open": _at([True, False, None, True], n + n // 4),
                "stamp": _at([None, 7], n),
            }
            for n in range(1, 15)
        ],
        "remarks": [
            {
                "id": n,
                "doc_id": _at([1, 2, 3, 4, 5, 6, 7, None, 9, 99, 10, 13], n),
                "author_id": _at([1, 2, None, 3], n),
                "body": _at(["x", None, "y"], n),
                "level": _at([1, None, 0, 2, 1], n),
            }
            for n in range(1, 17)
        ],
        "assets": [
            {
                "id": n,
                "kind": kind,
                "owner_id": _at([1, 2, 1, None, 3], n),
                "name": _at(["a", "b", None, "a"], n + n // 4),
                "shared": _at([True, False, None, True], n),
            }
            for n, kind in kinds.items()
        ],
        "books": [
            {"id": n, "pages": _at([1, None, 30], n), "lang": _at(["a", "b", None, "zz"], n)}
            for n, kind in kinds.items()
            if kind in ("book", "novel")
        ],
        "novels": [{"id": n, "mood": _at(["a", None, "red"], n)} for n, kind in kinds.items() if kind == "novel"],
        "films": [
            {
                "id": n,
                "minutes": _at([7, 120, None, 90], n),
                "editor_id": _at([1, 2, 1, 3, None], n + n // 3),
                "rating": _at([3, None, 5], n),
            }
            for n, kind in kinds.items()
            if kind == "film"
        ],
    }
