"""Draws soak.svg from soak.json: `python -m tests.chaos.soak_plot`."""

import json

import pygal
from pygal.style import Style

from tests.chaos.soak_figures import FIGURES


def main() -> None:
    """On white, so that it can be read on a dark page as well."""
    soak = json.loads(FIGURES.read_text(encoding="utf-8"))
    paper = Style(background="#ffffff", plot_background="#ffffff", font_family="sans-serif")
    chart = pygal.XY(
        style=paper,
        js=(),  # nothing is loaded from elsewhere
        no_prefix=True,
        show_dots=False,
        width=900,
        height=480,
        title="Memory of each process, MiB",
        x_title="minutes",
    )
    for process, points in sorted(soak["plotted"].items()):
        chart.add(process, points)
    FIGURES.with_suffix(".svg").write_bytes(chart.render())


if __name__ == "__main__":
    main()
