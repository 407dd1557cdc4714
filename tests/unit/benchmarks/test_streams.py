"""What the readers in Java are told: each unit of each quota, and how they go about it."""

from pathlib import Path

from benchmarks.streams import LIST, write_quotas
from benchmarks.world import SMALL, World
from embedded.jars import listed_jars


def test_every_units_weight_is_written_down_once(tmp_path: Path) -> None:
    world = World(SMALL, 2)
    write_quotas(world, tmp_path / "quotas")
    lines = [line.split("\t") for line in (tmp_path / "quotas").read_text().splitlines()]
    assert len(lines) == 16 * (3 + SMALL)  # Länder, and units of both quotas
    regular = {unit: int(weight) for _, quota, *_, unit, weight in lines if quota == "01-regular"}
    assert regular == dict(world.weights("01"))
    assert {tuple(line[2:4]) for line in lines} == {("safe-harbour", "1"), ("*", "2")}


def test_its_jars_are_named_with_digests() -> None:
    assert all(len(digest) == 64 for digest in listed_jars(LIST).values())
    assert {name.split(":")[1] for name in listed_jars(LIST)} == {
        "ecj",
        "kafka-streams",
        "rocksdbjni",
    }
