"""What is known of each mutant (`results.json`, written by `run`), and why survivors may live (`survivors.toml`, by hand)."""

import gzip
import hashlib
import json
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import operators
from .operators import Mutant, fingerprints, mutants
from .targets import ROOT, STAGES, TARGETS

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
SURVIVORS = HERE / "survivors.toml"
REASONS = {
    "equivalent": "nothing that anybody can see changes",
    "message": "only the words of an error change",
    "performance": "only the cost changes",
    "covered-twice": "something else closes it as well; `why` says what",
}
Key = tuple[str, str, str, str, int]


@dataclass
class Known:
    """What the last full run found in a function: the killer of each mutant by its id, None for survivors."""

    source: str
    killers: dict[str, str | None] = field(default_factory=dict)


def key(mutant: Mutant) -> Key:
    return mutant.path, mutant.function, mutant.was, mutant.now, mutant.nth


def place(mutant: Mutant) -> str:
    return f"{mutant.path}::{mutant.function}"


def current(paths: Iterable[str] = ()) -> tuple[list[Mutant], dict[str, str]]:
    """Return the mutants of the source as it is, and the hash of every function that has any."""
    chosen = set(paths)
    found: list[Mutant] = []
    hashes: dict[str, str] = {}
    for target in TARGETS:
        if chosen and target.path not in chosen:
            continue
        source = (ROOT / target.path).read_text(encoding="utf-8")
        found += [mutant for mutant in _mutants(target.path, source) if target.means(mutant.function)]
        hashes |= {f"{target.path}::{name}": value for name, value in fingerprints(source).items()}
    wanted = {place(mutant) for mutant in found}
    return found, {name: value for name, value in hashes.items() if name in wanted}


def _mutants(path: str, source: str) -> list[Mutant]:
    """Return the mutants of a file, kept from one run to the next: they take half a minute for all files."""
    text = path + source + Path(operators.__file__).read_text(encoding="utf-8")
    kept = ROOT / f".cache/mutation/mutants-{hashlib.sha256(text.encode()).hexdigest()[:16]}.json.gz"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        found = mutants(path, source)
        made = [asdict(one) | {"source": ""} for one in found]
        edits = [_edit(source, one.source) for one in found]
        kept.write_bytes(gzip.compress(json.dumps([made, edits]).encode(), 3))
        return found
    made, edits = json.loads(gzip.decompress(kept.read_bytes()))
    return [
        Mutant(**one | {"lines": tuple(map(tuple, one["lines"])), "source": source[:first] + text + source[last:]})
        for one, (first, last, text) in zip(made, edits, strict=True)
    ]


def _edit(old: str, new: str) -> tuple[int, int, str]:
    """Return where two texts differ, and what the second has there."""
    first = _common(old, new)
    tail = _common(old[first:][::-1], new[first:][::-1])
    return first, len(old) - tail, new[first : len(new) - tail]


def _common(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def load() -> dict[str, Known]:
    """Return what is recorded; nothing, if the operators have changed since."""
    if not RESULTS.exists():
        return {}
    data = json.loads(RESULTS.read_text(encoding="utf-8"))
    if data["operators"] != operators.VERSION:
        return {}
    return {name: Known(one["source"], one["killers"]) for name, one in data["functions"].items()}


def save(known: dict[str, Known]) -> None:
    functions = {name: {"source": one.source, "killers": one.killers} for name, one in sorted(known.items())}
    data = {"operators": operators.VERSION, "functions": functions}
    RESULTS.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def explained() -> dict[Key, str]:
    """Return the survivors that are explained.

    Raises:
        ValueError: an entry lacks something, has an unknown reason, or stands there twice.
    """
    found: dict[Key, str] = {}
    text = SURVIVORS.read_text(encoding="utf-8") if SURVIVORS.exists() else ""
    for entry in tomllib.loads(text).get("survivor", []):
        missing = {"file", "function", "was", "now", "reason", "why"} - entry.keys()
        name = f"{entry.get('file')}::{entry.get('function')}: {entry.get('now')}"
        if missing or not str(entry.get("why", "")).strip():
            raise ValueError(f"survivors.toml: {name} lacks {', '.join(sorted(missing)) or 'a why'}")
        if entry["reason"] not in REASONS:
            raise ValueError(f"survivors.toml: {name}: the reason is one of {', '.join(REASONS)}")
        one = (entry["file"], entry["function"], entry["was"], entry["now"], entry.get("nth", 1))
        if one in found:
            raise ValueError(f"survivors.toml: {name} stands there twice")
        found[one] = entry["reason"]
    return found


def stanza(mutant: Mutant) -> str:
    """Return an entry for `survivors.toml`, its reason to be filled in."""
    nth = f"nth = {mutant.nth}\n" if mutant.nth > 1 else ""
    return (
        f"[[survivor]]\nfile = {_toml(mutant.path)}\nfunction = {_toml(mutant.function)}\nwas = {_toml(mutant.was)}\n"
        f'now = {_toml(mutant.now)}\n{nth}reason = ""\nwhy = ""\n'
    )


def _toml(text: str) -> str:
    return f"'{text}'" if "'" not in text else json.dumps(text, ensure_ascii=False)


def rank(mutant: Mutant, salt: str) -> str:
    """Return where a mutant stands in a sample: the same for the same tree, another after every change."""
    return hashlib.sha256(f"{salt}{place(mutant)}{mutant.id}".encode()).hexdigest()


def salt() -> str:
    """Return a hash of all that could change a verdict: the library, and the tests of every stage."""
    roots = [
        ROOT / "src/rowgate",
        ROOT / "tests/world.py",
        HERE / "targets.py",
        *(ROOT / path for stage in STAGES for path in stage.paths),
    ]
    files = sorted({file for root in roots for file in ([root] if root.is_file() else root.rglob("*.py"))})
    return hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)).hexdigest()
