"""What holds for every test: how hard property tests try, and how they are repeated."""

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("HAFENLOTSE_TEST_EXAMPLES", "100"))

settings.register_profile(
    "house",
    max_examples=EXAMPLES,
    deadline=None,  # two noisy cores; pytest's own time limit holds
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")
