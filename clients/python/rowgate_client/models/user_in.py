from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.wanted import Wanted


T = TypeVar("T", bound="UserIn")


@_attrs_define
class UserIn:
    """A new user.

    Attributes:
        username (str):
        email (str):
        password (str):
        roles (list[Wanted] | Unset):
    """

    username: str
    email: str
    password: str
    roles: list[Wanted] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        username = self.username

        email = self.email

        password = self.password

        roles: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.roles, Unset):
            roles = []
            for roles_item_data in self.roles:
                roles_item = roles_item_data.to_dict()
                roles.append(roles_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "username": username,
                "email": email,
                "password": password,
            }
        )
        if roles is not UNSET:
            field_dict["roles"] = roles

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.wanted import Wanted  # noqa: PLC0415

        d = dict(src_dict)
        username = d.pop("username")

        email = d.pop("email")

        password = d.pop("password")

        _roles = d.pop("roles", UNSET)
        roles: list[Wanted] | Unset = UNSET
        if _roles is not UNSET:
            roles = []
            for roles_item_data in _roles:
                roles_item = Wanted.from_dict(roles_item_data)

                roles.append(roles_item)

        user_in = cls(
            username=username,
            email=email,
            password=password,
            roles=roles,
        )

        return user_in
