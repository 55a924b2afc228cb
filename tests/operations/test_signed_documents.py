"""Opening record, evaluation report and award notice are signed before their hash is told; stamps may come later."""

import hashlib
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from kombu.exceptions import OperationalError

import ledger
import timestamps
from evaluation.operations.draft_report import draft_report
from identity import document_key, queries
from identity.models import Membership
from ledger import clock
from signing import verify_pdf
from suites.certificates import to_pem
from tendering import documents, signed_documents, tasks
from tendering.models import Notice, Opening, SignedDocument
from tendering.operations.confirm_record import confirm_record
from tendering.operations.stamp_document import stamp_document
from tests.opened_lot import to_summary
from tests.signing.test_signing import openssl_cms
from timestamps import LocalAuthority

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def homes(settings, tmp_path: Path) -> Path:
    settings.CA_HOME = tmp_path / "ca"
    settings.SERVER_HOME = tmp_path / "server"
    settings.TIMESTAMP_HOME = tmp_path / "tsa"
    settings.TIMESTAMP_ROOTS = tmp_path / "tsa" / "root.pem"
    settings.TIMESTAMP_AUTHORITY = ""
    return tmp_path


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a demonstration authority's home with its keys made, once for all tests of this file."""
    home = tmp_path_factory.mktemp("tsa")
    timestamps.stamp(b"x", authority=LocalAuthority(home))
    return home


@pytest.fixture
def stamping(settings, tsa: Path) -> LocalAuthority:
    settings.TIMESTAMP_AUTHORITY, settings.TIMESTAMP_HOME = "demonstration", tsa
    settings.TIMESTAMP_ROOTS = tsa / "root.pem"
    return LocalAuthority(tsa)


def confirm(opened) -> Opening:
    Opening.objects.filter(lot=opened.lot).update(record_confirmed_at=None)
    return confirm_record(lot_code=opened.code, actor=opened.cast.centre.actor)


def entry(opened, kind: str) -> dict:
    (found,) = ledger.entries_of(opened.code, kinds=[kind])
    return found["body"]["payload"]


def test_the_opening_record_is_signed_before_its_hash_is_told(opened, stamping, tmp_path: Path) -> None:
    opening = confirm(opened)
    pdf = documents.read(opening.record_sha256)
    assert entry(opened, "opening.recorded")["sha256"] == hashlib.sha256(pdf).hexdigest()
    assert Notice.objects.get(kind="opening_record").data["sha256"] == opening.record_sha256
    root = queries.trust_root().encode()
    report = verify_pdf(pdf, roots=[root, stamping.root])
    (found,) = report.signatures
    assert report.holds and found.whole_file and found.reason == "开标记录"
    assert found.organisation == opened.cast.centre.organisation.uscc
    assert abs(found.timestamp - opening.record_confirmed_at) < timedelta(minutes=1)
    assert "successful" in openssl_cms(pdf, root, tmp_path).stderr
    assert SignedDocument.objects.get().level == "B-T"
    changed = pdf.replace(b"/Type", b"/Tipe", 1)
    assert not verify_pdf(changed, roots=[root, stamping.root]).holds


def test_the_evaluation_report_is_signed(opened, stamping) -> None:
    to_summary(opened)
    leader = next(m for m in opened.members() if m.leader)
    report = draft_report(lot_code=opened.code, actor=opened.actor(leader))
    found = verify_pdf(documents.read(report.sha256), roots=[queries.trust_root().encode(), stamping.root])
    assert found.holds and found.signatures[0].reason == "评标报告"
    assert entry(opened, "report.drafted")["sha256"] == report.sha256


def test_without_an_authority_the_record_is_signed_and_waits_for_its_stamp(opened, settings, tsa: Path) -> None:
    opening = confirm(opened)
    row = SignedDocument.objects.get(sha256=opening.record_sha256)
    assert (row.level, row.waiting) == ("B-B", True) and "时间戳" in row.pending
    assert verify_pdf(documents.read(row.sha256), roots=[queries.trust_root().encode()]).holds
    assert not signed_documents.ask_for_stamps(clock.now().replace(second=0))  # nobody to ask
    settings.TIMESTAMP_AUTHORITY, settings.TIMESTAMP_HOME = "demonstration", tsa
    settings.TIMESTAMP_ROOTS = tsa / "root.pem"
    assert not signed_documents.ask_for_stamps(clock.now().replace(second=30))
    assert tasks.stamp_documents() == 1
    row.refresh_from_db()
    token = documents.read(row.token_sha256)
    proven = timestamps.verify(token, documents.read(row.sha256), roots=[LocalAuthority(tsa).root])
    assert not row.waiting and row.stamped_at == proven and not row.pending
    assert entry(opened, "document.stamped")["token_sha256"] == row.token_sha256
    assert hashlib.sha256(documents.read(row.sha256)).hexdigest() == opening.record_sha256
    assert stamp_document(sha256=row.sha256).token_sha256 == row.token_sha256
    assert tasks.stamp_documents() == 0


