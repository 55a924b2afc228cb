"""Rows of evaluation: one aggregate a file, columns and constraints, no logic."""

from evaluation.models.committee import Committee, Expert, Member, MemberState
from evaluation.models.reading import Field, Page, Reading, ReadingState, Suggestion
from evaluation.models.report import Report, ReportSignature
from evaluation.models.sheet import Sheet, SheetVersion

__all__ = [
    "Committee",
    "Expert",
    "Field",
    "Member",
    "MemberState",
    "Page",
    "Reading",
    "ReadingState",
    "Report",
    "ReportSignature",
    "Sheet",
    "SheetVersion",
    "Suggestion",
]
