"""Rooms: what imports alone can't show. The imports are contracts in pyproject.toml."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.house.conftest import Plant
from tests.house.tree import ROOT, Fault, Tree, called_name, calls, imports, obeys

IMPURE = {
    "asyncio", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets",
    "select", "shutil", "signal", "smtplib", "socket", "sqlite3", "ssl", "subprocess", "sys",
    "tempfile", "threading", "time", "urllib",
}  # fmt: skip
ASKS_THE_WORLD = {"now", "utcnow", "today", "uuid1", "uuid4", "uuid7", "open", "print", "input"}
ROOMS = (
    "services/", "shared/", "access/", "audit/", "documents/", "embedded/", "hafenlotse/",
    "benchmarks/", "tests/",
)  # fmt: skip


def domains(tree: Tree) -> Iterator[str]:
    return (f"services/{name}/domain/" for name in tree.services)


def impure_imports(tree: Tree) -> Iterator[Fault]:
    """Imports of a domain that are neither pure standard library, shared.codes nor its own."""
    for domain in domains(tree):
        own = domain.replace("/", ".")
        for source in tree.python(domain):
            for line, name in imports(source):
                if not _is_pure(name) and not name.startswith((own, "shared.codes.")):
                    yield source.fault(line, f"imports {name}")


def _is_pure(name: str) -> bool:
    top = name.partition(".")[0]
    return top in sys.stdlib_module_names and top not in IMPURE


def questions_to_the_world(tree: Tree) -> Iterator[Fault]:
    for source in tree.python(*domains(tree)) if tree.services else ():
        for call in calls(source):
            if called_name(call) in ASKS_THE_WORLD:
                yield source.fault(call.lineno, f"calls {called_name(call)}()")
        for node in source.nodes:
            if isinstance(node, ast.AsyncFunctionDef | ast.Await):
                yield source.fault(node.lineno, "is async")


def laws_that_are_no_sentence(tree: Tree) -> Iterator[Fault]:
    for source in tree.python(*ROOMS):
        if source.name == "__init__.py" and not _is_one_sentence(source.syntax):
            yield Fault(source.path, "is not one sentence")


def _is_one_sentence(module: ast.Module) -> bool:
    law = ast.get_docstring(module) or ""
    return len(module.body) == 1 and re.fullmatch(r"(?!.*[.!?] )[^\n]*\.", law) is not None


def broken_contracts(root: Path) -> list[str]:
    """Names of the import contracts of pyproject.toml that the packages below root break."""
    (root / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    verdicts = re.findall(r"^(.+) (KEPT|BROKEN)(?: \(.*\))?$", ran.stdout, re.MULTILINE)
    assert verdicts, ran.stdout + ran.stderr
    return [name for name, verdict in verdicts if verdict == "BROKEN"]


def test_domains_import_nothing_but_pure_python(house: Tree) -> None:
    obeys(
        impure_imports(house),
        "a domain imports only the pure part of the standard library, shared.codes and itself",
        "decide on values; let a handler fetch them and a store remember them",
    )


def test_domains_ask_neither_clock_nor_chance_nor_anyone(house: Tree) -> None:
    obeys(
        questions_to_the_world(house),
        "a domain knows no clock, no randomness, no input or output, and is never async",
        "pass in the day, the instant or the id",
    )


def test_each_room_states_its_law_in_one_sentence(house: Tree) -> None:
    obeys(
        laws_that_are_no_sentence(house),
        "an __init__.py is one docstring of one sentence: the room's law",
        "move code into a file that is named after it; import from there",
    )


def test_an_impure_import_is_found(plant: Plant) -> None:
    text = (
        "import time\nimport datetime\nfrom fractions import Fraction\nimport pydantic\n"
        "from shared.codes import Land\nfrom shared import postgres\n"
        "from services.quota.domain.keys import Key\nfrom services.quota.store import keys\n"
    )
    faults = impure_imports(plant({"services/quota/domain/a.py": text}))
    assert [fault.what.removeprefix("imports ") for fault in faults] == [
        "time",
        "pydantic",
        "shared.postgres",
        "services.quota.store.keys",
    ]


def test_a_clock_in_a_domain_is_found(plant: Plant) -> None:
    text = "def f(clock):\n    return date.today(), clock.day\n\n\nasync def g():\n    pass\n"
    tree = plant({"services/quota/domain/a.py": text, "services/quota/handlers/a.py": text})
    assert [str(fault) for fault in questions_to_the_world(tree)] == [
        "services/quota/domain/a.py:2: calls today()",
        "services/quota/domain/a.py:5: is async",
    ]


def test_code_in_an_init_is_found(plant: Plant) -> None:
    tree = plant(
        {
            "shared/__init__.py": '"""Plumbing."""\n',
            "services/__init__.py": "",
            "services/quota/__init__.py": '"""The sums."""\nfrom a import b\n',
            "services/quota/store/__init__.py": '"""Remembers. Never forgets."""\n',
            "services/quota/domain/__init__.py": '"""Decides"""\n',
        }
    )
    assert [fault.place for fault in laws_that_are_no_sentence(tree)] == [
        "services/__init__.py",
        "services/quota/__init__.py",
        "services/quota/domain/__init__.py",
        "services/quota/store/__init__.py",
    ]


SERVICES = ("admissions", "quota", "notifications")
LAWFUL = {
    "hafenlotse/installation.py": "import services.quota.settings\n",
    "shared/codes.py": "",
    "shared/contracts.py": "import pydantic\n",
    "shared/postgres.py": "import shared.codes\n",
    "access/caller.py": "import shared.codes\n",
    "audit/trail.py": "import shared.codes\nimport documents.words\n",
    "documents/words.py": "import shared.codes\n",
    "services/quota/__main__.py": "import services.quota.app\n",
    "services/quota/app.py": (
        "import services.quota.settings\nimport services.quota.api.board\nimport audit.trail\n"
    ),
    "services/quota/settings.py": "",
    "services/quota/api/board.py": "import shared.contracts\nimport services.quota.store.sums\n",
    "services/quota/api/shown.py": "import documents.words\n",
    "services/quota/handlers/placements.py": "import services.quota.store.sums\n",
    "services/quota/store/sums.py": "import shared.postgres\nimport services.quota.domain.rules\n",
    "services/quota/domain/rules.py": "import shared.codes\n",
}
UNLAWFUL = {
    "shared/codes.py": "import services.quota.domain.rules\n",
    "services/quota/api/board.py": (
        "import services.quota.app\nimport services.quota.settings\nimport hafenlotse\n"
    ),
    "services/quota/handlers/placements.py": "import services.quota.api.board, embedded\n",
    "access/caller.py": "import shared.postgres\n",
    "services/quota/store/entries.py": "import documents.words, audit.trail\n",
    "audit/trail.py": "import services.quota.domain.rules\n",
    "documents/words.py": "import services.quota.domain.rules\n",
    "services/quota/store/sums.py": "import shared.contracts\nimport httpx\n",
    "services/quota/domain/rules.py": "import shared.postgres\nimport services.admissions\n",
}


def packages(files: dict[str, str]) -> dict[str, str]:
    """The files, with an __init__.py in every folder and all three services."""
    every = [*files, "embedded/__init__.py", *(f"services/{name}/__init__.py" for name in SERVICES)]
    folders = {str(folder) for path in every for folder in Path(path).parents} - {"."}
    return {f"{folder}/__init__.py": "" for folder in folders} | files


def test_lawful_imports_keep_every_contract(plant: Plant) -> None:
    assert broken_contracts(plant(packages(LAWFUL)).root) == []


def test_each_import_contract_can_be_broken(plant: Plant) -> None:
    contracts = re.findall(r'^name = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    broken = broken_contracts(plant(packages(LAWFUL | UNLAWFUL)).root)
    assert broken == [name for name in contracts if name != "hafenlotse"]
