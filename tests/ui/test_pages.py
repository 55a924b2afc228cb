"""What holds for every page: the content policy, no inline script or style, refusals that say everything."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory

from identity.actor import public
from lawbook.reasons import Reason, Refused
from ui import navigation, refusals
from ui.files import document_path, send_document
from ui.middleware import ContentPolicy

TEMPLATES = sorted(settings.BASE_DIR.glob("[!.]*/templates/**/*.html"))
INLINE = re.compile(r"""\sstyle\s*=|<style\b|\son[a-z]+\s*=\s*["']|javascript:""", re.I)
SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.I | re.S)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_no_template_carries_inline_script_or_style(path):
    text = path.read_text("utf-8")
    assert not INLINE.search(text)
    for attributes, body in SCRIPT.findall(text):
        assert "src=" in attributes or "application/json" in attributes, body
        assert "application/json" in attributes or not body.strip()


def test_every_response_carries_the_policy():
    response = ContentPolicy(lambda request: HttpResponse("x"))(RequestFactory().get("/"))
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy and "http" not in policy
    for part in ("script-src 'self'", "worker-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"):
        assert part in policy


def test_a_view_may_be_stricter_than_the_policy():
    strict = HttpResponse("x", headers={"Content-Security-Policy": "sandbox"})
    assert (
        ContentPolicy(lambda request: strict)(RequestFactory().get("/")).headers["Content-Security-Policy"] == "sandbox"
    )


def test_our_own_script_and_style_stay_under_100_kb_a_page():
    own = settings.BASE_DIR / "ui" / "static" / "ui"
    assert sum(path.stat().st_size for path in own.iterdir() if path.suffix in {".css", ".mjs"}) < 100_000


def test_a_refusal_says_all_reasons_with_their_law():
    reasons = [
        Reason("too_early", "最早可定 {day}。", "BL-24", {"day": "2026-12-08"}),
        Reason("sum", "评分项合计 98 分"),
    ]
    told = refusals.told(Refused(reasons).reasons, {"sum": "#scheme"})
    assert [line.words for line in told] == ["最早可定 2026-12-08。", "评分项合计 98 分"]
    assert "第24条" in told[0].source and "BL-24" in told[0].source
    assert told[1].cure == "#scheme"


@pytest.mark.django_db
def test_a_refused_page_is_a_conflict_and_numbers_every_reason(rf):
    request = rf.post("/")
    request.actor = public()
    exc = Refused([Reason("a", "甲"), Reason("b", "乙")])
    response = refusals.refused(request, "ui/refused.html", {}, exc)
    assert response.status_code == 409
    text = response.content.decode()
    assert "2 项不符" in text and text.index("甲") < text.index("乙")


@pytest.fixture
def stored(tmp_path, settings):
    settings.DOCUMENT_ROOT = tmp_path
    sha256 = "ab" * 32
    Path(tmp_path, sha256).write_bytes(b"%PDF-1.7")
    return sha256


def test_documents_are_sent_where_nothing_in_them_can_run(stored):
    response = send_document(stored, "招标文件.pdf", inline=True)
    assert response.headers["Content-Security-Policy"].endswith("sandbox")
    assert response.headers["Content-Disposition"].startswith("inline")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    page = send_document(stored, "x.html", media_type="text/html", inline=True)
    assert page.headers["Content-Disposition"].startswith("attachment")
    assert page.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("name", ["../secret", "ab", "AB" * 32, "cd" * 32])
def test_nothing_but_a_stored_hash_is_sent(stored, name):
    from django.http import Http404

    with pytest.raises(Http404):
        document_path(name)


@pytest.mark.parametrize("role", list(navigation.ENTRIES))
def test_every_link_of_the_masthead_is_served_by_a_portal(role):
    names = [name for _words, name in navigation.ENTRIES[role]]
    portal = names[0].partition(":")[0]
    if not import_module(f"{portal}_portal.urls").urlpatterns:
        pytest.skip(f"{portal}_portal has no pages yet")
    assert len(navigation.items(role, "/")) == len(names)


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_error_pages_need_neither_request_nor_database(name):
    assert "服务器" in render_to_string(name)
