"""What comes of a case otherwise where the wall stands, and why: with the gate in front of it, and alone.

A case that is not here is as without the wall, and one that is here and is as without it fails the test.
"""

from rowgate.testing import Outcome

COPY = "PostgreSQL refuses COPY FROM under row security to the owner too, as whom the case is tried without protection"
STATISTICS = (
    "pg_stats shows nothing of tables with forced row security, not even to their owner: there is nothing to hide"
)
AUTOCOMMIT = "autocommit has no transaction to hold a context: an error, or rows that are not there"
MASK = "masks are the gate's: one with a condition is not the wall's, and a column masked for everybody is not granted"
QUOTED = "the driver's error quotes the key that the case itself has given: a guarded session strips it"
GATES = "can(), lift() and include_filtered are answered by guarded sessions"
LEAVES = "a soft delete needs its lift in the same statement: a guarded session sends it"
PLACE = "says where rows lie, as PostgreSQL tells everybody, and nothing that is in them: the case compares with other tables"
PLAN = "EXPLAIN shows the conditions of the policies, and no row"
OTHERS = "the case gives one principal's connection, or rows that were loaded, to another: within the process nobody can tell"
ANOTHER_SESSION = "the case begins a transaction by itself, which has no context: it sees nothing"
PUBLIC = "everybody may store large objects of their own, unless a superuser takes that away"

GATE_AND_WALL = {
    "core/copies_in": (Outcome.ERROR, COPY),
    "core/statistics_table": (Outcome.BLIND, STATISTICS),
    "isolation/writes_its_own_in_autocommit": (Outcome.BROKEN, AUTOCOMMIT),
}

WALL_ALONE = GATE_AND_WALL | {
    "caches/loader_with_values_that_works": (Outcome.BROKEN, MASK),
    "core/information_schema": (Outcome.LEAK, PLACE),
    "core/large_objects": (Outcome.WRITE_LEAK, PUBLIC),
    "core/prepared_transactions": (Outcome.LEAK, ANOTHER_SESSION),
    "core/size_of_a_table": (Outcome.LEAK, PLACE),
    "core/system_column_without_table": (Outcome.LEAK, PLACE),
    "core/system_columns": (Outcome.LEAK, PLACE),
    "identity_map/binds_anew": (Outcome.LEAK, MASK),
    "identity_map/by_the_bind": (Outcome.LEAK, ANOTHER_SESSION),
    "identity_map/gets_by_every_key": (Outcome.BROKEN, MASK),
    "identity_map/merges_a_composite_key": (Outcome.LEAK, QUOTED),
    "isolation/frozen_by_an_admin": (Outcome.LEAK, OTHERS),
    "isolation/on_one_connection": (Outcome.LEAK, OTHERS),
    "oracles/explained": (Outcome.LEAK, PLAN),
    "oracles/masked_in_sets": (Outcome.LEAK, MASK),
    "oracles/masked_in_where": (Outcome.LEAK, MASK),
    "oracles/own_masked_column": (Outcome.LEAK, MASK),
    "permissions/asks_for_another": (Outcome.ERROR, GATES),
    "permissions/filters_by_it": (Outcome.ERROR, GATES),
    "permissions/includes_what_it_may": (Outcome.LEAK, GATES),
    "permissions/lifts_for_a_statement": (Outcome.BROKEN, GATES),
    "permissions/lifts_for_relations": (Outcome.BROKEN, MASK),
    "permissions/says_it_of_a_parent": (Outcome.ERROR, GATES),
    "permissions/says_what_may_be_done": (Outcome.ERROR, GATES),
    "permissions/told_of_the_seen": (Outcome.BROKEN, GATES),
    "privileges/admin_deletes_softly": (Outcome.BROKEN, LEAVES),
    "privileges/bare_works_for_itself": (Outcome.BROKEN, MASK),
    "relationships/eager_mappers_on_the_seen": (Outcome.BROKEN, MASK),
    "relationships/every_loader_on_the_seen": (Outcome.BROKEN, MASK),
    "relationships/lazy_on_the_seen": (Outcome.BROKEN, MASK),
    "relationships/second_mappers_on_the_seen": (Outcome.BROKEN, MASK),
    "writes/adds_a_tree": (Outcome.BROKEN, MASK),
    "writes/changes_its_own_email": (Outcome.BROKEN, MASK),
    "writes/composite_by_unit": (Outcome.LEAK, QUOTED),
    "writes/deletes_softly": (Outcome.BROKEN, LEAVES),
    "writes/deletes_softly_in_bulk": (Outcome.BROKEN, LEAVES),
    "writes/mask_of_another_by_sub_select": (Outcome.LEAK, MASK),
    "writes/upsert_by_unique": (Outcome.LEAK, QUOTED),
}
