"""Authorities for tests: one of `openssl ts` (an implementation that shares no code with ours), one of our own."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from timestamps import LocalAuthority

CONFIGURATION = """
[tsa]
default_tsa = main
[main]
serial = {home}/serial
crypto_device = builtin
signer_cert = {home}/tsa.pem
signer_key = {home}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.55555.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""
EXTENSIONS = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage={usage}\n"


@dataclass(frozen=True)
class OpensslAuthority:
    """Answers with `openssl ts -reply`, keys under `home`."""

    home: Path

    @property
    def root(self) -> bytes:
        return (self.home / "root.pem").read_bytes()

    def answer(self, request: bytes) -> bytes:
        (self.home / "request.tsq").write_bytes(request)
        run("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "request.tsq", "-out", "answer.tsr", home=self.home)
        return (self.home / "answer.tsr").read_bytes()


def run(*words: str, home: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *words], cwd=home, check=True, capture_output=True, timeout=60)


def make_openssl_authority(home: Path, *, usage: str = "critical,timeStamping") -> OpensslAuthority:
    """Make root and TSA (EC P-256), the TSA certified for `usage`."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    home.mkdir(parents=True, exist_ok=True)
    (home / "tsa.cnf").write_text(CONFIGURATION.format(home=home))
    (home / "extensions").write_text(EXTENSIONS.format(usage=usage))
    (home / "serial").write_text("01\n")
    new = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    run(*new, "-x509", "-days", "30", "-subj", "/CN=Outside Root", "-keyout", "root.key", "-out", "root.pem", home=home)
    run(*new, "-subj", "/CN=Outside TSA", "-keyout", "tsa.key", "-out", "tsa.csr", home=home)
    signing = ("-CA", "root.pem", "-CAkey", "root.key", "-extfile", "extensions", "-days", "30")
    run("x509", "-req", "-in", "tsa.csr", *signing, "-out", "tsa.pem", home=home)
    return OpensslAuthority(home)


@pytest.fixture(scope="session")
def outside(tmp_path_factory: pytest.TempPathFactory) -> OpensslAuthority:
    return make_openssl_authority(tmp_path_factory.mktemp("outside-tsa"))


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> LocalAuthority:
    return LocalAuthority(tmp_path_factory.mktemp("local-tsa") / "tsa")
