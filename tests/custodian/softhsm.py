"""A PKCS#11 token in software for one test: SoftHSM in a folder of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

LIBRARIES = (Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"))
LABEL, PIN = "gongheng", "274159"
_of_process: dict[str, str] = {}


def library() -> Path:
    """Return SoftHSM's library, or skip the test with the reason."""
    found = next((path for path in LIBRARIES if path.exists()), None)
    if found is None:
        pytest.skip("SoftHSM is not installed (apt install softhsm2)")
    return found


def token_of_process(folder: Path) -> dict[str, str]:
    """Return the environment of one token for all tests of this process: the library reads it once."""
    if not _of_process:
        _of_process.update(make_token(folder))
    return _of_process


def make_token(folder: Path) -> dict[str, str]:
    """Return the environment in which a fresh token called `LABEL` with `PIN` lives under a folder."""
    tokens, configuration = folder / "tokens", folder / "softhsm2.conf"
    tokens.mkdir(parents=True)
    configuration.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    environment = {"SOFTHSM2_CONF": str(configuration)}
    argv = ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", "998877"]
    subprocess.run(argv, env={"PATH": "/usr/bin:/bin", **environment}, check=True, capture_output=True)
    return environment
