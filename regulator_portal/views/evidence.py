"""The check of the evidence: the whole ledger is recomputed on request and every fault named."""

from time import perf_counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

import ledger
from identity.policy import Act
from ledger import clock, heads
from ledger.verify import verify
from ui.access import access

FAULTS_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@access(Act.SEE_REGULATOR_DESK)
def evidence(request: HttpRequest) -> HttpResponse:
    """Show the head; on POST recompute everything and show what was found."""
    context: dict[str, Any] = {"head": ledger.head(), "log_key": heads.verifier_key()}
    if request.method == "POST":
        started = perf_counter()
        verdict = verify()
        context |= {
            "verdict": verdict,
            "faults": verdict.faults[:FAULTS_SHOWN],
            "seconds": round(perf_counter() - started, 2),
            "checked_at": clock.now(),
        }
    return render(request, "regulator/evidence.html", context)
