"""The public surface: what `rowgate` names, sorted, and exactly what is public."""

from types import ModuleType

import rowgate
from rowgate import errors


def test_all_is_sorted_constants_first() -> None:
    """Constants, then classes, then functions and values, each in order."""
    names = rowgate.__all__
    groups = [
        [n for n in names if n.isupper()],
        [n for n in names if n[0].isupper() and not n.isupper()],
        [n for n in names if n.islower()],
    ]
    assert [name for group in groups for name in sorted(group)] == names


def test_all_is_exactly_what_is_public() -> None:
    """Every name of `__all__` is there, and what else of ours the package holds is a module."""
    ours = {name for name in rowgate.__all__ if not isinstance(getattr(rowgate, name), ModuleType)}
    held = {n for n, v in vars(rowgate).items() if not n.startswith("_") and _is_ours(v)}
    assert set(rowgate.__all__) == ours | held


def _is_ours(value: object) -> bool:
    module = getattr(value, "__module__", None) or type(value).__module__
    return not isinstance(value, ModuleType) and str(module).startswith("rowgate.")


def test_principal_is_the_term_and_not_the_module() -> None:
    """`from rowgate import principal` gives SQL terms, though a module has that name."""
    assert "id" == rowgate.principal.id.kind  # type: ignore[attr-defined]


def test_every_public_thing_has_a_docstring() -> None:
    """What is public says what it is."""
    missing = [n for n in rowgate.__all__ if n != "EVERYONE" and not (getattr(rowgate, n).__doc__ or "").strip()]
    assert [] == missing


def test_errors_have_codes_that_exist() -> None:
    """Each error has a code of the list, and says where it is explained."""
    kinds = [v for v in vars(errors).values() if isinstance(v, type) and issubclass(v, rowgate.RowgateError)]
    assert [] == [k for k in kinds if k.default_code not in errors.CODES]
    assert "[RG201: docs/errors.md#rg201]" in str(rowgate.AccessDenied("no"))
    assert ("RG202", "no") == (rowgate.AccessDenied("no", code="RG202").code, rowgate.AccessDenied("no").message)
