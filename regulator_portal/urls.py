"""Addresses of the regulator portal."""

from django.urls import path

from regulator_portal.views import bundle, dashboard, desk, evidence, lots, orders

app_name = "regulator"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("lots/", lots.lots, name="lots"),
    path("lots/<str:lot>/", lots.lot_page, name="lot"),
    path("lots/<str:lot>/bundle.zip", bundle.bundle, name="bundle"),
    path("lots/<str:lot>/suspend/", orders.suspend, name="suspend"),
    path("lots/<str:lot>/resume/", orders.resume, name="resume"),
    path("evidence/", evidence.evidence, name="evidence"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
]
