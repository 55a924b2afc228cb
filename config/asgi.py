"""The ASGI entry point: pages and API over HTTP, the opening hall over websockets."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")

from django.core.asgi import get_asgi_application

from api.limits import BodyLimit

http = BodyLimit(get_asgi_application())

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.conf import settings  # noqa: E402

from config.loopback import LoopbackOnly  # noqa: E402
from opening_hall.routing import websocket_urlpatterns  # noqa: E402

routes = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
# Accounts and the CA of a demonstration are public knowledge on this machine, so nobody else may reach it.
application = LoopbackOnly(routes) if settings.DEMONSTRATION else routes
