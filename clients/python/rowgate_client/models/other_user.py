from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="OtherUser")


@_attrs_define
class OtherUser:
    """A user, with the roles that she holds herself.

    Attributes:
        id (UUID):
        username (str):
        email (str):
        is_active (bool):
        created_at (datetime.datetime):
        roles (list[str]):
    """

    id: UUID
    username: str
    email: str
    is_active: bool
    created_at: datetime.datetime
    roles: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        username = self.username

        email = self.email

        is_active = self.is_active

        created_at = self.created_at.isoformat()

        roles = self.roles

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "username": username,
                "email": email,
                "is_active": is_active,
                "created_at": created_at,
                "roles": roles,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = UUID(d.pop("id"))

        username = d.pop("username")

        email = d.pop("email")

        is_active = d.pop("is_active")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        roles = cast(list[str], d.pop("roles"))

        other_user = cls(
            id=id,
            username=username,
            email=email,
            is_active=is_active,
            created_at=created_at,
            roles=roles,
        )

        other_user.additional_properties = d
        return other_user

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
