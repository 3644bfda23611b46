"""What a run of the proof has seen: shapes of policies, judgements, and how many of them could have been otherwise."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BindParameter, ColumnClause
from sqlalchemy.sql.selectable import TableClause

from proof.drawn_schemas import Spec
from rowgate import Catalog
from rowgate.entry import conditions
from rowgate.permission import Can
from rowgate.principal import PrincipalTerm, RoleTerm


@dataclass
class Tally:
    """Counts by the shape of a table's policy, and by action."""

    counts: dict[str, Counter[tuple[str, bool]]] = field(default_factory=lambda: defaultdict(Counter))

    def shape(self, catalog: Catalog, spec: Spec) -> str:
        """Return the structure of a table's policy, without its constants and the names of its columns."""
        entry = catalog.entries[None, spec.name]
        rules = [
            f"allow {sorted(a.actions)} {_to(a)} {_form(a.when)} / {_form(a.check)} / {len(a.columns or ())}"
            for a in entry.allows
        ]
        rules += [f"restrict {sorted(r.actions)} {r.check} {bool(r.lift)} {_form(r.when)}" for r in entry.restricts]
        rules += [
            f"mask {bool(m.unless)} {m.reads is None} {_form(m.unless_when)} / {_form(m.writable)}"
            for m in entry.masks.values()
        ]
        return "\n".join([*sorted(rules), f"barrier {entry.barrier}"])

    def count(self, shape: str, action: str, *, answer: bool) -> None:
        """Count a judgement."""
        self.counts[shape][action, answer] += 1

    def reads(self, catalog: Catalog, spec: Spec) -> bool:
        """Return whether the rules of a table look at its rows, themselves or by way of the tables that they follow."""
        seen: set[str] = set()
        waiting = [spec.name]
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            for condition in conditions(catalog.entries[None, name]):
                for element in visitors.iterate(condition):
                    if isinstance(element, TableClause) and element.name == spec.name:
                        return True
                    if isinstance(element, Can):
                        if element.table[1] == spec.name:
                            return True
                        waiting.append(element.table[1])
        return False

    def told(self, catalog: Catalog) -> str:
        """Return the rules in words, for somebody who looks for what differs."""
        lines = []
        for entry in catalog.entries.values():
            lines.append(f"{entry.name}: {[(str(c.name), str(c.type)) for c in entry.table.c]}")
            lines += [
                f"  allow {sorted(a.actions)} {_to(a)} when {a.when} check {a.check} columns {a.columns}"
                for a in entry.allows
            ]
            lines += [
                f"  restrict {r.name} {sorted(r.actions)} check={r.check} lift={r.lift} when {r.when}"
                for r in entry.restricts
            ]
            lines += [
                f"  mask {m.column} unless {m.unless} {m.unless_when} writable {m.writable} reads {m.reads!r}"
                for m in entry.masks.values()
            ]
        return "\n".join(lines)

    @property
    def judgements(self) -> int:
        """How many there were."""
        return sum(sum(counted.values()) for counted in self.counts.values())

    def enough(self, least: int) -> list[str]:
        """Return the shapes with at least so many judgements."""
        return [shape for shape, counted in self.counts.items() if sum(counted.values()) >= least]

    def mixed(self) -> float:
        """Return the share of the judgements that stand in policies that are neither all true nor all false."""
        return self._share(lambda _action: "")

    def mixed_by_action(self) -> float:
        """Return the share of those whose policy answers both ways for the very action."""
        return self._share(lambda action: action)

    def _share(self, group: Any) -> float:
        found = 0
        for counted in self.counts.values():
            answers: dict[str, Counter[bool]] = defaultdict(Counter)
            for (action, answer), number in counted.items():
                answers[group(action)][answer] += number
            found += sum(sum(both.values()) for both in answers.values() if len(both) == 2)
        return found / max(self.judgements, 1)

    def by_action(self) -> dict[str, dict[str, int]]:
        """Return how many judgements there were of each action, and how many of them said yes."""
        actions: dict[str, Counter[bool]] = defaultdict(Counter)
        for counted in self.counts.values():
            for (action, answer), number in counted.items():
                actions[action][answer] += number
        return {action: {"judged": sum(c.values()), "yes": c[True]} for action, c in sorted(actions.items())}


def _to(allow: Any) -> str:
    return "everyone" if allow.everyone else f"{len(allow.roles)} roles" if allow.roles else "anybody"


def _form(element: Any) -> str:
    if element is None:
        return "-"
    if isinstance(element, ColumnClause):
        return str(element.type)
    if isinstance(element, BindParameter):
        return "?"
    if isinstance(element, TableClause):
        return ""
    name = type(element).__name__.removeprefix("Annotated")
    operator = getattr(element, "operator", None)
    about = getattr(operator, "opstring", None) or getattr(operator, "__name__", "") or getattr(element, "name", "")
    if isinstance(element, PrincipalTerm):
        about = f"{element.kind} {element.type}"
    if isinstance(element, RoleTerm):
        about = "named" if element.column is None else "column"
    if isinstance(element, Can):
        about = element.action
    inner = ",".join(filter(None, (_form(child) for child in element.get_children())))
    return f"{name}:{about}({inner})" if inner else f"{name}:{about}"
