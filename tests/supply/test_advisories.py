"""pip-audit as we call it, against a service of advisories that the test is."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from embedded.ports import pick_port
from supply.advisories import MIRROR, answers_for_any, audit, main
from supply.exceptions import Exempted

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]
PIN = f"weak==1.0 \\\n    --hash=sha256:{'0' * 64}\nsound==2.0 \\\n    --hash=sha256:{'1' * 64}\n"
KNOWN = {
    "id": "GHSA-aaaa-bbbb-cccc",
    "summary": "made up",
    "affected": [
        {
            "package": {"name": "weak", "ecosystem": "PyPI"},
            "ranges": [
                {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}
            ],
        }
    ],
}  # fmt: skip


@contextmanager
def service(known: dict[str, Any]) -> Iterator[str]:
    """The address of a server of OSV's interface that knows this weakness."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            is_weak = asked["package"]["name"] == "weak"
            body = json.dumps({"vulns": [known]} if is_weak else {}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def pinned(tmp_path: Path) -> list[Path]:
    file = tmp_path / "pinned.txt"
    file.write_text(PIN, encoding="utf-8")
    return [file]


def test_a_known_weakness_is_found_with_the_version_that_mends_it(pinned: list[Path]) -> None:
    with service(KNOWN) as mirror:
        outcome = audit(pinned, [], mirror)
    assert outcome.findings == ("weak 1.0: GHSA-aaaa-bbbb-cccc, mended in 1.1",)
    assert outcome.packages == 2


def test_what_was_reviewed_is_passed_over(pinned: list[Path]) -> None:
    day = date(2026, 11, 25)
    reviewed = Exempted("GHSA-aaaa-bbbb-cccc", "weak", day, day, "not called by us")
    with service(KNOWN) as mirror:
        assert audit(pinned, [reviewed], mirror).findings == ()


def test_silence_is_never_good_news(pinned: list[Path]) -> None:
    nobody = f"http://127.0.0.1:{pick_port()}/v1/query"
    outcome = audit(pinned, [], nobody)
    assert outcome.unanswered
    assert not answers_for_any(pinned, nobody)


def test_a_service_that_answers_is_known_to_be_there(pinned: list[Path]) -> None:
    with service(KNOWN) as mirror:
        assert answers_for_any(pinned, mirror)


def test_an_audit_without_an_answer_fails_unless_it_is_to_be_told_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(MIRROR, f"http://127.0.0.1:{pick_port()}/v1/query")
    assert main([]) == 2
    assert "NOT AUDITED" in capsys.readouterr().err
    assert main(["--unreachable", "told"]) == 0
    assert "NOT AUDITED" in capsys.readouterr().out
