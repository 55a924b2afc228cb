"""Addresses of the bidder portal."""

from django.urls import path

from bidder_portal.views import bidding, desk, evidence, reading

app_name = "bidder"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("keys/", desk.keys, name="keys"),
    path("lots/<str:lot>/", reading.workspace, name="workspace"),
    path("lots/<str:lot>/documents/", reading.documents, name="documents"),
    path("lots/<str:lot>/documents/<str:sha256>/", reading.download, name="download"),
    path("lots/<str:lot>/questions/", reading.questions, name="questions"),
    path("lots/<str:lot>/prepare/", bidding.prepare, name="prepare"),
    path("lots/<str:lot>/seal/", bidding.seal, name="seal"),
    path("lots/<str:lot>/receipt/", bidding.receipt, name="receipt"),
    path("lots/<str:lot>/receipt/<str:digest>/", bidding.receipt, name="receipt_of"),
    path("lots/<str:lot>/receipt/<str:digest>/receipt.json", bidding.receipt_file, name="receipt_file"),
    path("lots/<str:lot>/receipt/<str:digest>/evidence.json", evidence.evidence_file, name="evidence_file"),
    path("lots/<str:lot>/receipt/<str:digest>/evidence.pdf", evidence.evidence_pdf, name="evidence_pdf"),
    path("lots/<str:lot>/withdraw/<str:digest>/", bidding.withdraw, name="withdraw"),
    path("lots/<str:lot>/opening/", bidding.opening, name="opening"),
    path("lots/<str:lot>/result/", reading.result, name="result"),
]
