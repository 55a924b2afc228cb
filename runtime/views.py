"""Health for load balancers and operators."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from identity.policy import Act
from runtime import health
from ui.access import access


@never_cache
@require_safe
@access(Act.READ_LIVENESS)
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200: the web process is alive."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
@access(Act.READ_LIVENESS)
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when every part is there, else 503; the JSON names each part."""
    parts = health.readiness()
    return JsonResponse(parts, status=200 if set(parts.values()) == {"ok"} else 503)
