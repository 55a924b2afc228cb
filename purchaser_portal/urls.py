"""Addresses of the purchaser portal."""

from django.urls import path

from purchaser_portal.views import announce, answers, award, desk, documents, lots, projects

app_name = "purchaser"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("projects/new/", projects.new, name="project_new"),
    path("projects/<str:project>/", projects.project, name="project"),
    path("projects/<str:project>/lots/new/", projects.lot_new, name="lot_new"),
    path("lots/<str:lot>/", lots.lot_page, name="lot"),
    path("lots/<str:lot>/edit/", lots.edit, name="lot_edit"),
    path("lots/<str:lot>/submit/", lots.submit, name="submit"),
    path("lots/<str:lot>/terminate/", lots.terminate, name="terminate"),
    path("lots/<str:lot>/fail/", lots.fail, name="fail"),
    path("lots/<str:lot>/retender/", lots.retender, name="retender"),
    path("lots/<str:lot>/documents/", documents.attach, name="attach"),
    path("lots/<str:lot>/documents/<str:sha256>/remove/", documents.remove, name="remove"),
    path("lots/<str:lot>/announce/", announce.announce, name="announce"),
    path("lots/<str:lot>/amend/", announce.amend, name="amend"),
    path("lots/<str:lot>/questions/<uuid:question>/answer/", answers.answer_to_question, name="answer_question"),
    path("lots/<str:lot>/objections/<uuid:objection>/answer/", answers.answer_to_objection, name="answer_objection"),
    path("lots/<str:lot>/candidates/", award.candidates, name="candidates"),
    path("lots/<str:lot>/result/", award.result, name="result"),
    path("lots/<str:lot>/award/", award.award, name="award"),
]
