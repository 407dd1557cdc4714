"""Draws soak.svg from soak.json: `python -m tests.chaos.soak_plot`."""

import json
import re

import pygal
from pygal.style import Style

from tests.chaos.soak_figures import FIGURES

COLOURS = (
    *("#0072b2", "#d55e00", "#009e73", "#000000"),
    *("#cc79a7", "#56b4e9", "#e69f00", "#888888"),
)
"""Okabe and Ito's, told apart by almost everybody."""


def main() -> None:
    """On white, so that it can be read on a dark page as well."""
    soak = json.loads(FIGURES.read_text(encoding="utf-8"))
    paper = Style(
        background="#ffffff", plot_background="#ffffff", font_family="sans-serif", colors=COLOURS
    )
    chart = pygal.XY(
        style=paper,
        js=(),  # nothing is loaded from elsewhere
        show_dots=False,
        stroke_style={"width": 2},
        width=900,
        height=480,
        title="Memory of each process, MiB",
        x_title="minutes",
    )
    chart.uuid = "soak"
    for process, points in sorted(soak["plotted"].items()):
        chart.add(process, points)
    drawn = re.sub("<!--.*?-->", "", chart.render(is_unicode=True))  # they hold the day
    FIGURES.with_suffix(".svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
