"""Runs a case three times and says what came of it."""

import asyncio
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from rowgate.catalog import Catalog
from rowgate.principal import Principal
from rowgate.testing.arena import Arena, ArenaError, Opener
from rowgate.testing.case import Case, Kind, Model
from rowgate.testing.normal import Markers, error_text, is_empty, normal
from rowgate.testing.state import Change, comparable
from rowgate.testing.world import NotKnown

TIMEOUT = 30.0
LEGITIMATE = frozenset({Kind.READING, Kind.WRITING})


class Outcome(StrEnum):
    """What came of a case."""

    HELD = "held"
    """Refused, or the same as over tables that lack the hidden rows; for legitimate use: it works."""
    LEAK = "leak"
    """Something hidden was seen, or told."""
    WRITE_LEAK = "write leak"
    """Something was changed that the principal may not change."""
    BROKEN = "broken"
    """Legitimate use was refused, or gave something else."""
    BLIND = "blind"
    """The case proves nothing: without protection it is the same."""
    DISCLOSES = "discloses"
    """It tells that a key exists, as documented, and quotes nothing."""
    NOT_KNOWN = "not known"
    """Whether that is permitted is not known: the database refused to try it. Or the case does not work on these models."""
    ERROR = "error"
    """The case itself is wrong, or the protection failed in a way that is no refusal."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one case for one principal."""

    case: Case
    who: Principal
    driver: str
    entity: str
    outcome: Outcome
    detail: str = ""
    refused: str = ""
    seconds: float = 0.0


@dataclass(slots=True)
class Ran:
    """What one run gave."""

    value: Any = None
    error: BaseException | None = None

    @property
    def shown(self) -> str:
        """What it gave, in short."""
        if self.error is not None:
            text = f"{type(self.error).__name__}: {self.error}"
            return text.partition("\n(Background on this error")[0][:500]
        return repr(self.value)[:500]


