"""What can be done to a row."""

from enum import StrEnum
from typing import Literal


class Action(StrEnum):
    """What can be done to a row."""

    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


ActionName = Literal["read", "create", "update", "delete"] | Action
