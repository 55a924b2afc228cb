"""The browser's sealing modules and the Python ones are twins: same vectors, each opens what the other sealed."""

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from sealing.inspect import inspect_bid
from sealing.keys import key_body, read_keys
from sealing.open import open_bid
from sealing.release import release_share
from sealing.seal import Contents, seal_bid
from sealing.shares import read_share
from sealing.tender import read_tender
from tests.browser.cast import BIDDER, CUSTODIANS, Cast, make_cast
from tests.browser.static_server import serve

pytestmark = pytest.mark.browser

VECTORS = sorted((Path(__file__).resolve().parents[1] / "vectors").glob("*.json"))
FIELDS = {
    "bidder_name": "示例建设有限公司",
    "price": "81306512.40",
    "price_kind": "total",
    "duration_days": 360,
    "key_persons": [{"name": "赵某某", "role": "项目负责人"}],
}
FILES = {"投标函.pdf": b"%PDF-1.7 letter", "technical/施工组织设计.pdf": bytes(range(256)) * 9000}

RUN = """async ([module, name, args]) => {
  const B = await import('/bidder_portal/sealing/bytes.mjs');
  const revive = (value) => {
    if (Array.isArray(value)) return value.map(revive);
    if (value === null || typeof value !== 'object') return value;
    if ('$bytes' in value) return B.unbase64(value.$bytes);
    if ('$blob' in value) return new Blob([B.unbase64(value.$blob)]);
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, revive(member)]));
  };
  const flatten = (value) => {
    if (value instanceof Uint8Array) return { $bytes: B.base64(value) };
    if (value instanceof Map) return flatten(Object.fromEntries(value));
    if (Array.isArray(value)) return value.map(flatten);
    if (value instanceof CryptoKey) return null;
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, flatten(member)]));
  };
  try {
    return { value: flatten(await (await import(module))[name](...revive(args))) };
  } catch (error) {
    if (error.reasons) return { refused: error.reasons };
    throw error;
  }
}"""


@pytest.fixture(scope="module")
def address(static_root: Path) -> Iterator[str]:
    """Our modules, and the few lines of the harness beside them."""
    with serve(static_root, {"/twin.mjs": (Path(__file__).parent / "twin.mjs").read_bytes()}) as url:
        yield url


@pytest.fixture
def twin(shared_page: tuple[Page, list[str]], address: str) -> Iterator["Twin"]:
    page, errors = shared_page
    if not page.url.startswith(address):
        page.goto(address)
    yield Twin(page)
    told = errors.copy()
    errors.clear()
    assert told == []


@pytest.fixture(scope="module")
def cast() -> Cast:
    return make_cast()


