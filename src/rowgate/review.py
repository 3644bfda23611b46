"""Who may do this to a row? The decision about everybody at once, as SQL: the review functions of INCITS 359.

The gate asks "may whoever acts?", with the principal's values as parameters. Here the same rules are asked of each row
of a table of users: its key stands where the principal's id stood, and a condition of the caller's where a role did.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlalchemy.inspection import inspect
from sqlalchemy.sql import Select, visitors
from sqlalchemy.sql.annotation import _deep_deannotate

from rowgate.action import Action
from rowgate.catalog import Catalog
from rowgate.decision import all_of
from rowgate.entry import Entry
from rowgate.errors import CatalogError
from rowgate.permission import table_key
from rowgate.policy import Allow
from rowgate.principal import PrincipalTerm, RoleTerm, Term

Condition = ColumnElement[bool]
HasRole = Callable[[Any], Condition]
"""Takes the name of a role, or a column that holds one; says in SQL whether the user has it."""


def who_may(catalog: Catalog, action: str, entity: Any, *, user_id: Any, has_role: HasRole) -> Condition:
    """Return the condition under which a user may do this to a row, by the rules that `can()` stands for.

    Put it into a SELECT that has both tables in its FROM clause, the users under an alias of their own:

        select(user).join(Document, Document.id == key).where(user.is_active, who_may(...))

    The session that runs it sees users, shares and roles as its policies show them: it is for who sees all of them.

    Args:
        catalog: the policies.
        action: "read", "update" or "delete"; the last two include the first.
        entity: the mapped class of the row.
        user_id: the key of the users, of the type of `principal.id`.
        has_role: says whether the user has a role. Let its sub-select read aliases of its own, and say
            `.correlate_except()` of them: the column that it is given may be of the same table.

    Raises:
        CatalogError: a rule asks for what a row of users does not say, such as an attribute of the principal.
    """
    catalog.freeze()
    entry = catalog.entries[table_key(inspect(entity).local_table)]
    wanted = [Action.READ] if Action(action) is Action.READ else [Action.READ, Action(action)]
    asked = _Asked(entry, user_id, has_role)
    return all_of(part for one in wanted for part in (asked.allowed(one), *asked.restricted(one)))


class _Asked:
    """The rules of one table, asked of a row of users."""

    def __init__(self, entry: Entry, user_id: Any, has_role: HasRole) -> None:
        self._entry = entry
        self._user_id = user_id
        self._has_role = has_role

    def allowed(self, action: Action) -> Condition:
        rules = [self._rule(rule) for rule in self._entry.allows if action in rule.actions]
        return or_(*rules) if rules else false()

    def restricted(self, action: Action) -> list[Condition]:
        return [self._of(rule.when) for rule in self._entry.restricts if action in rule.actions]

    def _rule(self, rule: Allow) -> Condition:
        speaks = true() if rule.roles is None else or_(*(self._has_role(name) for name in sorted(rule.roles)))
        return speaks if rule.when is None else and_(speaks, self._of(rule.when))

    def _of(self, condition: Any) -> Condition:
        _see_that_it_correlates(condition)
        found: Condition = visitors.replacement_traverse(_open_to_replacement(condition), {}, self._replaced)
        if any(isinstance(element, Term) for element in visitors.iterate(found)):
            raise CatalogError(f"who_may(): a rule of {self._entry.name} asks what cannot be asked of a row of users")
        return found

    def _replaced(self, element: Any, **_: Any) -> Any:
        if isinstance(element, PrincipalTerm) and element.kind == "id":
            return self._user_id
        if isinstance(element, RoleTerm):
            return self._has_role(element.called if element.column is None else element.column)
        return None


def _open_to_replacement(condition: Any) -> Any:
    """Return the condition without the mark by which `any()` and `has()` keep their sub-selects from being changed.

    The mark is for aliases: what is put in here names no table of the sub-select, so that nothing can be confused.
    """
    return _deep_deannotate(condition, values=["no_replacement_traverse"])


def _see_that_it_correlates(element: Any, depth: int = 0) -> None:
    """See that no sub-select of a sub-select names the principal: SQLAlchemy correlates to the next SELECT around only.

    Raises:
        CatalogError: one does; the users would appear in its own FROM, and everybody would be somebody.
    """
    inside = depth + isinstance(element, Select)
    if isinstance(element, PrincipalTerm) and inside > 1:
        raise CatalogError("who_may(): a sub-select of a sub-select names the principal; join the two instead")
    for child in element.get_children():
        _see_that_it_correlates(child, inside)
