"""Build the offline client: one file a bidder runs, `dist/gongheng-seal-<platform>-<version>.pyz`.

Two builds of the same sources give the same bytes: hashed requirements, fixed times, sorted names, nothing of the
machine that builds. The file is for one platform and one version of Python, as its libraries hold compiled code.

    python deploy/build_client.py [--platform TAG --python 3.11] [--out dist]
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements" / "client.txt"
PACKAGES = ("suites", "sealing", "lawbook")
ENTRY = "sealing.client.program:main"
INTERPRETER = "/usr/bin/env python3"
# What installers write about themselves, and scripts with the path of this machine's interpreter
DROPPED = ("bin", "__pycache__", "INSTALLER", "REQUESTED", "direct_url.json", "RECORD", "*.pyc", "*.pyi")
EPOCH = "315619200"  # 1980-01-02, the first whole day that every zone can write into a ZIP


def main() -> int:
    """Build, and say the file and its SHA-256."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--platform", help="a wheel platform tag, e.g. win_amd64 (default: this machine)")
    parser.add_argument("--python", default=f"{sys.version_info.major}.{sys.version_info.minor}")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--wheels", type=Path, help="a folder of wheels to install from instead of the index")
    arguments = parser.parse_args()
    built = build(arguments.out, platform=arguments.platform, python=arguments.python, wheels=arguments.wheels)
    sys.stdout.write(f"{hashlib.sha256(built.read_bytes()).hexdigest()}  {built}\n")
    return 0


def build(out: Path, *, platform: str | None, python: str, wheels: Path | None = None) -> Path:
    """Return the file that was built."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    named = platform or sysconfig.get_platform().replace("-", "_")
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"gongheng-seal-{named}-py{python}-{version}.pyz"
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        _install(site, platform=platform, python=python, wheels=wheels)
        _copy(site, told={"version": version, "platform": named, "python": python})
        _pack(site, target)
    return target


def _install(site: Path, *, platform: str | None, python: str, wheels: Path | None) -> None:
    """Put the pinned libraries into a folder, by hash, wheels only."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--no-compile"]
    command += ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--target", str(site)]
    if platform is not None:
        command += ["--platform", platform, "--python-version", python, "--implementation", "cp"]
    if wheels is not None:
        command += ["--no-index", "--find-links", str(wheels)]
    subprocess.run([*command, "-r", str(REQUIREMENTS)], check=True)


def _copy(site: Path, *, told: dict[str, str]) -> None:
    """Put our own packages beside them, and drop what differs from machine to machine."""
    for name in PACKAGES:
        shutil.copytree(ROOT / name, site / name, ignore=shutil.ignore_patterns(*DROPPED))
    (site / "sealing" / "client" / "built.json").write_text(json.dumps(told, sort_keys=True), "utf-8")
    for pattern in DROPPED:
        for path in list(site.rglob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in site.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _pack(site: Path, target: Path) -> None:
    """Make the file with shiv, then write it again in sorted order, as shiv takes names as the disk gives them."""
    with tempfile.TemporaryDirectory() as folder:
        loose = Path(folder) / target.name
        command = [sys.executable, "-m", "shiv.cli", "--site-packages", str(site), "--compressed", "--reproducible"]
        command += ["--no-modify", "--python", INTERPRETER, "--entry-point", ENTRY, "--output-file", str(loose)]
        subprocess.run(command, check=True, env={"SOURCE_DATE_EPOCH": EPOCH, "PATH": "/usr/bin:/bin"})
        _sort(loose, target)


def _sort(loose: Path, target: Path) -> None:
    with zipfile.ZipFile(loose) as source, target.open("wb") as out:
        out.write(f"#!{INTERPRETER}\n".encode())
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for name in sorted(source.namelist()):
                entry = zipfile.ZipInfo(name, (1980, 1, 2, 0, 0, 0))
                entry.external_attr = 0o644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                packed.writestr(entry, _steady(name, source.read(name)))
    target.chmod(0o755)


def _steady(name: str, data: bytes) -> bytes:
    """The file that tells how it was built has its members in a fixed order; its time is fixed by shiv already."""
    if name != "environment.json":
        return data
    return json.dumps(json.loads(data), sort_keys=True).encode()


if __name__ == "__main__":
    sys.exit(main())
