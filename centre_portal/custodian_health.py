"""What the centre looks at before an opening: is every custodian's agent there, on time, on our log, and able to act?

Every answer is `Told(words, state, detail)`: Chinese words for a `gettext_noop` table, a state `good`, `warning` or
`bad`, and a plain detail such as a number. No key, no token and no share is read here.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from identity.models import Custodian
from ledger import nodes
from tendering import custodian_queries
from tendering.models import ReleaseRefusal

GOOD, WARNING, BAD = "good", "warning", "bad"
QUIET_AFTER = timedelta(seconds=30)
EXPIRES_SOON = timedelta(days=30)
SKEW_NOTED, SKEW_LIMIT = 5.0, 60.0  # seconds; at the agent's limit it releases nothing
BEHIND_NOTED = 200  # entries; a healthy agent follows within a round
MOST_REFUSALS, MOST_LOOKED_AT = 10, 200

KEY_WORDS = {"file": gettext_noop("密钥文件"), "token": gettext_noop("密码硬件")}
PIN_WORDS = {"pinned": gettext_noop("已预置链公钥"), "first_contact": gettext_noop("链公钥为首次连接时所得")}
CHECK_WORDS = {
    "clock": gettext_noop("按托管方自己的时钟，截止时间还没有过"),
    "skew": gettext_noop("托管方与平台的时钟相差太大，须由人查看"),
    "postponement": gettext_noop("延期或招标参数不能核验，或与投标文件不一致"),
    "closing_set": gettext_noop("这份投标不在截止清单中，或清单不能核验"),
    "withdrawn": gettext_noop("这份投标已撤回"),
    "suspended": gettext_noop("标段被暂停或终止"),
    "window": gettext_noop("解密时间未到，投标人也没有请求补救"),
    "policy": gettext_noop("按约定的开启方式，托管方不参与"),
    "envelope": gettext_noop("这一封还没有到开启的阶段"),
    "signature": gettext_noop("投标文件的签名不能核验"),
    "revoked": gettext_noop("投标人的证书在递交时已吊销"),
    "share_commitment": gettext_noop("密钥份额与承诺不符"),
    "unwrap": gettext_noop("份额的封装不能用托管方的密钥解开"),
    "recipient": gettext_noop("这份投标没有封给这一密钥"),
    "statement": gettext_noop("平台给出的任务不能识别"),
}
OTHER_CHECK = gettext_noop("其他原因")


@dataclass(frozen=True)
class Told:
    """One answer."""

    words: str
    state: str
    detail: str = ""


@dataclass(frozen=True)
class Health:
    """One custodian and every answer about it."""

    custodian: Custodian
    presence: Told
    certificate: Told
    clock: Told
    log: Told
    key: Told
    pending: int

    @property
    def state(self) -> str:
        """The worst of all answers."""
        states = {told.state for told in (self.presence, self.certificate, self.clock, self.log, self.key)}
        return next((state for state in (BAD, WARNING) if state in states), GOOD)


def health_of(custodian: Custodian, *, now: datetime, size: int) -> Health:
    """Return every answer; `size` is how many entries our log has."""
    return Health(
        custodian,
        presence=presence(custodian, now),
        certificate=certificate(custodian, now),
        clock=clock_apart(custodian),
        log=log_seen(custodian, size),
        key=key_kind(custodian),
        pending=custodian_queries.pending_releases(custodian),
    )


def presence(custodian: Custodian, now: datetime) -> Told:
    """Whether the agent greeted within the last half minute."""
    if custodian.last_seen_at is None:
        return Told(gettext_noop("从未上线"), BAD)
    if now - custodian.last_seen_at > QUIET_AFTER:
        return Told(gettext_noop("离线"), BAD)
    return Told(gettext_noop("在线"), GOOD)


def certificate(custodian: Custodian, now: datetime) -> Told:
    """Whether bids may be sealed to its key, and for how long."""
    held = custodian.certificate
    if held is None:
        return Told(gettext_noop("没有证书"), BAD)
    checks = (
        (custodian.destructions.filter(kid=held.kid).exists(), gettext_noop("密钥已销毁"), BAD),
        (held.revoked_at is not None, gettext_noop("已吊销"), BAD),
        (held.not_after <= now, gettext_noop("已过期"), BAD),
        (held.not_before > now, gettext_noop("尚未生效"), BAD),
        (held.not_after - now < EXPIRES_SOON, gettext_noop("即将到期"), WARNING),
    )
    return next((Told(words, state) for true, words, state in checks if true), Told(gettext_noop("有效"), GOOD))


def clock_apart(custodian: Custodian) -> Told:
    """How far its clock and ours were apart at the last greeting; only its own decides when it releases."""
    seconds = custodian.last_report.get("skew_seconds")
    if not isinstance(seconds, int | float):
        return Told(gettext_noop("未报告"), WARNING)
    detail = f"{seconds:+.1f} s"
    if abs(seconds) > SKEW_LIMIT:
        return Told(gettext_noop("时钟不符，不会交出份额"), BAD, detail)
    if abs(seconds) > SKEW_NOTED:
        return Told(gettext_noop("时钟有偏差"), WARNING, detail)
    return Told(gettext_noop("时钟一致"), GOOD, detail)


def log_seen(custodian: Custodian, size: int) -> Told:
    """Whether the head it has confirmed lies on our log, and how far behind it is."""
    told = custodian.last_head.get("size")
    if not isinstance(told, int):
        return Told(gettext_noop("未报告"), WARNING)
    detail = f"{told} / {size}"
    if told == 0:
        return Told(gettext_noop("还没有核对过记录"), WARNING, detail)
    if told > size:
        return Told(gettext_noop("它见过的记录比平台现有的多"), BAD, detail)
    if custodian.last_head.get("root") != nodes.root(told).hex():
        return Told(gettext_noop("它见过的记录与平台现有的不同"), BAD, detail)
    if size - told > BEHIND_NOTED:
        return Told(gettext_noop("落后较多"), WARNING, detail)
    return Told(gettext_noop("与平台一致"), GOOD, detail)


def key_kind(custodian: Custodian) -> Told:
    """Where its key is kept, and whether a person pinned our log's key on its machine."""
    kind = KEY_WORDS.get(str(custodian.last_report.get("key")))
    if kind is None:
        return Told(gettext_noop("未报告"), WARNING)
    pinned = str(custodian.last_report.get("log_key"))
    return Told(kind, GOOD if pinned == "pinned" else WARNING, PIN_WORDS.get(pinned, ""))


