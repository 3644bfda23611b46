from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.bad_line import BadLine


T = TypeVar("T", bound="Imported")


@_attrs_define
class Imported:
    """What an import came to. Of the bad lines the first thousand are told, and all are counted.

    Attributes:
        stored (int):
        refused (int):
        problems (list[BadLine]):
    """

    stored: int
    refused: int
    problems: list[BadLine]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        stored = self.stored

        refused = self.refused

        problems = []
        for problems_item_data in self.problems:
            problems_item = problems_item_data.to_dict()
            problems.append(problems_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "stored": stored,
                "refused": refused,
                "problems": problems,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.bad_line import BadLine  # noqa: PLC0415

        d = dict(src_dict)
        stored = d.pop("stored")

        refused = d.pop("refused")

        problems = []
        _problems = d.pop("problems")
        for problems_item_data in _problems:
            problems_item = BadLine.from_dict(problems_item_data)

            problems.append(problems_item)

        imported = cls(
            stored=stored,
            refused=refused,
            problems=problems,
        )

        imported.additional_properties = d
        return imported

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
