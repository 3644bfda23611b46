"""The wall: the policies of a catalog as PostgreSQL row-level security, a second rendering of the same decisions.

* `objects`: what it is made of, as values;
* `signing`: the keys that the context of a transaction is signed by;
* `context`: the functions by which the database learns who acts.
"""
