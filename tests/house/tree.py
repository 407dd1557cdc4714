"""What house tests read: the files of a tree, and the faults found in them."""

import ast
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
NEVER_READ = {"mutants", "node_modules", "__pycache__"}
HIDDEN_BUT_OURS = {".ci"}
Function = ast.FunctionDef | ast.AsyncFunctionDef
TEXTS = {
    ".css", ".csv", ".html", ".in", ".j2", ".js", ".json", ".md", ".py", ".sh", ".sql", ".svg",
    ".toml", ".txt", ".yaml", ".yml", ".conf", ".properties", "",
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """A place where the tree breaks a rule, and what is wrong there."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@dataclass(frozen=True)
class Source:
    """One text file of the tree; `path` is relative to the root, with slashes."""

    root: Path
    path: str

    @cached_property
    def text(self) -> str:
        return (self.root / self.path).read_text(encoding="utf-8")

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def syntax(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of its syntax; walking is what house tests spend their time on."""
        return list(ast.walk(self.syntax))

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def fault(self, line: int, what: str) -> Fault:
        return Fault(f"{self.path}:{line}", what)


@dataclass(frozen=True)
class Tree:
    """All text files below a root that belong to the project."""

    root: Path

    @cached_property
    def sources(self) -> list[Source]:
        return [Source(self.root, path) for path in sorted(_paths(self.root))]

    def under(self, *folders: str, ending: str | tuple[str, ...] = "") -> Iterator[Source]:
        """Files below any of the folders ("" for all), optionally by their endings."""
        for source in self.sources:
            if source.path.endswith(ending) and source.path.startswith(folders):
                yield source

    def python(self, *folders: str) -> Iterator[Source]:
        return self.under(*(folders or ("",)), ending=".py")

    @cached_property
    def services(self) -> list[str]:
        """Names of the services, from the folders that hold Python files."""
        parts = (source.path.split("/") for source in self.python("services/"))
        return sorted({part[1] for part in parts if len(part) > 2})


def _paths(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if _is_ours(name)]
        for file in map(Path(folder).joinpath, files):
            if file.suffix in TEXTS and not file.is_symlink():
                yield file.relative_to(root).as_posix()


def _is_ours(folder: str) -> bool:
    return folder in HIDDEN_BUT_OURS or not (folder.startswith(".") or folder in NEVER_READ)


def functions(source: Source) -> Iterator[Function]:
    """Every function and method of a file, inner ones too."""
    return (node for node in source.nodes if isinstance(node, Function))


def calls(source: Source) -> Iterator[ast.Call]:
    return (node for node in source.nodes if isinstance(node, ast.Call))


def imports(source: Source) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported: 'from a import b' is a.b."""
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def called_name(call: ast.Call) -> str:
    """The last word of what is called: 'sleep' for asyncio.sleep(1)."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def obeys(faults: Iterable[Fault], rule: str, instead: str) -> None:
    """Fail with every fault at once, the rule, and what to do instead."""
    __tracebackhide__ = True
    found = [str(fault) for fault in faults]
    assert not found, "\n".join([f"Rule: {rule}", f"Instead: {instead}", *found])
