"""`raw()`: a query as text, for sessions where the wall stands. The database filters it; no gate could."""

import re
from typing import Any

from sqlalchemy import TextClause

from rowgate.errors import Unguarded

_READS = re.compile(r"[\s(]*(SELECT|WITH|VALUES|TABLE)\b", re.IGNORECASE)


class Raw(TextClause):
    """What `raw()` returns: a statement, to be executed as it is and not to be part of another."""

    inherit_cache = True

    @classmethod
    def _generate_compiler_dispatch(cls) -> None:
        """Keep the method below: SQLAlchemy would write one that takes this for any other text."""

    def _compiler_dispatch(self, visitor: Any, **kw: Any) -> str:
        visit = getattr(visitor, "visit_rowgate_raw", visitor.visit_textclause)
        return str(visit(self, **kw))


def raw(query: str) -> Raw:
    """Return a query in SQL, to be executed by a session where the wall stands: `raw("SELECT ... WHERE id = :id")`.

    Row security filters it, as whoever acts; without the wall it is refused. The gate does nothing for it: a mask with a
    condition does not hold, and a column that is masked for everybody must not be named. Values belong in parameters.

    Args:
        query: one SELECT, WITH, VALUES or TABLE, with `:name` for each parameter.

    Raises:
        Unguarded: it begins with another word.
    """
    if not isinstance(query, str) or _READS.match(query) is None:
        raise Unguarded("raw() takes a query that begins with SELECT, WITH, VALUES or TABLE; write with the model")
    return Raw(query)
