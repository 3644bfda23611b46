from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.wanted import Wanted


T = TypeVar("T", bound="WantedRoles")


@_attrs_define
class WantedRoles:
    """All roles that a user is to hold.

    Attributes:
        roles (list[Wanted]):
    """

    roles: list[Wanted]

    def to_dict(self) -> dict[str, Any]:
        roles = []
        for roles_item_data in self.roles:
            roles_item = roles_item_data.to_dict()
            roles.append(roles_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "roles": roles,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.wanted import Wanted  # noqa: PLC0415

        d = dict(src_dict)
        roles = []
        _roles = d.pop("roles")
        for roles_item_data in _roles:
            roles_item = Wanted.from_dict(roles_item_data)

            roles.append(roles_item)

        wanted_roles = cls(
            roles=roles,
        )

        return wanted_roles
