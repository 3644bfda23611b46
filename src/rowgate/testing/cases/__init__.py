"""The cases, a module for each family. A new module is found by itself."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from rowgate.testing.case import Case, Family


@cache
def families() -> tuple[Family, ...]:
    """Return every family: the cases of all `Family` objects of one name, over all modules, in one."""
    found: dict[str, Family] = {}
    for name in sorted(module.name for module in iter_modules(__path__)):
        for value in vars(import_module(f"{__name__}.{name}")).values():
            if isinstance(value, Family):
                known = found.setdefault(value.name, Family(value.name))
                known.cases += [case for case in value.cases if case not in known.cases]
    for family in found.values():
        names = [case.name for case in family.cases]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two cases are named {', '.join(twice)}")
    return tuple(found.values())


def all_cases() -> list[Case]:
    """Return all cases of all families."""
    return [case for family in families() for case in family.cases]
