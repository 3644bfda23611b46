"""What policies mean, in plain Python: for proof and for tests only. No session and no statement asks it.

It is written from the words of the algebra, reads the rules themselves and knows neither `decision` nor gate nor wall:
were it built on one of them, its agreement with them would prove nothing. The parts:

* `values`: SQL's three-valued logic, comparisons and functions, on Python values;
* `reading`: a SQL expression becomes a function of a row;
* `selects`: sub-selects over the rows of other tables;
* `rules`: allow, restrict, mask, lift: who reads, makes, changes and deletes which row.

What it does not know it refuses with a `CatalogError`; it never guesses.
"""

from rowgate.reference.rules import Acting, Reference

__all__ = ["Acting", "Reference"]
