"""Every check of the sealed bid has a negative control: it alone refuses an attack, which goes on once it is gone."""

from functools import cache
from pathlib import Path

import pytest

from sealing.checks import ORDER
from suites import suite_named
from tests.sealing.controls import CONTROLS, Control
from tests.vectors.make_vectors import Cast

WITHOUT_ATTACK = {
    "output": "keeps a person's own folder from being replaced, which the system would refuse anyway",
}
CASES = [
    pytest.param(control, suite, id=f"{control.check}-{suite}-{number}")
    for number, control in enumerate(CONTROLS)
    for suite in control.suites
]


@cache
def cast(suite: str) -> Cast:
    return Cast(suite_named(suite))


@pytest.mark.parametrize(("control", "suite"), CASES)
def test_the_attack_is_refused_by_this_check_alone_and_goes_on_without_it(
    control: Control, suite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    assert control.attack(cast(suite), tmp_path / "with") == control.check
    control.remove(monkeypatch)
    assert control.attack(cast(suite), tmp_path / "without") == control.then


def test_every_check_has_a_control() -> None:
    assert {control.check for control in CONTROLS} | set(WITHOUT_ATTACK) == set(ORDER)
