"""Websocket addresses of the hall."""

from django.urls import path

from opening_hall.consumers import HallConsumer

websocket_urlpatterns = [path("ws/hall/<str:lot>/", HallConsumer.as_asgi())]
