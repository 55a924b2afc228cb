"""Addresses of the public pages (`public:`), and without a namespace sign-in, home, role, language."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from public_portal.views import client, evidence, feeds, front, lot, lots, passwords, sign_in

public = [
    path("", front.home, name="home"),
    path("lots/", lots.lots, name="lots"),
    path("notices/", lots.notices, name="notices"),
    path("notices.rss", feeds.feed, name="feed"),
    path("evidence/", evidence.evidence, name="evidence"),
    path("client/", client.client, name="client"),
    path("client/<str:sha256>.pyz", client.client_file, name="client_file"),
    path("client/<str:suite>.pem", client.root_file, name="root_file"),
    path("client/<str:suite>.crl", client.revocation_list, name="revocation_list"),
    path("lots/<str:lot>/", lot.show, name="lot"),
    path("lots/<str:lot>/notices/<int:number>/", lot.notice, name="notice"),
    path("lots/<str:lot>/evidence.zip", evidence.bundle, name="bundle"),
    path("lots/<str:lot>/opening/", lot.opening, name="opening"),
    path("lots/<str:lot>/opening/record.pdf", lot.record_file, name="record_file"),
    path("lots/<str:lot>/award.pdf", lot.award_file, name="award_file"),
    path("lots/<str:lot>/documents/<str:sha256>", lot.document, name="document"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((public, "public"))),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("password/", passwords.change, name="change_password"),
    path("home/", sign_in.home, name="home"),
    path("role/", sign_in.switch_role, name="switch_role"),
    path("language/", set_language, name="set_language"),
]
