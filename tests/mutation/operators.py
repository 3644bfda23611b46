"""The mutants of a file: each a small change of meaning that some test should notice.

What is changed: conditions (held true, held false, an operand dropped, comparisons turned), checks and
calls taken away (a `raise`, a call, an assignment to an attribute), loops that run not at all, elements of sets and lists,
constants, what is returned, `**kw` not handed on, and how text is normalised.

What is not made, since no test should notice it or nobody could:

* words: docstrings, the messages of errors (their class and code are changed), tables of sentences, `__repr__`, names and
  functions of a module that are used in the message of an error and nowhere else;
* what does nothing at run time: annotations, `TypeVar`, `__slots__`, `__all__`, asserts (nothing rests on them);
* `*args` of a function that it hands on as they came: SQLAlchemy gives its compilers' methods keywords;
* what any test kills that kills another one here: the negation of a condition or of an operand, beside that which holds it
  true; `or` for `and`, beside those that drop an operand; "held true" for `and`, "held false" for `or`, likewise;
* decorators, and the inside of f-strings (Python 3.11 does not know where in the file that is).
"""

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

VERSION = 2
"""To be raised with every change of the operators: results of another version are not taken over."""

COMPARISONS: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Eq: ("!=",), ast.NotEq: ("==",), ast.Is: ("is not",), ast.IsNot: ("is",), ast.In: ("not in",),
    ast.NotIn: ("in",), ast.Lt: ("<=", ">="), ast.LtE: ("<", ">"), ast.Gt: (">=", "<="), ast.GtE: (">", "<"),
}  # fmt: skip
SWAPPED: dict[type[ast.operator], str] = {
    ast.Add: "-", ast.Sub: "+", ast.BitAnd: "|", ast.BitOr: "&", ast.Mult: "+",
}  # fmt: skip
NAMES = {"any": "all", "all": "any", "fullmatch": "match", "min": "max", "max": "min", "startswith": "endswith"}
NORMALISING = frozenset({"lower", "upper", "strip", "casefold"})
LONG, AROUND = 160, 50
NOT_MEANING = frozenset({"__slots__", "__all__"})
ATOMS = (ast.Name, ast.Constant, ast.Call, ast.Attribute, ast.Subscript, ast.Set, ast.List, ast.Dict)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Mutant:
    """One change. `was` and `now` are the changed lines in one, so that it is the same mutant when lines move."""

    path: str
    function: str
    line: int
    was: str
    now: str
    nth: int
    source: str
    """The whole file, changed."""
    lines: tuple[tuple[int, int], ...] = ()
    """Where a test must come by to notice: the changed lines, or else those of the function."""

    @property
    def id(self) -> str:
        text = "\n".join((self.was, self.now, str(self.nth)))
        return hashlib.sha256(text.encode()).hexdigest()[:10]


def mutants(path: str, source: str) -> list[Mutant]:
    """Return every mutant of a file, in the order of its lines."""
    original = ast.dump(ast.parse(source))
    found: list[Mutant] = []
    seen: set[str] = set()
    number: Counter[tuple[str, str, str]] = Counter()
    finder = Finder(source)
    finder.visit(ast.parse(source))
    for function, node, text, around in sorted(finder.found, key=lambda one: (one[1].lineno, one[1].col_offset)):
        changed, was, now = finder.replaced(node, text)
        try:
            tree = ast.dump(ast.parse(changed))
        except SyntaxError:
            continue
        if tree == original or tree in seen:
            continue
        seen.add(tree)
        key = (function, was, now)
        number[key] += 1
        lines = (_lines(node), *around)
        found.append(Mutant(path, function, node.lineno, was, now, number[key], changed, lines))
    return found


def fingerprints(source: str) -> dict[str, str]:
    """Return a hash of each function, as its mutants name it: of what it means, not of its comments or its place."""
    texts: dict[str, list[str]] = {}
    finder = Finder(source)
    for owner, node in finder.owned(ast.parse(source)):
        texts.setdefault(owner, []).append(ast.dump(node))
    return {owner: hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12] for owner, parts in texts.items()}


