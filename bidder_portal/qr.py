"""A QR code as inline SVG of one path, dark on white, with the quiet zone that scanners need. Pure."""

import segno

QUIET = 2  # modules; print keeps paper white around it


def modules_path(text: str) -> tuple[int, str]:
    """Return the side in modules and the SVG path of the dark ones, one run a row."""
    rows = list(segno.make(text, error="m", micro=False).matrix)
    parts = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = next((n for n in range(x, len(row)) if not row[n]), len(row)) - x
            if run:
                parts.append(f"M{x} {y}h{run}v1h-{run}z")
            x += run or 1
    return len(rows), "".join(parts)
