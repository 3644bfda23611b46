"""Whether the proof would notice: each part of the decision is broken on purpose, and gate and reference must differ.

`PROOF_SENSITIVITY` is the number of worlds that each break is given.
"""

import os
import warnings
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from sqlalchemy import and_, func, or_, true
from sqlalchemy.exc import SAWarning
from sqlalchemy.sql.elements import True_

from proof.agreement import DisagreementError, Judge, World, worlds
from proof.grounds import SqliteGround
from proof.tally import Tally
from rowgate import decision
from rowgate.action import Action
from rowgate.gate import following, reads, rows, upserts, writes

WORLDS = int(os.environ.get("PROOF_SENSITIVITY", "800"))
MODULES = [decision, following, reads, rows, upserts, writes]


class FoundError(Exception):
    """A world that differs; its number is all that is asked."""


def _nothing(value: Any) -> Callable[[Any], Any]:
    return lambda _original: lambda *_args, **_kw: value


def _yes(_original: Any) -> Any:
    return lambda *_args, **_kw: true()


def _all_hold(_original: Any) -> Any:
    return lambda conditions: and_(true(), *(c for c in conditions if c is not None))


def _one_holds(original: Any) -> Any:
    def all_of(conditions: Any) -> Any:
        found = [c for c in conditions if not isinstance(c, True_)]
        return or_(*found) if found else original(found)

    return all_of


def _null_is_true(original: Any) -> Any:
    return lambda conditions: original(None if c is None else func.coalesce(c, true()) for c in conditions)


def _to_whomever(_original: Any) -> Any:
    return lambda allow, variant: allow.everyone or not variant.anonymous


def _to_nobody_too(original: Any) -> Any:
    return lambda allow, variant: original(allow, variant) or allow.roles is None


def _last_role(_original: Any) -> Any:
    def speaks(allow: Any, variant: Any) -> bool:
        known = allow.roles is None or max(allow.roles) in variant.roles
        return allow.everyone or (known and not variant.anonymous)

    return speaks


def _when_is_check(_original: Any) -> Any:
    return decision._allowed


def _lift_by_name(_original: Any) -> Any:
    return lambda entry, variant: [rule for rule in entry.restricts if rule.name not in variant.lifts]


def _no_lift(_original: Any) -> Any:
    return lambda entry, _variant: list(entry.restricts)


def _one_lift_is_all(original: Any) -> Any:
    return lambda entry, variant: [] if variant.lifts else original(entry, variant)


def _of_any_action(_original: Any) -> Any:
    return lambda entry, _actions, variant: [rule.when for rule in decision._standing(entry, variant)]


def _role_alone(_original: Any) -> Any:
    return lambda mask, variant: true() if mask.unless and mask.unless & variant.roles else decision.false()


def _update_for_delete(original: Any) -> Any:
    return lambda entry, _action, variant: original(entry, Action.UPDATE, variant)


def _without_reading(_original: Any) -> Any:
    return lambda entry, variant, **_kw: decision._checked(entry, Action.UPDATE, variant)


def _masked_by_mistake(_original: Any) -> Any:
    return lambda mask, _variant: decision.false() if mask.unless_when is None else mask.unless_when


BREAKS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "restrictions are forgotten": ("_restricted", _nothing([])),
    "restrictions of one action narrow all": ("_restricted", _of_any_action),
    "allows are AND-ed": ("_any", _all_hold),
    "conditions are OR-ed": ("all_of", _one_holds),
    "NULL counts as true": ("_any", _null_is_true),
    "rules speak for whomever, not for their roles": ("_speaks", _to_whomever),
    "rules for those who are logged in speak for nobody too": ("_speaks", _to_nobody_too),
    "of several roles only one counts": ("_speaks", _last_role),
    "new rows pass without a check": ("_checked", _yes),
    "the check is when": ("_checked", _when_is_check),
    "a tenant does not judge new rows": ("_carried", _nothing([])),
    "a lift needs no role": ("_standing", _lift_by_name),
    "a lift lifts nothing": ("_standing", _no_lift),
    "one lift lifts everything": ("_standing", _one_lift_is_all),
    "what is masked is shown": ("_shown", _yes),
    "a mask forgets its condition": ("_shown", _role_alone),
    "a mask forgets its roles": ("_shown", _masked_by_mistake),
    "masked columns may be written": ("_opened", _yes),
    "masked columns may be inserted": ("_unmasked", _nothing([])),
    "columns= covers everything": ("covering", _nothing({})),
    "what is read may be written": ("writable", _yes),
    "what is updated may be deleted": ("writable", _update_for_delete),
    "an update may leave a row that no allow reads": ("updatable", _without_reading),
    "no update proves its new row": ("rechecked", _nothing(value=False)),
    "can() permits what is read": ("permitted", lambda original: lambda entry, _a, variant, **kw: original(entry, Action.READ, variant, **kw)),
}  # fmt: skip


def worlds_until_a_difference(number: int) -> int | None:
    """Return how many worlds were judged when the first one differed."""
    ground, judged = SqliteGround(), count(1)

    @seed(1)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(world=worlds(postgres=False))
    def one(world: World) -> None:
        at = next(judged)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SAWarning)
                Judge(world, ground, Tally()).judge()
        except DisagreementError as error:
            raise FoundError(at) from error
        finally:
            world.schema.registry.dispose()

    try:
        one()
    except FoundError as error:
        return int(error.args[0])
    return None


@pytest.mark.parametrize("broken", BREAKS)
def test_a_broken_decision_is_noticed(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision that is wrong in one point differs from the reference within a bounded number of worlds."""
    name, made = BREAKS[broken]
    original = getattr(decision, name)
    for module in MODULES:
        if getattr(module, name, None) is original:
            monkeypatch.setattr(module, name, made(original))
    found = worlds_until_a_difference(WORLDS)
    print(f"{broken}: noticed in world {found}")
    assert found is not None, f"{WORLDS} worlds do not notice that {broken}"
