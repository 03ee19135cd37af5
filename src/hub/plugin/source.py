"""Read a plugin's source without running it: its imports, what would hold the loop up, its types."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.plugin.inspection import HEAVY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCKING = frozenset({
    "time.sleep", "input", "open", "subprocess.run", "subprocess.call", "subprocess.check_call",
    "subprocess.check_output", "os.system", "os.wait", "os.waitpid", "urllib.request.urlopen",
    "socket.create_connection", "sqlite3.connect", "requests.get", "requests.post", "requests.put",
    "requests.patch", "requests.delete", "requests.head", "requests.request", "httpx.get", "httpx.post",
    "httpx.put", "httpx.patch", "httpx.delete", "httpx.head", "httpx.request",
})  # fmt: skip
"""Calls that wait for a disk, a network or a process; on the event loop everybody waits with them."""

_PLACED = ("Path.read_text", "Path.read_bytes", "Path.write_text", "Path.write_bytes")
_MOST_FILES = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """Something in a file: ``file`` from the package on, with its line."""

    what: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.what} ({self.file}:{self.line})"


@dataclass(frozen=True, slots=True)
class Source:
    """What was read. ``typed`` and ``told``: public functions with types, with a docstring, of ``public``."""

    heavy: tuple[Place, ...] = ()
    blocking: tuple[Place, ...] = ()
    public: int = 0
    typed: int = 0
    told: int = 0
    unreadable: tuple[str, ...] = ()


def read(folder: Path) -> Source:
    """Read every ``.py`` file below ``folder``."""
    heavy: list[Place] = []
    blocking: list[Place] = []
    public: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
    unreadable = []
    for path in sorted(folder.rglob("*.py"))[:_MOST_FILES]:
        name = path.relative_to(folder.parent).as_posix()
        try:
            tree = ast.parse(path.read_bytes())
        except (OSError, ValueError, SyntaxError, RecursionError):
            unreadable.append(name)
            continue
        heavy += _heavy(tree, name)
        blocking += _blocking(tree, name)
        public += _public(tree)
    return Source(
        tuple(heavy), tuple(blocking), len(public), sum(map(_typed, public)),
        sum(ast.get_docstring(each) is not None for each in public), tuple(unreadable),
    )  # fmt: skip


def _heavy(tree: ast.Module, name: str) -> Iterator[Place]:
    """Find heavy packages that are imported as soon as the file is."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            waiting += node.orelse
        elif isinstance(node, ast.Import):
            yield from (
                Place(alias.name.partition(".")[0], name, node.lineno)
                for alias in node.names
                if alias.name.partition(".")[0] in HEAVY
            )
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            if (root := (node.module or "").partition(".")[0]) in HEAVY:
                yield Place(root, name, node.lineno)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def _blocking(tree: ast.Module, name: str) -> Iterator[Place]:
    """Find blocking calls in ``async def`` and in plain hooks: both run on the event loop."""
    called = _names(tree)
    for node in ast.walk(tree):
        plain_hook = isinstance(node, ast.FunctionDef) and node.name.startswith("hub_") and node in tree.body
        if isinstance(node, ast.AsyncFunctionDef) or plain_hook:
            for call in _calls(node):
                if (what := _full(call.func, called)) in BLOCKING or what in _PLACED:
                    yield Place(what, name, call.lineno)


def _calls(function: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls that ``function`` makes itself; a function inside it runs who knows where."""
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Call):
            yield node
        waiting += ast.iter_child_nodes(node)


def _names(tree: ast.Module) -> dict[str, str]:
    """Return what each imported name stands for."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _full(node: ast.expr, names: dict[str, str]) -> str:
    """Return the dotted name that is called, imports resolved: ``sleep`` is ``time.sleep``."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        if isinstance(node.value, ast.Call) and _full(node.value.func, names) == "pathlib.Path":
            return f"Path.{node.attr}"
        return f"{_full(node.value, names)}.{node.attr}"
    return ""


def _public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in tree.body:
        for each in (node, *(node.body if isinstance(node, ast.ClassDef) else ())):
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and not each.name.startswith("_"):
                yield each


def _typed(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    named = [one for one in every if one is not None and one.arg not in {"self", "cls"}]
    return function.returns is not None and all(one.annotation is not None for one in named)
