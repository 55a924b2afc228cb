"""Addresses of the centre portal."""

from django.urls import path

from centre_portal.views import bundle, committee, custodians, desk, experts, lots, organisations, people, statistics

app_name = "centre"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("lots/", lots.lots, name="lots"),
    path("lots/<str:lot>/", lots.lot_page, name="lot"),
    path("lots/<str:lot>/bundle.zip", bundle.bundle, name="bundle"),
    path("lots/<str:lot>/accept/", lots.accept, name="accept"),
    path("lots/<str:lot>/return/", lots.give_back, name="return"),
    path("lots/<str:lot>/draw/", committee.draw, name="draw"),
    path("lots/<str:lot>/committee/", committee.record, name="committee"),
    path("lots/<str:lot>/committee/<int:seat>/replace/", committee.replace, name="replace_member"),
    path("lots/<str:lot>/evaluation/start/", committee.start, name="start_evaluation"),
    path("lots/<str:lot>/progress/", committee.progress, name="progress"),
    path("experts/", experts.experts, name="experts"),
    path("experts/new/", experts.new, name="expert_new"),
    path("experts/<str:login>/", experts.expert, name="expert"),
    path("experts/<str:login>/active/", experts.active, name="expert_active"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/new/", organisations.new, name="organisation_new"),
    path("people/", people.people, name="people"),
    path("people/new/", people.new, name="person_new"),
    path("people/<uuid:person>/", people.person_page, name="person"),
    path("people/<uuid:person>/roles/", people.grant, name="grant"),
    path("people/<uuid:person>/roles/<int:membership>/end/", people.end, name="end_role"),
    path("people/<uuid:person>/password/", people.password, name="reset_password"),
    path("custodians/", custodians.custodians, name="custodians"),
    path("statistics/", statistics.statistics, name="statistics"),
]
