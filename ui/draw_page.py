"""Drawing one page of a file in a process of its own: `python -m ui.draw_page FILE NUMBER OUT`. No Django.

A hostile file can end this process and nothing else. Exit codes: 0 drawn, 1 cannot be drawn (the reason on stderr).
"""

import resource
import sys
from pathlib import Path

from ocr.pages import Unreadable
from ocr.pdfium import render_page

SCALE = 2.0  # pixels a point: an A4 page is 1190 pixels wide
MEMORY_BYTES = 3 << 30


def main(arguments: list[str]) -> int:
    """This function will draw the page into OUT and give the exit code."""
    path, number, out = Path(arguments[0]), int(arguments[1]), Path(arguments[2])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        out.write_bytes(render_page(path, number, SCALE))
    except (Unreadable, OSError, MemoryError) as error:
        sys.stderr.write(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
