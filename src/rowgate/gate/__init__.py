"""The gate: renders decisions into the SQL that SQLAlchemy compiles.

Policies are applied where SQL is *rendered*, not where the ORM is called, since every way to a row names its table in
FROM, and there is one method that renders that. The parts:

* `strings`: what may be pasted into SQL, in closed form;
* `foreign`: element classes that render themselves, found and judged;
* `base`: what all parts share: trusted rendering of a policy, isolated from the statement around it;
* `reads`: a table in FROM becomes a sub-select of what may be read;
* `following`: `can()`, and tables that follow another one;
* `rows`: old rows, judged in the WHERE of a write;
* `writes`: new rows prove themselves in RETURNING;
* `upserts`: both, for ON CONFLICT DO UPDATE;
* `compiler`: the compiler class for a dialect, and the dialect for a variant.
"""

from rowgate.gate.compiler import gated_dialect, render_condition, shut_dialect

__all__ = ["gated_dialect", "render_condition", "shut_dialect"]
