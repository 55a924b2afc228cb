"""The page of the custodians' health: every warning state, refusals in words, destroyed keys, nothing at all."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

import ledger
from centre_portal.custodian_health import BAD, CHECK_WORDS, GOOD, WARNING, health_of, words_of
from custodian.agent import Agent
from identity.models import Certificate, Custodian, KeyDestruction
from tendering.models import Opening
from tendering.operations.end_window import end_window
from tests.custodian.conftest import agent_of  # noqa: F401
from tests.operations.conftest import hands, tender  # noqa: F401

SEEN = {"version": "0.2.0", "key": "token", "log_key": "pinned", "skew_seconds": 0.2}


@pytest.fixture
def page(client, tender):  # noqa: F811
    client.force_login(tender.cast.centre.person)
    return lambda: client.get(reverse("centre:custodians")).content.decode()


@pytest.fixture
def one(tender, hands):  # noqa: F811
    """A custodian in the best of health."""
    custodian = tender.custodians["centre"][0]
    custodian.last_seen_at, custodian.last_report, custodian.last_head = hands.at, dict(SEEN), ledger.head()
    custodian.save()
    return custodian


def health(custodian, hands):  # noqa: F811
    return health_of(Custodian.objects.get(pk=custodian.pk), now=hands.at, size=ledger.head()["size"])


def test_all_is_well(one, hands):  # noqa: F811
    assert health(one, hands).state == GOOD


@pytest.mark.parametrize(
    ("changes", "answer", "state", "words"),
    [
        ({"last_seen_at": None}, "presence", BAD, "从未上线"),
        ({"last_report": {}}, "clock", WARNING, "未报告"),
        ({"last_report": SEEN | {"skew_seconds": -5.1}}, "clock", WARNING, "时钟有偏差"),
        ({"last_report": SEEN | {"skew_seconds": 61}}, "clock", BAD, "时钟不符，不会交出份额"),
        ({"last_report": SEEN | {"log_key": "first_contact"}}, "key", WARNING, "密码硬件"),
        ({"last_head": {}}, "log", WARNING, "未报告"),
        ({"last_head": {"size": 0, "root": "00" * 32}}, "log", WARNING, "还没有核对过记录"),
        ({"last_head": {"size": 10_000, "root": "00" * 32}}, "log", BAD, "它见过的记录比平台现有的多"),
        ({"last_head": {"size": 3, "root": "00" * 32}}, "log", BAD, "它见过的记录与平台现有的不同"),
        ({"certificate": None}, "certificate", BAD, "没有证书"),
    ],
)
def test_every_warning_state(one, hands, changes, answer, state, words):  # noqa: F811
    for name, value in changes.items():
        setattr(one, name, value)
    one.save()
    told = health(one, hands)
    assert (getattr(told, answer).state, getattr(told, answer).words) == (state, words)
    assert told.state == state


def test_silence_and_certificates_that_end(one, hands):  # noqa: F811
    hands.move(31)
    assert health(one, hands).presence.words == "离线"
    held = Certificate.objects.filter(pk=one.certificate_id)
    for changes, words in (
        ({"not_after": hands.at + timedelta(days=29)}, "即将到期"),
        ({"not_after": hands.at}, "已过期"),
        ({"revoked_at": hands.at}, "已吊销"),
    ):
        held.update(**changes)
        assert health(one, hands).certificate.words == words


def test_the_page_shows_what_agents_told_what_waits_and_what_was_refused(page, tender, hands, agent_of):  # noqa: F811
    tender.opened_window(hands)
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)
    late = agent_of("centre", now=lambda: hands.at - timedelta(hours=1))
    assert isinstance(late, Agent)
    late.round()
    agent_of("regulator").round()
    html = page()
    assert "时钟不符，不会交出份额" in html and "-3600.0 s" in html
    assert "× 3" in html and html.count("<details") == 1  # one reason, three bids
    assert CHECK_WORDS["clock"] in html and "is not safely past by the own clock" in html
    assert "代理版本 0.2.0" in html and "密钥文件" in html
    assert html.count('data-l="待交份额">3<') == 2  # the regulator's agent has given its own
    with translation.override("en"):
        assert "从未上线" not in str(translation.gettext("从未上线"))


def test_a_destroyed_key_stays_on_the_page(page, one, hands):  # noqa: F811
    kid = one.certificate.kid
    KeyDestruction.objects.create(
        custodian=one, kid=kid, reason="保存期满", statement={}, destroyed_at=hands.at, received_at=hands.at
    )
    html = page()
    assert "已销毁的密钥" in html and kid in html and "保存期满" in html
    assert health(one, hands).certificate.words == "密钥已销毁"


def test_without_custodians_the_page_says_what_that_means(client, cast):
    client.force_login(cast.centre.person)
    html = client.get(reverse("centre:custodians")).content.decode()
    assert "还没有登记托管方" in html and "最近的拒绝" not in html


def test_refusals_are_told_in_our_words_and_unknown_ones_too():
    assert words_of("clock: the deadline; clock: again; window: open") == (CHECK_WORDS["clock"], CHECK_WORDS["window"])
    assert words_of("something else") == ("其他原因",)
