"""The wall: the policies of a catalog as PostgreSQL row-level security, a second rendering of the same decisions.

* `objects`, `table_objects`: what it is made of, as values;
* `signing`: the keys that the context of a transaction is signed by;
* `context`: the functions by which the database learns who acts;
* `texts`: whoever acts, as text; `wires`: how a driver sends that with BEGIN;
* `subjects`: the queries for the principal, as functions;
* `answers`: the rules for a gate in front of the wall;
* `generic`: rules with roles and lifts inside their conditions; `terms` are those terms;
* `analysis`: what a condition says of whoever acts;
* `literals`, `render`: a condition as text; `functions`: its sub-selects as functions;
* `policies`, `columns`, `masks`, `grants`: what becomes of rules, `columns=`, masks and rights;
* `searches`: full-text search, as functions;
* `building`: all of it.
"""

from rowgate.wall.building import PerRow, Wall, create, drop
from rowgate.wall.signing import Signed, Unsigned

__all__ = ["PerRow", "Signed", "Unsigned", "Wall", "create", "drop"]
