"""What holds for every test: how hard property tests try, and how a run is repeated."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.sizes import sized

EXAMPLES = int(os.environ.get("HAFENLOTSE_TEST_EXAMPLES", "100"))

settings.register_profile(
    "house",
    max_examples=EXAMPLES,
    deadline=None,  # two noisy cores; pytest's own time limit holds
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
# Thousands of mutants only need to be told apart from the code: same examples, no shrinking.
settings.register_profile(
    "mutation",
    settings.get_profile("house"),
    max_examples=15,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile("mutation" if Path.cwd().name == "mutants" else "house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is shown at the size of its promise may take the time that it needs."""
    if not sized(small=False, large=True):
        return
    for item in items:
        if item.get_closest_marker("promise") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(3600))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how to get the same order again; quiet runs show no header."""
    seed = terminalreporter.config.getoption("randomly_seed", default=None)
    if seed is not None:
        terminalreporter.write_line(f"order: --randomly-seed={seed}")
