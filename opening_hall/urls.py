"""Addresses of the hall."""

from django.urls import path

from opening_hall.views import acts, console, draw, pages, seat

app_name = "hall"
urlpatterns = [
    path("", pages.index, name="index"),
    path("<str:lot>/", pages.watch, name="watch"),
    path("<str:lot>/wall/", pages.wall, name="wall"),
    path("<str:lot>/state.json", pages.state, name="state"),
    path("<str:lot>/seat/", seat.seat, name="seat"),
    path("<str:lot>/console/", console.console, name="console"),
    path("<str:lot>/draw/", draw.draw, name="draw"),
    path("<str:lot>/draw/<str:matter>.json", draw.record, name="draw_record"),
    *(path(f"<str:lot>/{act.name}/", act.view, name=act.name) for act in acts.ACTS),
]
