"""Addresses of the API."""

from django.urls import path

from api.v1 import api

urlpatterns = [path("", api.urls)]
