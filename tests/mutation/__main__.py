"""The command: `python -m tests.mutation --help`."""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from . import forks
from .forks import Broken
from .judge import Judge
from .operators import Mutant
from .record import Known, current, explained, key, load, place, rank, salt, save, stanza
from .targets import GOAL, STAGES, TARGETS

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
console = Console(highlight=False, soft_wrap=True)
Files = Annotated[
    list[str] | None, typer.Argument(help="files of the list in targets.py; all of them if none is named")
]
Processes = Annotated[int, typer.Option("--jobs", "-j", min=1, help="processes at a time")]
Stages = Annotated[
    list[str] | None, typer.Option("--stage", help="only this one; may be repeated (a quick look, not for the record)")
]
State = dict[str, Known]
SAVED_EVERY = 15.0
CORES = os.cpu_count() or 1


@app.callback()
def about() -> None:
    """Change the code that decides and enforces in small ways, and see whether a test notices.

    A mutant is one such change. Each goes through the stages of tests in targets.py until a test fails, which kills it. A
    survivor shows a test that is missing, or is explained in survivors.toml. What a run has found is in results.json, which
    is committed, so that `check` (what CI runs) tries only what has changed since, and a sample of the rest.

    \b
      python -m tests.mutation run                                     # what has changed, and what survived
      python -m tests.mutation run --all src/rowgate/decision.py       # one file, from scratch
      python -m tests.mutation todo                                    # survivors to explain, or to kill by a new test
      python -m tests.mutation check                                   # as CI does
      python -m tests.mutation show src/rowgate/decision.py            # the mutants, without running any
    """


@app.command()
def run(
    files: Files = None,
    every: Annotated[bool, typer.Option("--all", help="also what is on record and in order")] = False,
    stages: Stages = None,
    patience: Annotated[float, typer.Option(help="how many times the seconds that targets.py gives a stage")] = 1.0,
    jobs: Processes = CORES,
) -> None:
    """Judge mutants of changed functions, and survivors that are not explained; record the results.

    Interrupted, it goes on where it was.
    """
    names = {stage.name for stage in STAGES}
    if not names.issuperset(stages or ()):
        raise typer.BadParameter(f"the stages are {', '.join(sorted(names))}")
    mutants, hashes = current(_paths(files))
    known = _kept(load(), hashes, forget=not files)
    old = {(place(m), m.id): _killer(known, m) for m in mutants}
    reasons = explained()
    todo = [
        m for m in mutants if every or not _recorded(known, m) or (_killer(known, m) is None and key(m) not in reasons)
    ]
    todo.sort(key=lambda m: _recorded(known, m))
    _judge(todo, old, mutants, jobs, float("inf"), known, stages or (), patience=patience)
    for name, one in known.items():  # mutants that are no more
        ids = {m.id for m in mutants if place(m) == name}
        if name in hashes:
            one.killers = {id_: killer for id_, killer in one.killers.items() if id_ in ids}
    save(known)
    _table(mutants, known)
    _todo(mutants, known)


@app.command()
def todo(files: Files = None) -> None:
    """Print what is to be explained in survivors.toml, or taken out of it, by the results on record."""
    mutants, hashes = current(_paths(files))
    known = _kept(load(), hashes, forget=False)
    _table(mutants, known)
    _todo(mutants, known)


@app.command()
def show(files: Files = None) -> None:
    """Print the mutants."""
    for mutant in current(_paths(files))[0]:
        console.print(
            f"{mutant.path}:{mutant.line} {mutant.function}\n  - {mutant.was}\n  + {mutant.now}", markup=False
        )


@app.command()
def check(
    files: Files = None,
    sample: Annotated[int, typer.Option(help="how many known kills are tried again")] = 60,
    budget: Annotated[int, typer.Option(help="seconds, after which no mutant is begun")] = 420,
    jobs: Processes = CORES,
) -> None:
    """Fail on a survivor that is not explained, on an explanation that is out of date, and below the goal.

    Every mutant of a function that is not as results.json knows it is judged. Of the others a sample of those killed is tried
    again, each on the test that killed it, which must still do so: the same sample for the same tree, another after each
    change. A mutant whose test is gone counts as not judged.
    """
    began = time.monotonic()
    mutants, hashes = current(_paths(files))
    known = _kept(load(), hashes, forget=True)
    old = {(place(m), m.id): _killer(known, m) for m in mutants}
    new = [m for m in mutants if not _recorded(known, m)]
    salted = salt()
    killed = [m for m in mutants if "::" in (_killer(known, m) or "")]
    chosen = sorted(killed, key=lambda m: rank(m, salted))[:sample]
    console.print(f"{len(new)} mutants of changed functions, a sample of {len(chosen)} of {len(killed)} known kills")
    tests: set[str] = set()
    tried = _judge(new, old, mutants, jobs, began + budget, known, traced=bool(new), sample=chosen, tests=tests)
    left = [m for m in new if m not in tried]
    faults = [
        f"{place(m)}: {m.now}: {old[place(m), m.id]} does not kill it any more"
        for m in chosen
        if m in tried and _killer(known, m) is None
    ]
    for m in killed:
        if (killer := _killer(known, m)) is not None and killer not in tests:
            faults.append(f"{place(m)}: {m.now}: its test is gone: {killer}")
            del known[place(m)].killers[m.id]
    _table(mutants, known)
    faults += _todo(mutants, known)
    if left:
        faults.append(
            f"{len(left)} mutants of changed functions did not fit into {budget} s: `make mutation`, and commit results.json"
        )
    score = _score(mutants, known)
    if score < GOAL:
        faults.append(f"{score:.1f} % are killed; the goal is {GOAL} %")
    console.print(
        f"{len(tried)} tried, {len(chosen) - len(tried & set(chosen))} of the sample left out for want of time"
    )
    for fault in faults:
        console.print(f"FAILED: {fault}", style="bold red", markup=False)
    raise typer.Exit(1 if faults else 0)


