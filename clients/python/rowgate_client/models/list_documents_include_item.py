from enum import StrEnum


class ListDocumentsIncludeItem(StrEnum):
    DELETED = "deleted"
    PERMISSIONS = "permissions"

    def __str__(self) -> str:
        return str(self.value)
