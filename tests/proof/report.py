"""What a run of the fuzzer has met: trees and refusals by construct, denials and errors that both sides have."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Report:
    """Counts of trees, differences and refusals.

    A tree is of one kind, and may hold constructs that are counted, too: those are `tags`.
    """

    trees: Counter[str] = field(default_factory=Counter)
    tagged: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    refused_by_kind: Counter[str] = field(default_factory=Counter)
    refused_tagged: Counter[str] = field(default_factory=Counter)
    denied: Counter[str] = field(default_factory=Counter)
    invalid: Counter[str] = field(default_factory=Counter)
    samples: dict[str, str] = field(default_factory=dict)
    empty: int = 0
    tree: Any = None

    def begin(self, tree: Any) -> None:
        """Count a tree."""
        self.tree = tree
        self.trees[tree.kind] += 1
        self.tagged.update(tree.tags)

    def deny(self) -> None:
        """Count a tree that is denied on both sides, as it should be."""
        self.denied[self.tree.kind] += 1

    def refuse(self, message: str) -> None:
        """Count a refusal of the tree that began last."""
        head = " ".join(message.split(":", maxsplit=1)[0].split()[:9])
        self.refused[head] += 1
        if self.refused[head] == 1:
            self.samples[head] = str(self.tree)[:1500]
        self.refused_by_kind[self.tree.kind] += 1
        self.refused_tagged.update(self.tree.tags)

    @property
    def total(self) -> int:
        """How many trees there were."""
        return sum(self.trees.values())

    def shares(self) -> dict[str, dict[str, float]]:
        """Return for each construct how many trees hold it, and how many of those are refused."""
        found = [(self.trees, self.refused_by_kind), (self.tagged, self.refused_tagged)]
        return {
            name: {"trees": count, "refused": refused[name], "percent": round(100 * refused[name] / count, 3)}
            for counted, refused in found
            for name, count in sorted(counted.items())
        }

    def as_json(self, **more: Any) -> dict[str, Any]:
        """Return all of it as plain values."""
        counts = {
            key: dict(value.most_common()) if isinstance(value, Counter) else value
            for key, value in (
                (name, getattr(self, name)) for name in ("denied", "refused", "samples", "invalid", "empty")
            )
        }
        return {**more, "trees": self.total, "by_construct": self.shares(), **counts}

    def __str__(self) -> str:
        refused, errors, denied = (sum(c.values()) for c in (self.refused, self.invalid, self.denied))
        lines = [
            f"{self.total} trees, {denied} denied alike, {errors} errors alike, {self.empty} empty",
            f"refused: {refused} ({100 * refused / max(self.total, 1):.2f} %), by construct:",
        ]
        lines += [f"  {s['refused']:6} of {s['trees']:6} ({s['percent']:6.2f} %) {n}" for n, s in self.shares().items()]
        lines += [f"  {count:6} refused: {head}" for head, count in self.refused.most_common()]
        lines += [f"  {count:6} error alike: {head}" for head, count in self.invalid.most_common(12)]
        return "\n".join(lines)
