"""A mutation check of what decides and enforces: would any test notice if this line were wrong?

A small one of our own, since mutmut 3 leaves out decorated functions (`isolated`, `resolving`, every property), module and
class level (the closed lists of the grammar), and has no operator that takes a check away, which is what a gate must fear;
cosmic-ray starts a new process per mutant, which takes hours here. Neither keeps explanations of survivors.

* `targets`: what is mutated, and the tests that should notice, in stages. Change it there.
* `operators`: the mutants of a file.
* `reach`: which test reaches which line, so that a mutant meets only tests that can notice it.
* `nursery`: a process that has collected the tests, and forks one for each mutant.
* `forks`: one mutant, one process; what the nursery cannot change is imported anew (`load`).
* `judge`: which tests first, and which then.
* `record`: what is known of each mutant (`results.json`), and why survivors may live (`survivors.toml`).
"""
