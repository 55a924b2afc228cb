"""Addresses of the expert portal. A bid is named by its digest, a file by its place among the bid's files."""

from django.urls import path

from expert_portal.views import compare, desk, files, matrix, report, room, seat, sheet

app_name = "expert"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("<str:lot>/", room.room, name="room"),
    path("<str:lot>/pledge/", seat.pledge_page, name="pledge"),
    path("<str:lot>/recuse/", seat.recuse_seat, name="recuse"),
    path("<str:lot>/vote/", seat.vote, name="vote"),
    path("<str:lot>/items/<str:item>/compare/", compare.compare, name="compare"),
    path("<str:lot>/items/<str:item>/<str:bid>/", room.item_page, name="item"),
    path("<str:lot>/mark/", sheet.mark, name="mark"),
    path("<str:lot>/matrix/", matrix.matrix, name="matrix"),
    path("<str:lot>/sheet/", sheet.sheet, name="sheet"),
    path("<str:lot>/save/", sheet.save, name="save"),
    path("<str:lot>/submit/", sheet.submit, name="submit"),
    path("<str:lot>/summary/", report.summary, name="summary"),
    path("<str:lot>/explain/", report.explain, name="explain"),
    path("<str:lot>/draft/", report.draft, name="draft"),
    path("<str:lot>/sign/", report.sign, name="sign"),
    path("<str:lot>/report.pdf", report.pdf, name="report"),
    path("<str:lot>/bids/<str:bid>/<int:file>/", files.download, name="file"),
    path("<str:lot>/bids/<str:bid>/<int:file>/pages/<int:page>.jpg", files.page_image, name="page_image"),
]
