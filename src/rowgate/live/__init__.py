"""What stands in a database, beside what the catalog says should: the wall's drift.

* `standing`: reads the wall's objects out of PostgreSQL's catalogue;
* `normal`: lets the same server write what should stand in its own words, so that the two can be compared;
* `differences`: what is missing, what has changed, what is there that nobody has declared;
* `login`: whether a login could walk round the wall.
"""

from rowgate.live.differences import Difference, differences, require
from rowgate.live.login import verify_login

__all__ = ["Difference", "differences", "require", "verify_login"]
