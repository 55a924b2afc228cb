"""All addresses, by portal."""

from django.urls import include, path

urlpatterns = [
    path("", include("public_portal.urls")),
    path("purchaser/", include("purchaser_portal.urls")),
    path("bidder/", include("bidder_portal.urls")),
    path("expert/", include("expert_portal.urls")),
    path("centre/rehearsals/", include("rehearsal.urls")),
    path("centre/", include("centre_portal.urls")),
    path("regulator/", include("regulator_portal.urls")),
    path("hall/", include("opening_hall.urls")),
    path("api/v1/", include("api.urls")),
    path("", include("runtime.urls")),
]
