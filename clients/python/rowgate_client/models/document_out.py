from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="DocumentOut")


@_attrs_define
class DocumentOut:
    """A document.

    Attributes:
        id (UUID):
        title (str):
        content (str):
        owner_id (UUID):
        is_public (bool):
        requires_paid_access (bool):
        is_deleted (bool):
        created_at (datetime.datetime):
        updated_at (datetime.datetime):
    """

    id: UUID
    title: str
    content: str
    owner_id: UUID
    is_public: bool
    requires_paid_access: bool
    is_deleted: bool
    created_at: datetime.datetime
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        title = self.title

        content = self.content

        owner_id = str(self.owner_id)

        is_public = self.is_public

        requires_paid_access = self.requires_paid_access

        is_deleted = self.is_deleted

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "title": title,
                "content": content,
                "owner_id": owner_id,
                "is_public": is_public,
                "requires_paid_access": requires_paid_access,
                "is_deleted": is_deleted,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        title = d.pop("title")

        content = d.pop("content")

        owner_id = UUID(d.pop("owner_id"))

        is_public = d.pop("is_public")

        requires_paid_access = d.pop("requires_paid_access")

        is_deleted = d.pop("is_deleted")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        document_out = cls(
            id=id,
            title=title,
            content=content,
            owner_id=owner_id,
            is_public=is_public,
            requires_paid_access=requires_paid_access,
            is_deleted=is_deleted,
            created_at=created_at,
            updated_at=updated_at,
        )

        document_out.additional_properties = d
        return document_out

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
