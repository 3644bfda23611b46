from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="PermissionOut")


@_attrs_define
class PermissionOut:
    """A rule that speaks for a role; `conditional`: only on rows that meet the rule's condition.

    Attributes:
        action (str):
        table (str):
        rule (str):
        role (None | str):
        conditional (bool):
    """

    action: str
    table: str
    rule: str
    role: None | str
    conditional: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        action = self.action

        table = self.table

        rule = self.rule

        role: None | str
        role = self.role

        conditional = self.conditional

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "action": action,
                "table": table,
                "rule": rule,
                "role": role,
                "conditional": conditional,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        action = d.pop("action")

        table = d.pop("table")

        rule = d.pop("rule")

        def _parse_role(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        role = _parse_role(d.pop("role"))

        conditional = d.pop("conditional")

        permission_out = cls(
            action=action,
            table=table,
            rule=rule,
            role=role,
            conditional=conditional,
        )

        permission_out.additional_properties = d
        return permission_out

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
