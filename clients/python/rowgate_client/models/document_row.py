from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.document_permissions import DocumentPermissions


T = TypeVar("T", bound="DocumentRow")


@_attrs_define
class DocumentRow:
    """A document, and beside it what was asked for: permissions; with `q` its rank and what was found, as HTML.

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
        permissions (DocumentPermissions | None | Unset):
        rank (float | None | Unset):
        highlight (None | str | Unset):
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
    permissions: DocumentPermissions | None | Unset = UNSET
    rank: float | None | Unset = UNSET
    highlight: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.document_permissions import DocumentPermissions  # noqa: PLC0415

        id = str(self.id)

        title = self.title

        content = self.content

        owner_id = str(self.owner_id)

        is_public = self.is_public

        requires_paid_access = self.requires_paid_access

        is_deleted = self.is_deleted

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        permissions: dict[str, Any] | None | Unset
        if isinstance(self.permissions, Unset):
            permissions = UNSET
        elif isinstance(self.permissions, DocumentPermissions):
            permissions = self.permissions.to_dict()
        else:
            permissions = self.permissions

        rank: float | None | Unset
        if isinstance(self.rank, Unset):
            rank = UNSET
        else:
            rank = self.rank

        highlight: None | str | Unset
        if isinstance(self.highlight, Unset):
            highlight = UNSET
        else:
            highlight = self.highlight

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
        if permissions is not UNSET:
            field_dict["permissions"] = permissions
        if rank is not UNSET:
            field_dict["rank"] = rank
        if highlight is not UNSET:
            field_dict["highlight"] = highlight

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.document_permissions import DocumentPermissions  # noqa: PLC0415

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

        def _parse_permissions(data: object) -> DocumentPermissions | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                permissions_type_0 = DocumentPermissions.from_dict(data)

                return permissions_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(DocumentPermissions | None | Unset, data)

        permissions = _parse_permissions(d.pop("permissions", UNSET))

        def _parse_rank(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        rank = _parse_rank(d.pop("rank", UNSET))

        def _parse_highlight(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        highlight = _parse_highlight(d.pop("highlight", UNSET))

        document_row = cls(
            id=id,
            title=title,
            content=content,
            owner_id=owner_id,
            is_public=is_public,
            requires_paid_access=requires_paid_access,
            is_deleted=is_deleted,
            created_at=created_at,
            updated_at=updated_at,
            permissions=permissions,
            rank=rank,
            highlight=highlight,
        )

        document_row.additional_properties = d
        return document_row

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
