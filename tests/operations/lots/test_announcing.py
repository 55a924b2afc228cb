"""From registration to the notice: every refusal with all its reasons, every act in the ledger."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

import ledger
from identity.models import Certificate
from lawbook.procedures import procedures
from tendering import documents, queries, scheme_validator
from tendering.models import Draw, Lot, Notice
from tendering.operations.accept_lot import accept_lot
from tendering.operations.announce_lot import announce_lot
from tendering.operations.attach_document import attach_document, remove_document
from tendering.operations.draft_lot import LotDraft, draft_lot, edit_lot
from tendering.operations.register_project import ProjectDraft, register_project
from tendering.operations.return_lot import return_lot
from tendering.operations.submit_lot import submit_lot
from tendering.refusals import ActRefused, NotFound
from tendering.rules.lifecycle import MoveRefused
from tests import lots


def kinds(lot):
    return [row["body"]["kind"] for row in ledger.entries_of(lot.code)]


def test_a_registered_project_has_a_code_of_17_characters_and_an_entry(cast, clock):
    lot = lots.make_draft(cast)
    assert len(lot.project.code) == 17
    assert len(lot.code) == 23
    assert kinds(lot) == ["lot.drafted", "document.attached"]
    (entry,) = [row for row in ledger.feed(viewer=ledger.HOUSE) if row["body"]["kind"] == "project.registered"]
    assert entry["body"]["payload"]["purchaser"] == cast.purchaser.actor.uscc
    assert entry["revealed"]["address"]["value"] == cast.agency.actor.address


def test_a_rehearsal_is_marked_in_its_codes(cast, clock):
    lot = lots.make_draft(cast, procedure="R-construction")
    assert lot.project.rehearsal
    assert lot.code.startswith("R")


def test_all_that_is_wrong_with_a_registration_is_told_at_once(cast, clock):
    draft = ProjectDraft(name=" ", procedure="none", purchaser_uscc="x", agency_uscc=cast.agency.actor.uscc)
    with pytest.raises(ActRefused) as refused:
        register_project(actor=cast.agency.actor, draft=draft)
    assert refused.value.codes == {"name_missing", "procedure_unknown", "purchaser_unknown"}


def test_nobody_registers_for_another_agency(cast, clock):
    draft = ProjectDraft(name="项目", procedure="construction", purchaser_uscc=cast.purchaser.actor.uscc)
    with pytest.raises(ActRefused) as refused:
        register_project(actor=cast.agency.actor, draft=draft)
    assert refused.value.codes == {"not_yours"}
    with pytest.raises(ActRefused) as refused:
        register_project(actor=cast.bidders[0].actor, draft=draft)
    assert "wrong_role" in refused.value.codes


def test_a_bond_over_two_percent_is_refused(cast, clock):
    lot = lots.make_draft(cast)
    with pytest.raises(ActRefused) as refused:
        edit_lot(lot_code=lot.code, actor=cast.agency.actor, draft=lots.lot_draft(bond_yuan=lots.Decimal("800000.01")))
    assert refused.value.codes == {"bond_over_cap"}


def test_a_stranger_cannot_add_a_lot_to_a_project(cast, clock):
    lot = lots.make_draft(cast)
    with pytest.raises(ActRefused) as refused:
        draft_lot(project_code=lot.project.code, actor=cast.bidders[0].actor, draft=lots.lot_draft())
    assert refused.value.codes == {"not_yours"}


def test_a_half_filled_draft_is_saved_but_not_submitted(cast, clock):
    lot = lots.make_draft(cast)
    bare = draft_lot(project_code=lot.project.code, actor=cast.agency.actor, draft=LotDraft(name="二标段"))
    assert bare.code == lot.code[:-1] + "2"
    with pytest.raises(MoveRefused) as refused:
        submit_lot(lot_code=bare.code, actor=cast.agency.actor)
    assert refused.value.codes == {
        "estimate_missing",
        "duration_missing",
        "scope_missing",
        "qualification_missing",
        "deadline_missing",
        "ceiling_missing",
        "document_missing",
        "scheme_empty",
    }
    assert Lot.objects.get(pk=bare.pk).stage == "draft"


def test_submitted_returned_with_a_reason_and_submitted_again(cast, clock):
    lot = lots.make_draft(cast)
    submit_lot(lot_code=lot.code, actor=cast.agency.actor)
    with pytest.raises(MoveRefused) as refused:
        return_lot(lot_code=lot.code, actor=cast.centre.actor, reason="  ")
    assert refused.value.codes == {"reason_missing"}
    returned = return_lot(lot_code=lot.code, actor=cast.centre.actor, reason="缺资金证明")
    assert (returned.stage, returned.returned_reason) == ("draft", "缺资金证明")
    submit_lot(lot_code=lot.code, actor=cast.agency.actor)
    assert accept_lot(lot_code=lot.code, actor=cast.centre.actor).stage == "accepted"
    assert kinds(lot)[2:] == ["lot.submitted", "lot.returned", "lot.submitted", "lot.accepted"]


def test_a_double_click_on_accept_changes_nothing_twice(cast, clock):
    lot = lots.make_accepted(cast)
    before = kinds(lot)
    with pytest.raises(MoveRefused) as refused:
        accept_lot(lot_code=lot.code, actor=cast.centre.actor)
    assert refused.value.codes == {"no_such_move"}
    assert kinds(lot) == before


def test_announcing_publishes_everything_and_sets_the_clock(cast, clock, keys):
    lot = lots.make_announced(cast, keys)
    assert lot.stage == "announced"
    assert lot.next_due_at == lot.deadline_at == lots.DEADLINE
    assert [document.version for document in queries.documents_published(lot)] == [0]
    assert queries.parameters_in_force(lot).statement["body"]["document_hash"] == lot.document_hash
    assert [notice.kind for notice in queries.notices(lot)] == ["tender"]
    (entry,) = ledger.entries_of(lot.code, kinds=["lot.announced"])
    payload = entry["body"]["payload"]
    assert payload["deadline"] == "2026-04-01T01:30:00Z"
    assert payload["parameters"] == queries.parameters_in_force(lot).statement


def test_a_deadline_too_soon_is_refused_with_the_earliest_lawful_one(cast, clock, keys):
    lot = lots.make_accepted(cast)
    soon = lots.START + timedelta(days=19)
    with pytest.raises(MoveRefused) as refused:
        announce_lot(lot_code=lot.code, actor=cast.agency.actor, **lots.signed(lot, keys, soon))
    assert refused.value.codes == {"deadline_too_early"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tender", "E4420000001999999"),
        ("lot", "OTHER"),
        ("deadline", "2026-04-01T01:30:01Z"),
        ("document_hash", "0" * 64),
        ("threshold", 3),
        ("amendment", 1),
        ("suite", "GM-1"),
        ("policy", "custodians"),
    ],
)
def test_parameters_that_say_anything_else_are_refused(cast, clock, keys, field, value):
    lot = lots.make_accepted(cast)
    with pytest.raises(MoveRefused) as refused:
        announce_lot(lot_code=lot.code, actor=cast.agency.actor, **lots.signed(lot, keys, **{field: value}))
    assert "parameters_differ" in refused.value.codes
    assert Lot.objects.get(pk=lot.pk).stage == "accepted"


def test_parameters_signed_by_another_organisation_are_refused(cast, clock, keys):
    lot = lots.make_accepted(cast)
    impostor = lots.Keys(lots.certified(cast.bidders[0]), keys.custodians)
    with pytest.raises(MoveRefused) as refused:
        announce_lot(lot_code=lot.code, actor=cast.agency.actor, **lots.signed(lot, impostor))
    assert refused.value.codes == {"signer", "signer_key"}


def test_parameters_signed_with_a_revoked_or_uncertified_key_are_refused(cast, clock, keys):
    lot = lots.make_accepted(cast)
    Certificate.objects.filter(kid=keys.agency.kid).update(revoked_at=lots.START)
    with pytest.raises(MoveRefused) as refused:
        announce_lot(lot_code=lot.code, actor=cast.agency.actor, **lots.signed(lot, keys))
    assert refused.value.codes == {"revoked"}
    stray = lots.Keys(lots.make_keys("INTL-1", cast.agency.actor.uscc), keys.custodians)
    with pytest.raises(MoveRefused) as refused:
        announce_lot(lot_code=lot.code, actor=cast.agency.actor, **lots.signed(lot, stray))
    assert "path" in refused.value.codes


def test_a_custodian_nobody_registered_is_refused(cast, clock, keys):
    lot = lots.make_accepted(cast)
    stranger = lots.certified(cast.outsider)
    swapped = lots.Keys(keys.agency, (stranger, *keys.custodians[1:]))
    with pytest.raises(MoveRefused) as refused:
        announce_lot(lot_code=lot.code, actor=cast.agency.actor, **lots.signed(lot, swapped))
    assert refused.value.codes == {"custodian_unknown"}


def test_the_operator_of_the_servers_holds_no_key(cast, clock, keys):
    lot = lots.make_accepted(cast)
    cast.centre.organisation.operator = True
    cast.centre.organisation.save()
    with pytest.raises(MoveRefused) as refused:
        announce_lot(lot_code=lot.code, actor=cast.agency.actor, **lots.signed(lot, keys))
    assert refused.value.codes == {"custodian_operator"}


def test_without_a_judge_no_scheme_is_published(cast, clock, keys):
    lot = lots.make_accepted(cast)
    arguments = lots.signed(lot, keys)
    scheme_validator._judges.clear()
    with pytest.raises(MoveRefused) as refused:
        announce_lot(lot_code=lot.code, actor=cast.agency.actor, **arguments)
    assert "scheme_unchecked" in refused.value.codes


def test_garbage_instead_of_parameters_is_refused_with_a_reason(cast, clock, keys):
    lot = lots.make_accepted(cast)
    for statement in ({}, [], "x", {"suite": "INTL-1"}):
        with pytest.raises(MoveRefused) as refused:
            announce_lot(
                lot_code=lot.code,
                actor=cast.agency.actor,
                deadline_at=lots.DEADLINE,
                statement=statement,
                recipients=[],
            )
        assert "statement" in refused.value.codes


@pytest.mark.parametrize("recipients", ["x", [1], [{}], [{"kid": []}], {"kid": "x"}, None])
def test_garbage_instead_of_custodians_is_refused_with_a_reason(cast, clock, keys, recipients):
    lot = lots.make_accepted(cast)
    arguments = lots.signed(lot, keys) | {"recipients": recipients}
    with pytest.raises(MoveRefused) as refused:
        announce_lot(lot_code=lot.code, actor=cast.agency.actor, **arguments)
    assert refused.value.codes == {"recipients"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"scheme": {"weight": 0.5}}, "scheme_form"),
        ({"site": "东" * 201}, "line_long"),
        ({"ceiling_yuan": lots.Decimal("NaN")}, "ceiling_yuan_wrong"),
        ({"ceiling_yuan": lots.Decimal("-1")}, "ceiling_yuan_wrong"),
        ({"estimate_yuan": lots.Decimal("0.001")}, "estimate_yuan_wrong"),
        ({"price_kind": "rate"}, "price_kind"),
        ({"policy": "nobody"}, "policy"),
        ({"threshold": 1}, "threshold"),
        ({"suite": "ROT13"}, "suite"),
        ({"duration_days": 0}, "duration"),
        ({"name": " "}, "name_missing"),
    ],
)
def test_a_draft_that_says_nonsense_is_not_saved(cast, clock, changes, code):
    lot = lots.make_draft(cast)
    with pytest.raises(ActRefused) as refused:
        edit_lot(lot_code=lot.code, actor=cast.agency.actor, draft=lots.lot_draft(**changes))
    assert refused.value.codes == {code}


@pytest.mark.parametrize(
    ("kind", "name", "content", "codes"),
    [
        ("tender_document", "招标文件.pdf", b"hello", {"document_magic"}),
        ("tender_document", "招标文件.docx", b"PK\x03\x04", {"document_pdf"}),
        ("attachment", "a/b.pdf", lots.PDF, {"document_name"}),
        ("attachment", "run.exe", b"MZ", {"document_type"}),
        ("novel", "x.pdf", b"", {"document_kind", "document_empty"}),
    ],
)
def test_files_that_may_not_be_attached(cast, clock, kind, name, content, codes):
    lot = lots.make_draft(cast)
    with pytest.raises(documents.DocumentRefused) as refused:
        attach_document(lot_code=lot.code, actor=cast.agency.actor, kind=kind, name=name, content=content)
    assert refused.value.codes == codes


def test_the_same_name_replaces_what_was_not_published_and_can_be_removed(cast, clock, store):
    lot = lots.make_draft(cast)
    arguments = {"lot_code": lot.code, "actor": cast.agency.actor, "kind": "tender_document", "name": "招标文件.pdf"}
    newer = attach_document(**arguments, content=lots.PDF + b"2")
    assert [document.sha256 for document in queries.documents_pending(lot)] == [newer.sha256]
    assert documents.read(newer.sha256) == lots.PDF + b"2"
    assert not [path for path in store.iterdir() if path.name.startswith(".part")]
    remove_document(lot_code=lot.code, actor=cast.agency.actor, sha256=newer.sha256)
    with pytest.raises(NotFound):
        remove_document(lot_code=lot.code, actor=cast.agency.actor, sha256=newer.sha256)


def test_a_document_altered_on_disk_is_not_served(cast, clock, store):
    lot = lots.make_draft(cast)
    (document,) = queries.documents_pending(lot)
    (store / document.sha256).write_bytes(b"%PDF-other")
    with pytest.raises(ValueError, match="altered"):
        documents.read(document.sha256)


def test_the_notice_commits_to_the_draws_and_its_page_shows_it(cast, clock, keys, client):
    lot = lots.make_accepted(cast)
    announce_lot(lot_code=lot.code, actor=cast.agency.actor, **lots.signed(lot, keys))
    told = Notice.objects.get(lot=lot, kind="tender").data["draws"]
    rows = {row.matter: row for row in Draw.objects.filter(lot=lot)}
    assert {row["matter"]: row["commitment"] for row in told} == {m: row.commitment for m, row in rows.items()}
    assert kinds(lot).index("draw.committed") < kinds(lot).index("lot.announced")
    page = client.get(reverse("public:notice", args=[lot.code, 1])).content.decode()
    assert all(row.commitment in page and row.seed not in page for row in rows.values())


def test_every_procedure_says_how_long_lines_are_taken_before_a_draw():
    for found in procedures().values():
        assert found.period("draw_lines", date(2026, 1, 1)).seconds > 0, found.code