@dataclass(frozen=True)
class Refused:
    """What a custodian refused of one lot for one reason: the latest of `count` bids, in our words and in its own."""

    custodian: Custodian
    refusal: ReleaseRefusal
    words: tuple[str, ...]
    count: int


def refusals(custodians: list[Custodian]) -> list[Refused]:
    """Return the latest refusals of all, newest first; those of one lot for one reason are told together."""
    found: dict[tuple[int, int, str], Refused] = {}
    for custodian in custodians:
        for refusal in custodian_queries.refusals_of(custodian)[:MOST_LOOKED_AT]:
            key = (custodian.pk, refusal.bid.lot_id, refusal.reason)
            first = found.setdefault(key, Refused(custodian, refusal, words_of(refusal.reason), 0))
            found[key] = replace(first, count=first.count + 1)
    return sorted(found.values(), key=lambda row: row.refusal.received_at, reverse=True)[:MOST_REFUSALS]


def words_of(reason: str) -> tuple[str, ...]:
    """Return our words for each check that an agent names: `check: words; check: words`."""
    checks = [part.partition(":")[0].strip() for part in reason.split(";") if ":" in part]
    known = [CHECK_WORDS[check] for check in dict.fromkeys(checks) if check in CHECK_WORDS]
    return tuple(known) or (OTHER_CHECK,)
