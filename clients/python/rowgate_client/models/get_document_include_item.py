from enum import StrEnum


class GetDocumentIncludeItem(StrEnum):
    DELETED = "deleted"
    PERMISSIONS = "permissions"

    def __str__(self) -> str:
        return str(self.value)
