"""`make test` itself: a test that fails because the machine is busy is tried once more alone, and a wrong one fails."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import run

SECOND_TIME = """
from pathlib import Path
def test_it():
    seen = Path(__file__).with_name("seen")
    known = seen.exists()
    seen.touch()
    assert known
"""
BARE = ["-c", "/dev/null", "-p", "no:django", "-p", "no:randomly", "--rootdir"]


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (SECOND_TIME, 0, ["Once more, alone: 1", "Passed alone only, on here:", "test_made.py::test_it"]),
        ("def test_it(): assert False", 1, ["Once more, alone: 1"]),
        ("import pytest\n@pytest.mark.parametrize('n', range(11))\ndef test_it(n): assert False", 1, []),
    ],
    ids=["passes the second time", "fails", "too many fail to blame the machine"],
)
def test_what_failed_is_tried_once_more_alone(
    text: str, code: int, said: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    made = tmp_path / "test_made.py"
    made.write_text(text)
    found = run.pytest("here", {"PYTHONPATH": ":".join(sys.path)}, [*BARE, str(tmp_path), str(made)])
    told = capfd.readouterr().out
    assert found == code
    assert all(words in told for words in said)
    assert ("Once more" in told) == ("Once more, alone: 1" in said)
