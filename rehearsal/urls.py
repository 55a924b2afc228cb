"""Addresses of the rehearsals' page."""

from django.urls import path

from rehearsal import views

urlpatterns = [
    path("", views.rehearsals, name="rehearsals"),
    path("progress.json", views.progress, name="rehearsal_progress"),
]