class Finder(ast.NodeVisitor):
    """Collects (function, node, the text that takes its place)."""

    def __init__(self, source: str) -> None:
        self.lines = source.encode().splitlines(keepends=True)
        self.words = _words(ast.parse(source))
        self.told: set[str] = set()
        """Names of the function around that are used in the messages of errors only."""
        self.found: list[tuple[str, ast.expr | ast.stmt, str, tuple[tuple[int, int], ...]]] = []
        self.scope: list[str] = []
        self.inside: list[Function] = []
        self.conditions: set[int] = set()
        """The nodes whose negation another mutant stands for."""

    def owned(self, tree: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
        """Yield the owner and each statement: a function owns itself, all else its class or the module."""
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                yield from self.owned(node, f"{prefix}{node.name}.")
            elif isinstance(node, Function):
                yield prefix + node.name, node
            else:
                yield prefix.removesuffix(".") or "<module>", node

    def text(self, node: ast.expr) -> str:
        """Return the text of an expression, in brackets where it could fall apart."""
        found = b"".join(self._cut(node)[1]).decode()
        return found if isinstance(node, ATOMS) else f"({found})"

    def _cut(self, node: ast.expr | ast.stmt) -> tuple[bytes, list[bytes], bytes]:
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        middle = self.lines[first : last + 1]
        tail = middle[-1][node.end_col_offset :]
        middle[-1] = middle[-1][: node.end_col_offset]
        head, middle[0] = middle[0][: node.col_offset], middle[0][node.col_offset :]
        return head, middle, tail

    def replaced(self, node: ast.expr | ast.stmt, text: str) -> tuple[str, str, str]:
        """Return the changed file, and its changed lines before and after, each in one line."""
        head, middle, tail = self._cut(node)
        before = b"".join(self.lines[: node.lineno - 1])
        after = b"".join(self.lines[node.end_lineno or node.lineno :])
        changed = head + text.encode() + tail
        return (before + changed + after).decode(), *_short((head + b"".join(middle) + tail).decode(), changed.decode())

    def add(self, node: ast.expr | ast.stmt, *texts: str) -> None:
        owner = ".".join(self.scope) or "<module>"
        around = tuple(_lines(function) for function in reversed(self.inside))
        self.found += [(owner, node, text, around) for text in texts]

    # Where we are

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.scope.append(node.name)
        self._body(node.body)
        self.scope.pop()

    def visit_FunctionDef(self, node: Function) -> None:
        if node.name in self.words or node.name in {"__repr__", "__str__"}:
            return
        if not self.inside:  # what stands in a function is its own
            self.scope.append(node.name)
            self.told = _words(node)
        self.inside.append(node)
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        self._body(node.body)
        self.inside.pop()
        if not self.inside:
            self.scope.pop()
            self.told = set()

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - as ast calls it

    def _body(self, body: list[ast.stmt]) -> None:
        for statement in body:
            self.visit(statement)

    # Statements

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            self.add(node, "pass")
        if not isinstance(node.value, ast.Constant):
            self.visit(node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        self.add(node, "pass")
        if isinstance(node.exc, ast.Call):
            self._code(node.exc)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is None:
            self.add(node, "pass")
            return
        annotation = self.inside[-1].returns if self.inside else None
        if isinstance(annotation, ast.Name) and annotation.id == "bool":
            self._held(node.value)
        elif not isinstance(node.value, ast.Constant):
            self.add(node, "return None")
        self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        if any(isinstance(target, ast.Name) and target.id in NOT_MEANING | self.told for target in node.targets):
            return
        made_by = node.value.func if isinstance(node.value, ast.Call) else None
        if isinstance(made_by, ast.Name) and made_by.id == "TypeVar":
            return
        if not self.inside and isinstance(node.value, ast.Subscript | ast.BinOp):  # the name of a type
            return
        if any(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets):
            self.add(node, "pass")
        self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            if isinstance(node.target, ast.Attribute):
                self.add(node, "pass")
            self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.add(node, "pass")
        if type(node.op) in SWAPPED and isinstance(node.value, ast.Constant):
            self.add(node, f"{self.text(node.target)} {SWAPPED[type(node.op)]}= {self.text(node.value)}")
        self.visit(node.value)

    def visit_For(self, node: ast.For) -> None:
        self.add(node.iter, "()")
        self.generic_visit(node)

    def visit_If(self, node: ast.If | ast.While | ast.IfExp) -> None:
        if isinstance(node, ast.While) and not isinstance(node.test, ast.Constant):
            self.add(node.test, "False")
            self.conditions.add(id(node.test))
        elif not isinstance(node, ast.While):
            self._held(node.test)
        self.generic_visit(node)

    def _held(self, test: ast.expr) -> None:
        """Hold a condition true, and false: one of these only, where dropping an operand stands for the other."""
        if isinstance(test, ast.Constant):
            return
        self.conditions.add(id(test))
        if not (isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And)):
            self.add(test, "True")
        if not (isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or)):
            self.add(test, "False")

    visit_While = visit_IfExp = visit_If  # noqa: N815 - as ast calls them

    def visit_Break(self, node: ast.Break) -> None:
        self.add(node, "continue", "pass")

    def visit_Continue(self, node: ast.Continue) -> None:
        self.add(node, "break", "pass")

    def visit_Assert(self, _node: ast.Assert) -> None:
        return

    # Expressions

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._held(test)
        self.visit(node.iter)
        for test in node.ifs:
            self.visit(test)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        texts = [self.text(value) for value in node.values]
        mine = " and " if isinstance(node.op, ast.And) else " or "
        self.conditions |= {id(value) for value in node.values}
        self.add(node, *(f"({mine.join(texts[:n] + texts[n + 1 :])})" for n in range(len(texts))))
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        if len(node.ops) == 1:
            left, right = self.text(node.left), self.text(node.comparators[0])
            turned = COMPARISONS[type(node.ops[0])]
            turned = turned[:-1] if id(node) in self.conditions else turned  # the last one negates
            self.add(node, *(f"{left} {op} {right}" for op in turned))
            if isinstance(node.comparators[0], ast.Tuple):
                self._elements(node.comparators[0], "(%s,)")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not) and id(node) not in self.conditions:
            self.add(node, self.text(node.operand))
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        left, right = self.text(node.left), self.text(node.right)
        if isinstance(node.op, ast.BitAnd | ast.BitOr | ast.Sub | ast.Add):
            self.add(node, left)
        if isinstance(node.op, ast.BitAnd | ast.BitOr):
            self.add(node, right)
        if type(node.op) in SWAPPED and not isinstance(node.op, ast.Sub):  # sets have no +
            self.add(node, f"({left} {SWAPPED[type(node.op)]} {right})")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self.add(node, str(not value))
        elif isinstance(value, int):
            self.add(node, "1" if value == 0 else "0", str(value + 1))
        elif isinstance(value, str) and "\n" in value:  # a list of words
            words = value.split()
            shorter = (words[1:], words[:-1], [*words, "invented"])
            self.add(node, *(f'""" {" ".join(some)} """' for some in shorter))
        elif isinstance(value, str):
            self.add(node, '""' if value else '"XX"')

    def visit_JoinedStr(self, _node: ast.JoinedStr) -> None:
        return

    def visit_Call(self, node: ast.Call) -> None:
        func = node.func
        name = func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""
        if _is_error(name) or name == "refuse":
            self._code(node)
            return
        if isinstance(func, ast.Name) and name in NAMES:
            self.add(func, NAMES[name])
        if isinstance(func, ast.Attribute) and name in NAMES:
            self.add(func, f"{self.text(func.value)}.{NAMES[name]}")
        if isinstance(func, ast.Attribute) and name in NORMALISING and not node.args:
            self.add(node, self.text(func.value))
        if name == "isinstance" and isinstance(node.args[1], ast.BinOp):
            self._types(node.args[1])
        for part in (*node.args, *(keyword.value for keyword in node.keywords if keyword.arg != "repr")):
            if name != "isinstance" or not isinstance(part, ast.BinOp):
                self.visit(part)
        self._unpacked(node)
        self.visit(func)

    def _code(self, node: ast.Call) -> None:
        """Visit the code of an error, which callers may rest on, but not its message."""
        for keyword in node.keywords:
            if keyword.arg == "code":
                self.visit(keyword.value)

    def _types(self, node: ast.BinOp) -> None:
        self.add(node, self.text(node.left), self.text(node.right))
        if isinstance(node.left, ast.BinOp):
            self._types(node.left)

    def _unpacked(self, node: ast.Call) -> None:
        """Leave out what is handed on by a star."""
        arguments = [(None, arg) for arg in node.args] + [(keyword, keyword.value) for keyword in node.keywords]
        written = [
            self.text_of_star(arg)
            if keyword is None
            else f"{keyword.arg}={self.text(arg)}"
            if keyword.arg
            else f"**{self.text(arg)}"
            for keyword, arg in arguments
        ]
        own = self.inside[-1].args.vararg if self.inside else None
        for n, text in enumerate(written):
            if text.startswith("*") and not (own is not None and text == f"*{own.arg}"):
                self.add(node, f"{self.text(node.func)}({', '.join(written[:n] + written[n + 1 :])})")

    def text_of_star(self, node: ast.expr) -> str:
        """Return the text of an argument or an element, which may have a star."""
        return f"*{self.text(node.value)}" if isinstance(node, ast.Starred) else self.text(node)

    def _elements(self, node: ast.Set | ast.List | ast.Tuple, form: str) -> None:
        texts = [self.text_of_star(element) for element in node.elts]
        if len(texts) > 1:
            self.add(node, *(form % ", ".join(texts[:n] + texts[n + 1 :]) for n in range(len(texts))))

    def visit_Set(self, node: ast.Set) -> None:
        self._elements(node, "{%s}")
        self.generic_visit(node)

    def visit_List(self, node: ast.List) -> None:
        self._elements(node, "[%s]")
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        if all(isinstance(value, ast.Constant) and " " in str(value.value) for value in node.values):  # sentences
            return
        texts = [
            f"**{self.text(v)}" if k is None else f"{self.text(k)}: {self.text(v)}"
            for k, v in zip(node.keys, node.values, strict=True)
        ]
        self.add(node, *(f"{{{', '.join(texts[:n] + texts[n + 1 :])}}}" for n in range(len(texts))))
        for value in node.values:
            if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
                self.visit(value)


