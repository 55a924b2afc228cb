"""Revocation lists as the browser reads them, held to what Python makes and says: run by Node, which has WebCrypto."""

import base64
import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from suites.paths import check_path
from suites.revocation import Trust
from tests.client.stage import Stage, make_stage

MODULES = Path(__file__).parents[2] / "bidder_portal" / "static" / "bidder_portal" / "sealing"
NODE = shutil.which("node")
SCRIPT = """
const [modules, told] = process.argv.slice(1);
const { checkPath, parseChain, parseRoots } = await import(`file://${modules}/x509.mjs`);
const { parseCrl } = await import(`file://${modules}/crl.mjs`);
const { unbase64 } = await import(`file://${modules}/bytes.mjs`);
const out = [];
for (const { chain, roots, lists, instant } of JSON.parse(told)) {
  try {
    const pinned = Object.assign(parseRoots(roots), { lists: lists.map((one) => parseCrl(unbase64(one))) });
    out.push((await checkPath(await parseChain(chain), pinned, instant)).map(({ check }) => check));
  } catch (error) {
    out.push(["malformed"]);
  }
}
console.log(JSON.stringify(out));
"""
pytestmark = pytest.mark.skipif(NODE is None, reason="no Node here")
BEFORE, SINCE, AFTER = (datetime(2027, month, 1, tzinfo=UTC) for month in (1, 2, 3))


def text(der: bytes) -> str:
    return base64.b64encode(der).decode()


def browser_says(stage: Stage, cases: list[tuple[list[bytes], datetime]]) -> list[list[str]]:
    rows = [
        {
            "chain": [text(der) for der in stage.bidder.certificates],
            "roots": [text(stage.root)],
            "lists": [text(der) for der in lists],
            "instant": int(at.timestamp() * 1000),
        }
        for lists, at in cases
    ]
    command = [NODE or "", "--input-type=module", "-e", SCRIPT, str(MODULES), json.dumps(rows)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_both_sides_say_the_same_of_every_list() -> None:
    stage, stranger = make_stage("INTL-1"), make_stage("INTL-1")
    revoking, other = stage.crl(stage.bidder, at=SINCE), stage.crl(*stage.custodians, at=SINCE)
    altered = bytearray(revoking)
    altered[-3] ^= 1
    cases = [
        ([], AFTER),
        ([stage.crl()], AFTER),
        ([revoking], BEFORE),
        ([revoking], SINCE),
        ([revoking], AFTER),
        ([other], AFTER),
        ([stage.crl(), revoking], AFTER),
        ([revoking, stage.crl()], AFTER),
        ([stranger.crl()], AFTER),
        ([bytes(altered)], AFTER),
    ]
    python = [
        [r.check for r in check_path(list(stage.bidder.certificates), Trust([stage.root], lists), at)]
        for lists, at in cases
    ]
    assert browser_says(stage, cases) == python
    assert python[2:5] == [[], ["revoked"], ["revoked"]] and python[-1] == ["crl"]


def test_what_is_no_list_is_refused() -> None:
    stage = make_stage("INTL-1")
    junk = [b"", b"junk", stage.crl() + b"\x00", stage.crl()[:-1], stage.root]
    assert browser_says(stage, [([each], AFTER) for each in junk]) == [["malformed"]] * len(junk)
