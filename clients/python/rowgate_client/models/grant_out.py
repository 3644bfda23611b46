from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="GrantOut")


@_attrs_define
class GrantOut:
    """That a configuration is granted to a role. Its name is null where whoever asks may not see it.

    Attributes:
        configuration_id (UUID):
        configuration (None | str):
        role (str):
        access_level (int):
        granted_at (datetime.datetime):
        granted_by (None | UUID):
        expires_at (datetime.datetime | None):
    """

    configuration_id: UUID
    configuration: None | str
    role: str
    access_level: int
    granted_at: datetime.datetime
    granted_by: None | UUID
    expires_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        configuration_id = str(self.configuration_id)

        configuration: None | str
        configuration = self.configuration

        role = self.role

        access_level = self.access_level

        granted_at = self.granted_at.isoformat()

        granted_by: None | str
        if isinstance(self.granted_by, UUID):
            granted_by = str(self.granted_by)
        else:
            granted_by = self.granted_by

        expires_at: None | str
        if isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "configuration_id": configuration_id,
                "configuration": configuration,
                "role": role,
                "access_level": access_level,
                "granted_at": granted_at,
                "granted_by": granted_by,
                "expires_at": expires_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        configuration_id = UUID(d.pop("configuration_id"))

        def _parse_configuration(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        configuration = _parse_configuration(d.pop("configuration"))

        role = d.pop("role")

        access_level = d.pop("access_level")

        granted_at = datetime.datetime.fromisoformat(d.pop("granted_at"))

        def _parse_granted_by(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                granted_by_type_0 = UUID(data)

                return granted_by_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        granted_by = _parse_granted_by(d.pop("granted_by"))

        def _parse_expires_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = datetime.datetime.fromisoformat(data)

                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        expires_at = _parse_expires_at(d.pop("expires_at"))

        grant_out = cls(
            configuration_id=configuration_id,
            configuration=configuration,
            role=role,
            access_level=access_level,
            granted_at=granted_at,
            granted_by=granted_by,
            expires_at=expires_at,
        )

        grant_out.additional_properties = d
        return grant_out

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
