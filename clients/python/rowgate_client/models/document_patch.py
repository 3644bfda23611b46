from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="DocumentPatch")


@_attrs_define
class DocumentPatch:
    """What to change; what is left out stays.

    Attributes:
        title (str | Unset):
        content (str | Unset):
        is_public (bool | Unset):
        requires_paid_access (bool | Unset):
    """

    title: str | Unset = UNSET
    content: str | Unset = UNSET
    is_public: bool | Unset = UNSET
    requires_paid_access: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        title = self.title

        content = self.content

        is_public = self.is_public

        requires_paid_access = self.requires_paid_access

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if title is not UNSET:
            field_dict["title"] = title
        if content is not UNSET:
            field_dict["content"] = content
        if is_public is not UNSET:
            field_dict["is_public"] = is_public
        if requires_paid_access is not UNSET:
            field_dict["requires_paid_access"] = requires_paid_access

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        title = d.pop("title", UNSET)

        content = d.pop("content", UNSET)

        is_public = d.pop("is_public", UNSET)

        requires_paid_access = d.pop("requires_paid_access", UNSET)

        document_patch = cls(
            title=title,
            content=content,
            is_public=is_public,
            requires_paid_access=requires_paid_access,
        )

        return document_patch