def _is_error(name: str) -> bool:
    return name.endswith("Error") or name in {"Unguarded", "AccessDenied", "NoPrincipal"}


def _words(tree: ast.Module | Function) -> set[str]:
    """Return the names that are used in the messages of errors and nowhere else."""
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_error(getattr(node.func, "id", "")):
            inside |= {id(one) for part in node.args for one in ast.walk(part)}
    told, used = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            (told if id(node) in inside else used).add(node.id)
    return told - used


def _lines(node: ast.expr | ast.stmt) -> tuple[int, int]:
    return node.lineno, node.end_lineno or node.lineno


def _short(was: str, now: str) -> tuple[str, str]:
    """Return both in one line; of long ones, what differs and a little around it."""
    was, now = " ".join(was.split()), " ".join(now.split())
    if max(len(was), len(now)) <= LONG:
        return was, now
    same = next(n for n, (one, other) in enumerate(zip(f"{was}\0", f"{now}\1", strict=False)) if one != other)
    tails = zip(f"\0{was[same:]}"[::-1], f"\1{now[same:]}"[::-1], strict=False)
    end = next(n for n, (one, other) in enumerate(tails) if one != other)
    first, last = max(0, same - AROUND), max(0, end - AROUND)
    return was[first : len(was) - last], now[first : len(now) - last]
