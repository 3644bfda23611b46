"""All adapters, in the order of the table."""

from .authz import Authz, StrictAuthz
from .ours import Nothing, Ours
from .peer import Peer
from .recipe import CarefulRecipe, Recipe
from .row_security import RowSecurity

PEERS: tuple[type[Peer], ...] = (Nothing, Recipe, CarefulRecipe, Authz, StrictAuthz, RowSecurity, Ours)
DRIVERS = ("asyncpg", "psycopg", "sqlite")