def test_an_authority_that_is_away_holds_nothing_up(opened, settings) -> None:
    settings.TIMESTAMP_AUTHORITY = "http://127.0.0.1:1/"
    opening = confirm(opened)
    row = SignedDocument.objects.get(sha256=opening.record_sha256)
    assert row.level == "B-B" and row.waiting
    assert tasks.stamp_documents() == 0
    with pytest.raises(timestamps.StampFailed):
        stamp_document(sha256=row.sha256)


def test_a_strange_authority_is_not_believed(opened, settings, stamping, tmp_path: Path) -> None:
    settings.TIMESTAMP_AUTHORITY = ""
    sha256 = confirm(opened).record_sha256
    settings.TIMESTAMP_AUTHORITY = "demonstration"
    settings.TIMESTAMP_HOME = tmp_path / "another"
    with pytest.raises(timestamps.TimestampInvalid):
        stamp_document(sha256=sha256)
    assert SignedDocument.objects.get().waiting


def test_without_a_key_the_record_is_published_all_the_same(opened, settings) -> None:
    settings.DEMONSTRATION = False
    opening = confirm(opened)
    row = SignedDocument.objects.get(sha256=opening.record_sha256)
    assert row.level == "unsigned" and "密钥" in row.pending
    assert {r.code for r in verify_pdf(documents.read(row.sha256), roots=[b""]).problems} <= {"unreadable"}


def test_outside_a_demonstration_nobody_stamps_for_himself(settings, stamping) -> None:
    assert signed_documents.authority() is not None
    settings.DEMONSTRATION = False
    assert signed_documents.authority() is None


def test_the_key_is_made_once_and_private(opened, settings) -> None:
    now = clock.now()
    first, again = document_key.document_key(now), document_key.document_key(now)
    assert first == again and first.organisation == opened.cast.centre.organisation.name
    (path,) = (settings.SERVER_HOME / "secrets").glob("document-key-*.json")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert document_key.document_key(now + timedelta(days=400)).signer != first.signer


def test_without_a_centre_there_is_no_key(opened) -> None:
    Membership.objects.filter(role="centre").update(ended_at=clock.now())
    with pytest.raises(document_key.NoDocumentKey, match="交易中心"):
        document_key.document_key(clock.now())


@pytest.mark.parametrize("content", ["{", "[]", '{"key": "x"}', '{"key": 1, "certificate": 2}'])
def test_a_broken_key_file_is_told_and_nothing_is_lost(opened, settings, content: str) -> None:
    path = settings.SERVER_HOME / "secrets" / "document-key.json"
    path.parent.mkdir(parents=True)
    path.write_text(content)
    opening = confirm(opened)
    assert SignedDocument.objects.get(sha256=opening.record_sha256).level == "unsigned"


def test_the_public_page_tells_the_level_and_hands_out_a_late_stamp(opened, client, settings, tsa: Path) -> None:
    confirm(opened)
    page, file = (reverse(f"public:{name}", args=[opened.code]) for name in ("opening", "record_file"))
    assert "时间戳待补" in client.get(page).content.decode()
    assert client.get(f"{file}?timestamp").status_code == 404
    settings.TIMESTAMP_AUTHORITY, settings.TIMESTAMP_HOME = "demonstration", tsa
    settings.TIMESTAMP_ROOTS = tsa / "root.pem"
    assert tasks.stamp_documents() == 1
    assert f"{file}?timestamp" in client.get(page).content.decode()
    token = b"".join(client.get(f"{file}?timestamp").streaming_content)
    pdf = b"".join(client.get(file).streaming_content)
    assert timestamps.verify(token, pdf, roots=[LocalAuthority(tsa).root])


def test_a_record_with_its_stamp_inside_says_so(opened, client, stamping) -> None:
    confirm(opened)
    page = client.get(reverse("public:opening", args=[opened.code])).content.decode()
    assert "带可信时间戳" in page and "python -m signing verify" in page


def test_a_ca_made_anew_certifies_a_new_key(opened, settings) -> None:
    first = document_key.document_key(clock.now()).signer
    (settings.CA_HOME / "root.json").unlink()
    second = document_key.document_key(clock.now()).signer
    assert second.key != first.key
    assert to_pem(second.chain[0]).decode() == queries.trust_root()


@pytest.mark.parametrize("error", [OperationalError("no broker"), OSError("connection refused")])
def test_a_dead_broker_is_no_error_when_stamps_are_asked_for(opened, settings, tsa: Path, monkeypatch, error) -> None:
    confirm(opened)
    settings.TIMESTAMP_AUTHORITY, settings.TIMESTAMP_HOME = "demonstration", tsa

    def no_broker(*args, **kwargs):
        raise error

    monkeypatch.setattr(signed_documents.current_app, "send_task", no_broker)
    assert signed_documents.waiting().exists()
    assert not signed_documents.ask_for_stamps(clock.now().replace(second=0))
