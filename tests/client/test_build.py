"""The one-file client: the same bytes twice, and bids of both suites sealed with it where there is no network."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from tests.client.stage import make_stage

ROOT = Path(__file__).parents[2]
ISOLATED = ("unshare", "--map-root-user", "--net", "sh", "-c")
PAGE = """
import json, subprocess, sys, urllib.request
program, folder = sys.argv[1:]
running = subprocess.Popen([sys.executable, program, "ui", "--no-browser"], stdout=subprocess.PIPE, text=True)
address = running.stdout.readline().strip()
origin = "/".join(address.split("/")[:3])
def act(name, **body):
    headers = {"Content-Type": "application/json", "Origin": origin}
    request = urllib.request.Request(address + "act/" + name, json.dumps(body).encode(), headers)
    return json.load(urllib.request.urlopen(request, timeout=20))
urllib.request.urlopen(address, timeout=20).read()
act("package", path=folder + "/package.json")
act("root", path=folder + "/CA.pem")
act("open-key", path=folder + "/bidder.key", passphrase="")
told = act("source", path=folder + "/投标文件")
print(json.dumps({"problems": told["problems"], "suite": told["package"]["suite"], "version": told["version"]}))
act("leave")
sys.exit(running.wait(timeout=20))
"""


def builder(root: Path) -> ModuleType:
    """The build script, reading a copy of the sources, so that nobody's edit comes between two builds."""
    spec = importlib.util.spec_from_file_location("build_client", ROOT / "deploy" / "build_client.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in (*module.PACKAGES, "requirements"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    module.ROOT, module.REQUIREMENTS = root, root / "requirements" / "client.txt"
    return module


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    module = builder(tmp_path_factory.mktemp("sources"))
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    try:
        return tuple(module.build(tmp_path_factory.mktemp(name), platform=None, python=python) for name in "ab")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"the client's libraries cannot be fetched here: {error}")


def test_two_builds_give_the_same_bytes(built) -> None:
    first, second = (hashlib.sha256(path.read_bytes()).hexdigest() for path in built)
    assert first == second


def test_the_file_holds_what_it_should_and_nothing_of_the_building_machine(built) -> None:
    with zipfile.ZipFile(built[0]) as packed:
        names = packed.namelist()
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 2, 0, 0, 0)}
        text = packed.read("environment.json").decode()
        assert str(ROOT) not in text
        told = json.loads(packed.read("site-packages/sealing/client/built.json"))
    assert names == sorted(names)
    for wanted in ("sealing/client/static/app.mjs", "suites/gm.py", "gmssl_pyx/__init__.py", "asn1crypto/x509.py"):
        assert f"site-packages/{wanted}" in names
    assert not [name for name in names if "django" in name.lower() or "__pycache__" in name or "/bin/" in name]
    assert set(told) == {"version", "platform", "python"}


def offline(command: str, folder: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    """Run a shell command where there is no network but the loopback."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "SHIV_ROOT": str(cache), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [*ISOLATED, f"ip link set lo up; cd '{folder}'; {command}"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "unshare" in done.stderr:
        pytest.skip(f"no network namespace here: {done.stderr}")
    return done


@pytest.mark.parametrize("suite", ["GM-1", "INTL-1"])
def test_it_seals_and_opens_without_any_network(built, suite, tmp_path, tmp_path_factory) -> None:
    make_stage(suite).lay(tmp_path)
    program = f"{sys.executable} -I {built[0]}"
    seal = (
        f"{program} seal --package package.json --sign bidder.key --manifest letter.json --trust CA.pem 投标文件 a.bid"
    )
    release = f"{program} release --key bidder.key a.bid --out s.json"
    opened = f"{program} open a.bid --share s.json --trust CA.pem --out out --json"
    cache = tmp_path_factory.mktemp("cache")
    done = offline(f"{seal} && {release} && {opened}", tmp_path, cache)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "letter.txt").read_bytes() == (tmp_path / "投标文件" / "letter.txt").read_bytes()
    (tmp_path / "page.py").write_text(PAGE, "utf-8")
    page = offline(f"{sys.executable} page.py {built[0]} '{tmp_path}'", tmp_path, cache)
    assert page.returncode == 0, page.stderr
    assert json.loads(page.stdout) == {"problems": [], "suite": suite, "version": "0.1.0"}


def test_another_python_is_told_which_one_is_needed(monkeypatch, capsys) -> None:
    from sealing.client import program

    monkeypatch.setattr(program, "built", lambda: {"version": "1", "platform": "x", "python": "2.7"})
    assert program.main(["machine"]) == 2
    assert "Python 2.7" in capsys.readouterr().err