class Twin:
    """Calls of the browser modules; bytes go and come as base64."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def call(self, module: str, name: str, *args: Any) -> dict[str, Any]:
        """The answer as `{"value": …}` or `{"refused": […]}`."""
        path = module if module.startswith("/") else f"/bidder_portal/sealing/{module}.mjs"
        answer: dict[str, Any] = self.page.evaluate(RUN, [path, name, list(args)])
        return answer

    def outcome(self, name: str, *args: Any, good: str) -> str:
        """`good`, or the name of the first failed check."""
        answer = self.call("/twin.mjs", name, *args)
        return str(answer["refused"][0]["check"]) if "refused" in answer else good


def as_bytes(data: bytes) -> dict[str, str]:
    return {"$bytes": base64.b64encode(data).decode()}


def as_blob(data: bytes) -> dict[str, str]:
    return {"$blob": base64.b64encode(data).decode()}


def pem_list(cast: Cast) -> list[str]:
    return [base64.b64encode(cast.root).decode()]


def sealed_by_browser(twin: Twin, cast: Cast, tender: Any = None, **more: Any) -> dict[str, Any]:
    files = [{"name": name, "role": "attachment", "blob": as_blob(data)} for name, data in FILES.items()]
    order = {"tender": tender or cast.tender(), "trust": pem_list(cast), "key": json.dumps(cast.bidder_key)}
    return twin.call("/twin.mjs", "sealAll", {**order, "files": files, "fields": FIELDS, **more})


@pytest.mark.skipif(not VECTORS, reason="tests/vectors is empty")
@pytest.mark.parametrize("path", VECTORS, ids=[path.stem for path in VECTORS])
def test_the_vector_has_its_declared_outcome(twin: Twin, path: Path) -> None:
    """A vector of GM-1, which the browser has not, declares as `without_gm` by which check it is refused here."""
    vector = json.loads(path.read_text("utf-8"))
    wanted = vector.get("without_gm", vector.get("outcome"))
    answer = twin.call("/twin.mjs", "runVector", vector)["value"]
    assert (answer["found"], answer["differences"]) == (wanted, [])


def test_hpke_gives_the_printed_vectors_of_rfc_9180(twin: Twin) -> None:
    assert twin.call("/twin.mjs", "rfc9180")["value"] == {
        "enc": True,
        "ct": True,
        "opened": "Beauty is truth, truth beauty",
    }


def test_hashes_of_a_file_read_in_pieces_are_those_of_its_bytes(twin: Twin) -> None:
    data = hashlib.shake_256(b"pieces").digest((9 << 20) + 3)
    edge = (4 << 20) - 5
    answer = twin.call("/twin.mjs", "hashesOf", as_blob(data), [edge, edge + 11])["value"]
    assert (answer["crc"], answer["sha256"]) == (zlib.crc32(data), hashlib.sha256(data).hexdigest())
    assert base64.b64decode(answer["middle"]["$bytes"]) == data[edge : edge + 11]


def test_a_single_file_beyond_the_limit_is_refused_before_it_is_read(twin: Twin) -> None:
    assert twin.call("/twin.mjs", "refusedSizes")["value"] == ["read", "file_size"]


def test_a_draft_whose_file_is_gone_is_refused_and_nothing_is_left(twin: Twin, cast: Cast) -> None:
    order = {"tender": cast.tender(), "trust": pem_list(cast), "key": json.dumps(cast.bidder_key), "megabytes": 1}
    assert twin.call("/twin.mjs", "sealWithoutFile", order)["value"] == {"checks": ["draft_file"], "left": False}


def test_python_opens_what_the_browser_sealed(twin: Twin, cast: Cast, tmp_path: Path) -> None:
    answer = sealed_by_browser(twin, cast)["value"]
    path = tmp_path / "browser.bid"
    path.write_bytes(base64.b64decode(answer["file"]["$bytes"]))
    layout = inspect_bid(path, roots=[cast.root])
    assert layout.detached.bid_digest == answer["digest"]
    assert len(answer["leaves"]) == layout.header.count
    for holders in ((cast.bidder,), cast.custodians[:2], cast.custodians[1:]):
        shares = [release_share(layout.header, answer["digest"], holder) for holder in holders]
        opened = open_bid(path, shares, tmp_path / holders[0].kid, roots=[cast.root])
        assert opened.manifest.fields == FIELDS
        assert {name: (opened.folder / name).read_bytes() for name in FILES} == FILES


@pytest.mark.parametrize("policy", ["bidder", "bidder-or-custodians", "custodians", "bidder-and-custodians"])
def test_the_browser_opens_what_python_sealed_under_every_policy(
    twin: Twin, cast: Cast, tmp_path: Path, policy: str
) -> None:
    plain = {"custodians": (), "threshold": 0} if policy == "bidder" else {}
    tender = read_tender(cast.tender(cast.parameters(policy=policy, **plain)))
    for name, data in FILES.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(data)
    out = tmp_path / "python.bid"
    sealed = seal_bid(tender, Contents(tmp_path / "in", FIELDS), out, signer=cast.bidder)
    holders = [cast.bidder, *cast.custodians[1:]] if "-and-" in policy else _holders_of(policy, cast)
    shares = [release_share(sealed.header, sealed.bid_digest, holder).body() for holder in holders]
    answer = twin.call("/twin.mjs", "openAll", as_blob(out.read_bytes()), shares, pem_list(cast))["value"]
    assert answer["digest"] == sealed.bid_digest
    assert answer["manifest"]["fields"] == FIELDS
    assert {name: base64.b64decode(data["$bytes"]) for name, data in answer["files"].items()} == FILES | {
        "manifest.json": base64.b64decode(answer["files"]["manifest.json"]["$bytes"])
    }


def _holders_of(policy: str, cast: Cast) -> list[Any]:
    return [cast.bidder] if policy == "bidder" else list(cast.custodians[:2])


def test_a_release_made_in_the_browser_is_the_share_that_python_takes_out(
    twin: Twin, cast: Cast, tmp_path: Path
) -> None:
    sealed = sealed_by_browser(twin, cast)["value"]
    header = base64.b64decode(sealed["header"]["$bytes"])
    path = tmp_path / "browser.bid"
    path.write_bytes(base64.b64decode(sealed["file"]["$bytes"]))
    layout = inspect_bid(path)
    answer = twin.call("/twin.mjs", "releaseOwn", sealed["digest"], as_bytes(header), json.dumps(cast.bidder_key))[
        "value"
    ]
    assert read_share(answer) == release_share(layout.header, sealed["digest"], cast.bidder)


def test_a_key_file_of_python_loads_in_the_browser_and_the_other_way_round(twin: Twin, cast: Cast) -> None:
    protected = json.dumps(key_body(cast.bidder, passphrase="口令 with spaces"))
    written = twin.call("/twin.mjs", "rewriteKeyFile", protected, "口令 with spaces", "another passphrase")["value"]
    again = read_keys(json.loads(written), passphrase="another passphrase")
    assert (again.public, again.seal_private, again.sign_private) == (
        cast.bidder.public,
        again.seal_private,
        again.sign_private,
    )


def test_a_wrong_passphrase_is_refused(twin: Twin, cast: Cast) -> None:
    protected = json.dumps(key_body(cast.bidder, passphrase="right"))
    assert twin.outcome("rewriteKeyFile", protected, "wrong", "x", good="loads") == "key"


def checks(answer: dict[str, Any]) -> set[str]:
    """The failed checks; the harness also tells whether a byte was encrypted."""
    assert "refused" in answer, "it was sealed"
    assert answer["refused"][-1] == {"check": "encrypted", "reason": "0"}
    return {reason["check"] for reason in answer["refused"][:-1]}


def test_another_custodian_key_is_refused_before_a_byte_is_encrypted(twin: Twin, cast: Cast) -> None:
    tender = cast.tender()
    intruder = cast.certified(CUSTODIANS[0]).public.body()
    tender["recipients"][1] = intruder
    assert "recipients" in checks(sealed_by_browser(twin, cast, tender))


def test_a_custodian_key_of_another_root_is_refused(twin: Twin, cast: Cast) -> None:
    other = make_cast()
    statement = cast.parameters(custodians=tuple(keys.kid for keys in other.custodians))
    tender = cast.tender()
    tender |= {
        "parameters": statement,
        "recipients": [tender["recipients"][0]] + [k.public.body() for k in other.custodians],
    }
    del tender["policy"]
    assert checks(sealed_by_browser(twin, cast, tender)) == {"recipients"}


def test_a_custodian_key_whose_attestation_is_of_another_key_is_refused(twin: Twin, cast: Cast) -> None:
    tender = cast.tender()
    fresh = cast.certified(CUSTODIANS[0]).public.body()
    tender["recipients"][1] |= {"seal_public": fresh["seal_public"]}
    assert "recipients" in checks(sealed_by_browser(twin, cast, tender))


def test_a_fifth_policy_is_refused_before_a_byte_is_encrypted(twin: Twin, cast: Cast) -> None:
    tender = cast.tender()
    statement = cast.agency_statement({**tender["parameters"]["body"], "policy": "operator-and-bidder"})
    assert "policy" in checks(sealed_by_browser(twin, cast, {**tender, "parameters": statement}))


def test_a_lower_threshold_than_two_is_refused(twin: Twin, cast: Cast) -> None:
    tender = cast.tender()
    statement = cast.agency_statement({**tender["parameters"]["body"], "threshold": 1})
    assert "policy" in checks(sealed_by_browser(twin, cast, {**tender, "parameters": statement}))


def test_unsigned_tender_parameters_are_refused_before_a_byte_is_encrypted(twin: Twin, cast: Cast) -> None:
    tender = cast.tender()
    del tender["parameters"]
    assert checks(sealed_by_browser(twin, cast, tender)) == {"parameters"}


def test_parameters_altered_after_signing_are_refused(twin: Twin, cast: Cast) -> None:
    tender = cast.tender()
    tender["parameters"]["body"]["deadline"] = tender["deadline"] = "2026-11-17T07:00:00Z"
    assert checks(sealed_by_browser(twin, cast, tender)) == {"parameters"}


def test_a_package_that_differs_from_the_signed_parameters_is_refused(twin: Twin, cast: Cast) -> None:
    tender = cast.tender() | {"document_hash": "cd" * 32}
    assert checks(sealed_by_browser(twin, cast, tender)) == {"parameters"}


def test_parameters_signed_by_another_than_the_agency_are_refused(twin: Twin, cast: Cast) -> None:
    answer = sealed_by_browser(twin, cast, agencies=["91330100MA2OTHER0X"])
    assert checks(answer) == {"parameters"}


def test_the_operator_as_custodian_is_refused_before_a_byte_is_encrypted(twin: Twin, cast: Cast) -> None:
    assert checks(sealed_by_browser(twin, cast, operator=CUSTODIANS[1])) == {"recipients"}


def test_the_bidder_as_custodian_is_refused(twin: Twin, cast: Cast) -> None:
    own = cast.certified(BIDDER)
    kids = (own.kid, cast.custodians[1].kid)
    tender = cast.tender()
    recipients = [tender["recipients"][0], own.public.body(), cast.custodians[1].public.body()]
    tender |= {"parameters": cast.parameters(custodians=kids), "recipients": recipients}
    del tender["policy"]
    assert checks(sealed_by_browser(twin, cast, tender)) == {"recipients"}


def test_everything_wrong_is_told_at_once(twin: Twin, cast: Cast) -> None:
    tender = cast.tender() | {"document_hash": "cd" * 32}
    tender["recipients"][1] |= {"organisation": CUSTODIANS[1]}
    found = checks(sealed_by_browser(twin, cast, tender, operator=CUSTODIANS[2]))
    assert {"parameters", "recipients"} <= found


def test_a_self_signed_bidder_is_refused_under_a_pinned_root(twin: Twin, cast: Cast) -> None:
    from sealing.keys import make_keys

    own = make_keys("INTL-1", BIDDER)
    assert "key" in checks(sealed_by_browser(twin, cast, key=json.dumps(key_body(own))))


def test_the_worker_seals_into_private_storage_with_pause_and_resume(twin: Twin, cast: Cast, tmp_path: Path) -> None:
    order = {"tender": cast.tender(), "trust": pem_list(cast), "key": json.dumps(cast.bidder_key), "megabytes": 12}
    answer = twin.call("/twin.mjs", "sealInWorker", order)["value"]
    assert answer["grewWhilePaused"] == 0
    assert answer["phases"] == ["encrypt", "hash"]
    path = tmp_path / "worker.bid"
    path.write_bytes(base64.b64decode(answer["file"]["$bytes"]))
    assert inspect_bid(path, roots=[cast.root]).detached.bid_digest == answer["digest"]


def test_a_cancelled_sealing_leaves_no_file(twin: Twin, cast: Cast) -> None:
    order = {"tender": cast.tender(), "trust": pem_list(cast), "key": json.dumps(cast.bidder_key), "megabytes": 12}
    assert twin.call("/twin.mjs", "cancelInWorker", order)["value"] == {"state": "cancelled", "left": False}
