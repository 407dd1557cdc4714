"""What is taken out of the image, on a tree like that of its base."""

from pathlib import Path

import pytest

from deploy.image.bare import bare

GONE = (
    "usr/bin/sh", "usr/bin/perl", "usr/sbin/useradd", "usr/local/bin/pip", "usr/local/bin/pip3.13",
    "usr/local/lib/python3.13/site-packages/pip/__init__.py",
    "usr/local/lib/python3.13/site-packages/pip-25.0.dist-info/METADATA",
    "usr/local/lib/python3.13/ensurepip/__init__.py",
)  # fmt: skip
KEPT = (
    "usr/bin/python3", "usr/bin/python3.13", "usr/local/bin/python", "usr/lib/libc.so.6",
    "usr/local/lib/python3.13/site-packages/uvicorn/__init__.py", "var/lib/dpkg/status",
)  # fmt: skip


@pytest.fixture
def image(tmp_path: Path) -> Path:
    for name in (*GONE, *KEPT):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (tmp_path / "bin").symlink_to("usr/bin")
    (tmp_path / "usr/bin/awk").symlink_to("/etc/alternatives/awk")
    return tmp_path


def test_programs_and_installers_go_and_python_stays(image: Path) -> None:
    assert bare(image) == len(GONE) + 1
    assert [name for name in GONE if (image / name).exists()] == []
    assert [name for name in KEPT if not (image / name).exists()] == []
    assert not (image / "usr/bin/awk").is_symlink()


def test_nothing_is_left_to_take_out_the_second_time(image: Path) -> None:
    bare(image)
    assert bare(image) == 0