class Judge:
    """Runs cases in an arena. Use one for many: it remembers the controls and truths."""

    def __init__(self, arena: Arena) -> None:
        self.arena = arena
        self._remembered: dict[Any, Any] = {}
        self._markers: dict[Any, Markers] = {}
        self._last = ""

    async def judge(self, case: Case, who: Principal, model: Model) -> Result:
        """Run a case and judge it."""
        begun = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                outcome, detail, refused = await self._judge(case, who, model)
            except NotKnown as error:
                outcome, detail, refused = Outcome.NOT_KNOWN, str(error), ""
        entity = model.entity.__name__
        if outcome is Outcome.BLIND and not self.arena.world.own:
            detail = f"{detail}; put in a hidden row with a {entity}.{model.text} that no visible row has"
        taken = time.perf_counter() - begun
        return Result(case, who, self.arena.driver, entity, outcome, detail, refused, taken)

    async def _judge(self, case: Case, who: Principal, model: Model) -> tuple[Outcome, str, str]:
        writes = case.kind in (Kind.WRITE_IN, Kind.WRITING)
        control, made, reshaped = await self._control(case, who, model, writes=writes)
        if control.error is not None:  # of a team's models, a constraint or a column of theirs has something against it
            outcome = Outcome.ERROR if self.arena.world.own else Outcome.NOT_KNOWN
            return outcome, f"fails without protection: {control.shown}", ""
        guarded, changes, remade = await self._run(case, self.arena.guarded, who, model, writes=writes)
        refused = self._refusal(guarded)
        stored = await self._stored(case, who, changes, remade=remade)
        if stored:
            return Outcome.WRITE_LEAK, stored, refused
        told = (await self._markers_of(who)).within(error_text(guarded.error))
        if told:
            return Outcome.LEAK, f"the error quotes {', '.join(told)}", refused
        if guarded.error is not None and not refused and not isinstance(guarded.error, SQLAlchemyError):
            truth = Ran() if writes else await self._truth(case, who, model)
            if case.kind not in LEGITIMATE and type(truth.error) is not type(guarded.error):
                return Outcome.ERROR, f"no refusal, but a failure: {guarded.shown}", refused
        if case.kind is Kind.BETWEEN:
            outcome, detail = await self._between(control, guarded)
        elif case.kind is Kind.WRITE_IN:
            outcome, detail = await self._write_in(case, who, guarded, made, reshaped=reshaped)
        elif case.kind is Kind.WRITING:
            outcome, detail = await self._writing(who, guarded, changes, made)
        else:
            outcome, detail = await self._read(case, who, model, control, guarded, refused)
            if outcome is Outcome.LEAK and case.discloses is not None:
                found = (await self._markers_of(who)).within(guarded.value)
                outcome = Outcome.LEAK if found else Outcome.DISCLOSES
        return outcome, detail, refused

    async def _stored(self, case: Case, who: Principal, changes: list[Change], *, remade: bool) -> str:
        """Return what a protected run has stored that its principal may not store: cases that read may write too."""
        if remade:
            return "DDL was stored: tables, views, columns or what else there is were changed"
        wrong = (
            [] if case.kind is Kind.BETWEEN else await self._forbidden(who, changes)
        )  # of several: nobody knows whose
        return _shown(wrong) if wrong else ""

    async def _read(
        self, case: Case, who: Principal, model: Model, control: Ran, guarded: Ran, refused: str
    ) -> tuple[Outcome, str]:
        truth = await self._truth(case, who, model)
        same = guarded.error is None and truth.error is None and guarded.value == truth.value
        alike = guarded.error is not None and type(guarded.error) is type(truth.error)
        if case.kind is Kind.READING:
            if truth.error is not None or is_empty(truth.value):
                return Outcome.BLIND, f"a legitimate reading that gives nothing: {truth.shown}"
            if same:
                return Outcome.HELD, ""
            leaked = (await self._markers_of(who)).within(guarded.value)
            return Outcome.LEAK if leaked else Outcome.BROKEN, f"gave {guarded.shown}, should give {truth.shown}"
        if truth.error is None and control.value == truth.value:
            return Outcome.BLIND, f"without protection it gives the same: {control.shown}"
        if same or alike or refused or isinstance(guarded.error, SQLAlchemyError):
            return Outcome.HELD, ""
        return Outcome.LEAK, f"gave {guarded.shown}, should give {truth.shown}"

    async def _write_in(
        self, case: Case, who: Principal, guarded: Ran, made: list[Change], *, reshaped: bool
    ) -> tuple[Outcome, str]:
        if not reshaped and not await self._forbidden(who, made):
            return Outcome.BLIND, f"without protection it does nothing forbidden: {_shown(made)}"
        found = (await self._markers_of(who)).within(guarded.value)
        return (Outcome.LEAK, f"{case.name} gave {', '.join(found)}") if found else (Outcome.HELD, "")

    async def _writing(
        self, who: Principal, guarded: Ran, changes: list[Change], made: list[Change]
    ) -> tuple[Outcome, str]:
        if not made:
            return Outcome.BLIND, "a legitimate writing that changes nothing"
        wrong = await self._forbidden(who, made)
        if wrong:
            return Outcome.ERROR, f"this is not legitimate: {_shown(wrong)}"
        if guarded.error is not None:
            return Outcome.BROKEN, guarded.shown
        metadata, before = self.arena.world.metadata, self.arena.before
        if comparable(changes, before, metadata) != comparable(made, before, metadata):
            return Outcome.BROKEN, f"changed {_shown(changes)}, should change {_shown(made)}"
        return Outcome.HELD, ""

    async def _between(self, control: Ran, guarded: Ran) -> tuple[Outcome, str]:
        if not await self._shown_to_others(control):
            return Outcome.BLIND, f"without protection nobody sees what is hidden: {control.shown}"
        found = await self._shown_to_others(guarded)
        return (Outcome.LEAK, "; ".join(found)) if found else (Outcome.HELD, "")

    async def _shown_to_others(self, ran: Ran) -> list[str]:
        found = []
        for who, saw in ran.value or ():
            told = (await self._markers_of(who)).within(saw)
            found += [f"{who!r} saw {', '.join(told)}"] if told else []
        return found

    async def _forbidden(self, who: Principal, changes: list[Change]) -> list[Change]:
        if not changes:
            return []
        return await self.arena.world.forbidden(who, frozenset(), changes, self.arena.before)

    def _refusal(self, ran: Ran) -> str:
        errors = ran.error.exceptions if isinstance(ran.error, BaseExceptionGroup) else (ran.error,)
        for error in errors:
            if isinstance(error, (*self.arena.protection.refusals, SQLAlchemyError)):
                return f"{type(error).__name__}: {error}"[:300]
        return ""

    async def _markers_of(self, who: Principal) -> Markers:
        key = (who, tuple(sorted(who.attributes.items())))
        if key not in self._markers:
            seen = await self.arena.world.seen(who, frozenset(), self.arena.before)
            everything = (rows.values() for rows in self.arena.before.values())
            self._markers[key] = Markers(
                everything, seen, names=() if self.arena.world.own else _names(self.arena.world.catalog)
            )
        return self._markers[key]

    async def _control(
        self, case: Case, who: Principal, model: Model, *, writes: bool
    ) -> tuple[Ran, list[Change], bool]:
        key = ("control", case.name, who, model)
        if key not in self._remembered:
            self._remembered[key] = await self._run(case, self.arena.control, who, model, writes=writes)
        found: tuple[Ran, list[Change], bool] = self._remembered[key]
        return found

    async def _truth(self, case: Case, who: Principal, model: Model) -> Ran:
        key = ("truth", case.name, who, model)
        if key not in self._remembered:
            self._remembered[key] = (await self._run(case, self.arena.shadow, who, model, writes=False))[0]
        found: Ran = self._remembered[key]
        return found

    async def _run(
        self, case: Case, opener: Opener, who: Principal, model: Model, *, writes: bool
    ) -> tuple[Ran, list[Change], bool]:
        """Run a case once; return what it gave, what it changed, and whether it changed tables.

        Raises:
            ArenaError: if the world is not as it was left, or cannot be put back.
        """
        await self._untouched()
        self._last = case.name
        ran = Ran()
        try:
            async with asyncio.timeout(TIMEOUT), opener(who) as session:
                given = self.arena.given(opener, session, who, model)
                value = await case.run(given)
                ran.value = self._normal(case, value)
                if writes:
                    await session.commit()
        except ArenaError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is judged
            ran.error = error
            ran.value = None
        changes, reshaped = await self.arena.changes()
        try:
            await self.arena.restore(changes, reshaped=reshaped)
        except ArenaError as error:
            error.add_note(f"after {case.name}: does it leave a connection open?")
            raise
        return ran, changes, reshaped

    async def _untouched(self) -> None:
        """See that nothing was stored since the last case was over: it would be taken for this one's doing."""
        changes, reshaped = await self.arena.changes()
        if changes or reshaped:
            await self.arena.restore(changes, reshaped=reshaped)
            stored = "tables, views or columns" if reshaped else _shown(changes)
            raise ArenaError(f"changed after {self._last or 'the start'} was over, by it or by somebody else: {stored}")

    @staticmethod
    def _normal(case: Case, value: Any) -> Any:
        if case.kind is Kind.BETWEEN:
            return [(who, normal(saw, ordered=case.ordered)) for who, saw in value]
        return normal(value, ordered=case.ordered)


def _names(catalog: Catalog) -> Iterator[str]:
    """Yield what errors call things by: classes, tables, columns, and the members of enumerations."""
    for mapper in catalog._all_mappers():
        yield mapper.class_.__name__
    for table in catalog.metadata.tables.values():
        yield str(table.name)
        for column in table.c:
            yield str(column.name)
            yield from getattr(column.type, "enums", ())


def _shown(changes: list[Change]) -> str:
    return "; ".join(str(change) for change in changes[:3])[:800] or "nothing"