def _paths(files: list[str] | None) -> list[str]:
    unknown = sorted(set(files or ()) - {target.path for target in TARGETS})
    if unknown:
        raise typer.BadParameter(f"not in targets.py: {', '.join(unknown)}")
    return files or []


def _kept(known: State, hashes: dict[str, str], *, forget: bool) -> State:
    """Return what is known of functions that are as they were; of changed ones only who killed what."""
    for name, value in hashes.items():
        if name not in known or known[name].source != value:
            known[name] = Known(value)
    return {name: one for name, one in known.items() if name in hashes or not forget}


def _recorded(known: State, mutant: Mutant) -> bool:
    return mutant.id in known[place(mutant)].killers


def _killer(known: State, mutant: Mutant) -> str | None:
    return known[place(mutant)].killers.get(mutant.id)


def _judge(
    todo: list[Mutant],
    old: dict[tuple[str, str], str | None],
    mutants: list[Mutant],
    jobs: int,
    until: float,
    known: State,
    stages: Iterable[str] = (),
    *,
    traced: bool = True,
    patience: float = 1.0,
    sample: Sequence[Mutant] = (),
    tests: set[str] | None = None,
) -> set[Mutant]:
    """Judge mutants into what is known, and a sample by the known killer alone; return those that were judged.

    `tests` is filled with the names of all tests there are.
    """
    tried: set[Mutant] = set()
    if not todo and not sample:
        return tried
    forks.prepare()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    stages = list(stages) or [stage.name for stage in STAGES]
    with (
        forks.postgres(),
        forks.nurseries(stages, jobs, console.print, traced=traced) as made,
        Progress(*columns, console=console, auto_refresh=False) as progress,  # no thread: we fork
    ):
        bar = progress.add_task("mutants", total=len(todo) + len(sample))
        survivors = 0
        saved = time.monotonic()

        def told(mutant: Mutant, killer: str | None) -> None:
            nonlocal survivors, saved
            known[place(mutant)].killers[mutant.id] = killer
            tried.add(mutant)
            survivors += killer is None
            progress.update(bar, advance=1, description=f"{survivors} survive", refresh=True)
            if until == float("inf") and time.monotonic() - saved > SAVED_EVERY:
                saved = time.monotonic()
                save(known)

        judge = Judge(made, stages, until, told, patience)
        for mutant in mutants:
            judge.learn(mutant, old[place(mutant), mutant.id])
        judge.only([(mutant, killer) for mutant in sample if (killer := old[place(mutant), mutant.id]) is not None])
        judge.judge([(mutant, old[place(mutant), mutant.id]) for mutant in todo])
        if tests is not None:
            tests |= made[0].tests
        for fault in judge.faults:
            console.print(f"no verdict: {fault}", markup=False)
        if judge.unsteady:
            console.print(f"fail on the source as it is, at times: {', '.join(dict.fromkeys(judge.unsteady))}")
        console.print(f"{judge.seconds:.0f} s of work in {jobs} processes")
    return tried


def _score(mutants: list[Mutant], known: State) -> float:
    judged = [m for m in mutants if _recorded(known, m)]
    return 100 * sum(_killer(known, m) is not None for m in judged) / max(1, len(judged))


def _table(mutants: list[Mutant], known: State) -> None:
    reasons = explained()
    table = Table("file", "mutants", "not tried", "killed", "at import", "by time", "survive", "explained", "%")
    for path in [*dict.fromkeys(m.path for m in mutants), "all"]:
        mine = [m for m in mutants if path in (m.path, "all")]
        judged = [m for m in mine if _recorded(known, m)]
        alive = [m for m in judged if _killer(known, m) is None]
        how = Counter(_killer(known, m) for m in judged)
        table.add_row(
            path, str(len(mine)), str(len(mine) - len(judged)), str(len(judged) - len(alive)), str(how["import"]),
            str(how["timeout"] + how["crash"]), str(len(alive)), str(sum(key(m) in reasons for m in alive)),
            f"{_score(mine, known):.1f}",
        )  # fmt: skip
    console.print(table)


def _todo(mutants: list[Mutant], known: State) -> list[str]:
    """Print what survivors.toml lacks, and what it has too much; return the faults."""
    reasons = explained()
    by_key = {key(m): m for m in mutants}
    paths = {m.path for m in mutants}
    new = [m for m in mutants if _recorded(known, m) and _killer(known, m) is None and key(m) not in reasons]
    gone = [one for one in reasons if one[0] in paths and one not in by_key]
    killed = [m for one in reasons if (m := by_key.get(one)) is not None and _killer(known, m) is not None]
    for mutant in new:
        console.print(f"# {mutant.path}:{mutant.line}\n{stanza(mutant)}", markup=False)
    faults = (
        [f"{len(new)} survivors are not explained in survivors.toml: kill them by a test, or say why they may live"]
        if new
        else []
    )
    faults += [f"survivors.toml: no such mutant any more: {one[0]}::{one[1]}: {one[3]}" for one in gone]
    faults += [f"survivors.toml: killed by {_killer(known, m)}: {place(m)}: {m.now}" for m in killed]
    return faults


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left running
    try:
        app()
    except (Broken, ValueError) as error:
        console.print(str(error), style="bold red", markup=False)
        sys.exit(2)
