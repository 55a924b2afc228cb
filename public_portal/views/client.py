"""The offline client for everybody: files with their hashes, the roots to compare, and the revocation lists."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from identity import demo_ca, queries
from identity.policy import Act
from ledger import clock
from suites import NAMES
from tendering import client_builds
from ui.access import access
from ui.files import send_document

PYZ = "application/octet-stream"


@require_safe
@access(Act.READ_FEED)
def client(request: HttpRequest) -> HttpResponse:
    """Show every published build, how it is checked, and the fingerprints that people compare."""
    context = {"builds": client_builds.published(), "roots": _roots()}
    return render(request, "public/client.html", context)


@require_safe
@access(Act.READ_FEED)
def client_file(request: HttpRequest, sha256: str) -> HttpResponseBase:
    """Send a published build. :raises Http404: none of this hash was published"""
    build = next((row for row in client_builds.published() if row.sha256 == sha256), None)
    if build is None:
        raise Http404(sha256)
    return send_document(sha256, build.name, media_type=PYZ)


@require_safe
@access(Act.READ_FEED)
def root_file(request: HttpRequest, suite: str) -> HttpResponse:
    """Send the roots of a suite as PEM. :raises Http404: there is none"""
    if suite not in dict(_roots()):
        raise Http404(suite)
    return _sent(queries.trust_root(suite).encode("ascii"), f"root-{suite}.pem", "application/x-pem-file")


@require_safe
@access(Act.READ_FEED)
def revocation_list(request: HttpRequest, suite: str) -> HttpResponse:
    """Send the revocation list of the installation's own root as of now (DER). :raises Http404: no such root"""
    lists = queries.revocation_lists(suite, now=clock.now()) if suite in dict(_roots()) else []
    if not lists:
        raise Http404(suite)
    return _sent(lists[0], f"{suite}.crl", "application/pkix-crl")


def _roots() -> list[tuple[str, str]]:
    """Suite and fingerprint of every root that is there; none is made by looking."""
    found = []
    for suite in NAMES:
        if demo_ca.existing(suite) is not None or queries.has_outside_root(suite):
            found.append((suite, queries.root_fingerprint(suite)))
    return found


def _sent(data: bytes, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-cache"
    return response
