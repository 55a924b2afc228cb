"""Addresses of health."""

from django.urls import path

from runtime import views

urlpatterns = [path("healthz", views.healthz, name="healthz"), path("readyz", views.readyz, name="readyz")]
