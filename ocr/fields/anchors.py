"""Finding values by their labels: in the same line, to the right of the label, or below it.

Certificates print labels with wide gaps (名　　称), so a reader finds them whole, in parts, or glued to the value;
printed-over values stand up to a line too high or low. Every candidate has a cost (distance in line heights, doubt
about the label), and values go to labels in order of cost, each line once. Pure; boxes in the page's unit.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from ocr.fields.evidence import Field
from ocr.pages import Box, Line, Page, slice_box, union

GAP = r"[\s　:：]*"


@dataclass(frozen=True)
class Rule:
    """How one field is found.

    `labels` are whole labels, `tails` their last parts as found at the start of a line when the rest was read
    elsewhere; `accepts` judges a candidate; `wraps` says that the value may go on in the lines around, and `continues`
    judges such a line.
    """

    name: str
    labels: tuple[str, ...]
    accepts: Callable[[str], bool]
    tails: tuple[str, ...] = ()
    wraps: bool = False
    continues: Callable[[str], bool] = bool
    clean: Callable[[str], str] = str.strip


@dataclass(frozen=True)
class Found:
    """A value at its place, before it is checked. `cost` is 0 for a value in the line of its whole label."""

    rule: Rule
    text: str
    box: Box
    confidence: float
    cost: float
    lines: frozenset[int]


@dataclass(frozen=True)
class _Anchor:
    rule: Rule
    index: int
    end: int
    doubt: float


class Sheet:
    """The lines of one page with the labels found on it."""

    def __init__(self, page: Page, rules: Iterable[Rule], stops: tuple[str, ...] = ()) -> None:
        self.page = page
        self.rules = tuple(rules)
        self.lines = page.lines
        words = sorted((label for rule in self.rules for label in rule.labels), key=len, reverse=True)
        self._stop = re.compile("|".join(spaced(word) for word in (*words, *stops) if len(word) > 1))
        self._stops = re.compile("|".join(spaced(word) for word in stops) or "$^")
        self._letters = set("".join(words) + "".join(stops))
        self.anchors = [anchor for index in range(len(self.lines)) for anchor in self._anchors(index)]

    def _anchors(self, index: int) -> Iterable[_Anchor]:
        text = self.lines[index].text
        for rule in self.rules:
            whole = max(
                (m for label in rule.labels for m in re.finditer(spaced(label), text)), key=_length, default=None
            )
            if whole and self._is_label(text, whole):
                yield _Anchor(rule, index, whole.end(), 0.0)
                continue
            tail = max((m for t in rule.tails if (m := re.match(spaced(t), text))), key=_length, default=None)
            if tail:
                yield _Anchor(rule, index, tail.end(), 0.6 if tail.end() > 1 else 0.8)

    def _is_label(self, text: str, match: re.Match[str]) -> bool:
        """A label begins its line, or follows a value in the next column; inside a sentence it is only a word."""
        before = text[: match.start()].strip()
        return len(before) <= 4 or (
            text[match.start() - 1] in " 　)）" or (match.end() < len(text) and text[match.end()] in ":：")
        )

    def is_label_only(self, line: Line) -> bool:
        """This function will say whether a line holds nothing but letters of labels."""
        bare = re.sub(GAP, "", line.text)
        return len(bare) <= 8 and all(char in self._letters for char in bare)

    def candidates(self) -> list[Found]:
        """This function will give every acceptable value for every label, cheapest first."""
        found = [
            hit
            for anchor in self.anchors
            for hit in (*self._inline(anchor), *self._beside(anchor), *self._below(anchor))
        ]
        return sorted(found, key=lambda hit: hit.cost)

    def _inline(self, anchor: _Anchor) -> Iterable[Found]:
        line = self.lines[anchor.index]
        rest = self._before_next_label(line.text[anchor.end :])
        shift = len(rest) - len(re.sub("^" + GAP, "", rest))
        start = anchor.end + shift
        text = anchor.rule.clean(rest[shift:])
        if anchor.rule.accepts(text):
            box = slice_box(line, start, anchor.end + len(rest))
            yield Found(anchor.rule, text, box, line.confidence, anchor.doubt * 0.2, frozenset((anchor.index,)))

    def _before_next_label(self, text: str) -> str:
        stop = self._stop.search(text)
        return text[: stop.start()] if stop and stop.start() > 0 else ("" if stop else text)

    def _beside(self, anchor: _Anchor) -> Iterable[Found]:
        base = self.lines[anchor.index]
        if len(base.text) > anchor.end + 1:
            return
        for index, line in enumerate(self.lines):
            distance = _sideways(base.box, line.box)
            if index == anchor.index or distance is None or self.is_label_only(line):
                continue
            rest = self._before_next_label(line.text)
            text = anchor.rule.clean(rest)
            if anchor.rule.accepts(text):
                box = slice_box(line, 0, len(rest))
                yield Found(anchor.rule, text, box, line.confidence, anchor.doubt + distance, frozenset((index,)))

    def _below(self, anchor: _Anchor) -> Iterable[Found]:
        base = self.lines[anchor.index]
        if len(base.text) > anchor.end + 1 or anchor.doubt:
            return
        height = base.box[3] - base.box[1]
        for index, line in enumerate(self.lines):
            drop = line.box[1] - base.box[3]
            overlap = min(base.box[2], line.box[2]) - max(base.box[0], line.box[0])
            if (
                index == anchor.index
                or not -0.6 * height <= drop <= 1.5 * height
                or overlap < 0.3 * min(_width(base.box), _width(line.box))
            ):
                continue
            text = anchor.rule.clean(line.text)
            if anchor.rule.accepts(text) and not self.is_label_only(line):
                yield Found(
                    anchor.rule, text, line.box, line.confidence, 1.2 + max(drop, 0) / height, frozenset((index,))
                )

    def assign(self) -> dict[str, Found]:
        """This function will give each field its cheapest value, no line to two fields unless a label stands
        between."""
        chosen: dict[str, Found] = {}
        taken: set[tuple[int, int]] = set()
        for hit in self.candidates():
            spots = {(index, round(hit.box[0])) for index in hit.lines}
            if hit.rule.name in chosen or taken & spots:
                continue
            chosen[hit.rule.name] = hit
            taken |= spots
        used = {index for hit in chosen.values() for index in hit.lines}
        return {name: self._continued(hit, used, chosen) if hit.rule.wraps else hit for name, hit in chosen.items()}

    def _continued(self, hit: Found, used: set[int], served: Collection[str]) -> Found:
        """Add the lines of the same value above, beside and below, as far as no label and no other field holds them."""
        labelled = {anchor.index for anchor in self.anchors}
        parts = {(hit.box[1], hit.box[0]): hit.text}
        for index, line in enumerate(self.lines):
            free = index not in used and index not in labelled and not self.is_label_only(line)
            if (
                not free
                or not _goes_on(hit.box, line.box)
                or self._row_has_label(served, line)
                or not hit.rule.continues(line.text)
            ):
                continue
            parts[(line.box[1], line.box[0])] = hit.rule.clean(line.text)
            box, confidence = union((hit.box, line.box)), min(hit.confidence, line.confidence)
            hit = replace(hit, box=box, confidence=confidence, lines=hit.lines | {index})
        return replace(
            hit, text="".join(parts[place] for place in sorted(parts, key=lambda at: _reading_order(at, hit.box)))
        )

    def _row_has_label(self, served: Collection[str], line: Line) -> bool:
        """Whether a label still without a value stands to the left of a line."""
        middle, height = (line.box[1] + line.box[3]) / 2, line.box[3] - line.box[1]
        others = [self.lines[anchor.index].box for anchor in self.anchors if anchor.rule.name not in served]
        others += [other.box for other in self.lines if self._stops.match(other.text)]
        return any(
            abs((box[1] + box[3]) / 2 - middle) < 0.5 * height and 0 <= line.box[0] - box[2] + height < 9 * height
            for box in others
        )

    def field(self, hit: Found) -> Field:
        """This function will turn a found value into a field, its confidence lowered by the doubt about its place."""
        return Field(hit.text, hit.confidence * max(0.6, 1 - 0.1 * hit.cost), self.page.number, hit.box, self.page.unit)


def spaced(label: str) -> str:
    """This function will give a pattern for a label printed with or without blanks between its letters."""
    return r"[\s　]*".join(re.escape(char) for char in label)


def _length(match: re.Match[str]) -> int:
    return match.end() - match.start()


def _width(box: Box) -> float:
    return box[2] - box[0]


def _goes_on(box: Box, other: Box) -> bool:
    """Whether a line continues a value: at its left edge right above or below it, or on its row right after it."""
    height = min(box[3] - box[1], other[3] - other[1])
    aligned = abs(other[0] - box[0]) < 1.5 * height
    stacked = -0.6 * height < max(other[1] - box[3], box[1] - other[3]) < 0.6 * height
    same_row = abs((box[1] + box[3]) - (other[1] + other[3])) / 2 < 0.6 * height
    return (aligned and stacked) or (same_row and -height < other[0] - box[2] < 6 * height)


def _reading_order(place: tuple[float, float], box: Box) -> tuple[float, float]:
    rows = max(1.0, (box[3] - box[1]) / 2)
    return (round((place[0] - box[1]) / rows), place[1])


def _sideways(label: Box, value: Box) -> float | None:
    """The distance of a value to the right of its label in line heights; rows count for more than columns. None: not
    beside."""
    height = min(label[3] - label[1], value[3] - value[1], _width(label) * 1.5)
    shift = abs((label[1] + label[3]) - (value[1] + value[3])) / 2 / height
    gap = (value[0] - label[2]) / height
    if shift > 1.3 or gap < -1.2 or gap > 14:
        return None
    return shift + max(gap, 0.0) * 0.08
