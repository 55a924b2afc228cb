"""Every worked example of tests/cases/*.toml, each with its article and source, through one test."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lawbook
from tests.rules import adapters, evaluation_adapters

ADAPTERS = adapters.ADAPTERS | evaluation_adapters.ADAPTERS
FOLDER = Path(__file__).resolve().parents[1] / "cases"


def cases() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            found.append(pytest.param(case, id=f"{path.stem}: {case['name']}"))
    return found


@pytest.mark.parametrize("case", cases())
def test_worked_example(case: dict[str, Any]):
    assert lawbook.article(case["law"]).title
    assert case["source"]
    rule: Callable[[dict[str, Any]], Any] = ADAPTERS[case["rule"]]
    assert rule(case["given"]) == case["expect"]


def test_every_adapter_is_used_by_a_case():
    used = {param.values[0]["rule"] for param in cases()}
    assert used == set(ADAPTERS)
