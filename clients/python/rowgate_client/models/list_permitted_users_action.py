from enum import StrEnum


class ListPermittedUsersAction(StrEnum):
    DELETE = "delete"
    READ = "read"
    UPDATE = "update"

    def __str__(self) -> str:
        return str(self.value)
