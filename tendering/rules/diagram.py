"""Draws the table of moves as the page docs/lifecycle.md (mermaid and a table). Pure: returns text."""

from tendering.rules.lifecycle import EVENT_NAMES, FINAL, MOVES, STAGE_NAMES, Event, Move, Stage

_HEAD = """# The life of a lot

Generated from `tendering/rules/lifecycle.py` by `python -m tendering.rules > docs/lifecycle.md`; a test keeps it true.
A cell that is not in the table is refused, and so is every move whose guards do not all hold.
"""
_OVERLAY = frozenset({Event.SUSPEND, Event.RESUME, Event.TERMINATE})


def _edge(move: Move) -> str:
    return f"    {move.source} --> {move.target}: {move.event} {EVENT_NAMES[move.event]} ({move.law})"


def _row(move: Move) -> str:
    guards = ", ".join(guard.name for guard in move.guards) or "–"
    return f"| {move.source} | {move.event} | {move.target} | {', '.join(move.roles)} | {move.law} | {guards} |"


def _stages(event: Event) -> str:
    return ", ".join(move.source for move in MOVES if move.event is event)


def page() -> str:
    """Return the whole page, ending in a newline."""
    path = [move for move in MOVES if move.event not in _OVERLAY]
    shown = [stage for stage in Stage if any(stage in (move.source, move.target) for move in path)]
    names = [f'    state "{stage} {STAGE_NAMES[stage]}" as {stage}' for stage in shown]
    ends = [f"    {stage} --> [*]" for stage in shown if stage in FINAL]
    diagram = ["```mermaid", "stateDiagram-v2", *names, "    [*] --> draft", *map(_edge, path), *ends, "```"]
    table = ["| stage | event | to | who | law | guards |", "| --- | --- | --- | --- | --- | --- |", *map(_row, path)]
    overlay = [
        "Suspension is an overlay: while it lasts every other move is refused with `suspended` (BR-62).",
        "",
        f"- `suspend`, `resume` (regulator, BR-62), in: {_stages(Event.SUSPEND)}",
        f"- `terminate` (purchaser, agency, BR-31), in: {_stages(Event.TERMINATE)}",
        "",
        "`awarding` is kept for evaluation-award separation and has no moves yet.",
    ]
    return "\n".join([_HEAD, *diagram, "", *table, "", *overlay]) + "\n"
