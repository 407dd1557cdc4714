"""All of Hafenlotse on one machine without containers: for trying out, tests and benchmarks."""
