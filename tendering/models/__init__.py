"""Rows of tendering: one aggregate a file, columns and constraints, no logic. Money is yuan, times are UTC."""

from tendering.models.award import Award, Candidate, Objection
from tendering.models.bid import Bid, BidState, Upload, UploadState
from tendering.models.document import Document, Download, Notice, Question, TenderParameters
from tendering.models.draw import Draw, DrawLine
from tendering.models.envelope import EnvelopeOpening, OpenedEnvelope
from tendering.models.lot import Lot, Project
from tendering.models.opening import (
    HallMessage,
    OpenedBid,
    Opening,
    OpeningSignIn,
    Release,
    ReleaseRefusal,
    RescueRequest,
)
from tendering.models.signed import SignedDocument

__all__ = [
    "Award",
    "Bid",
    "BidState",
    "Candidate",
    "Document",
    "Download",
    "Draw",
    "DrawLine",
    "EnvelopeOpening",
    "HallMessage",
    "Lot",
    "Notice",
    "Objection",
    "OpenedBid",
    "OpenedEnvelope",
    "Opening",
    "OpeningSignIn",
    "Project",
    "Question",
    "Release",
    "ReleaseRefusal",
    "RescueRequest",
    "SignedDocument",
    "TenderParameters",
    "Upload",
    "UploadState",
]
