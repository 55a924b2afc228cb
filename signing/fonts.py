"""The fonts that every printed thing is set in."""

from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst


@cache
def fonts() -> typst.Fonts:
    """Return Noto Sans SC and Noto Serif SC as they come with the installation; no system fonts."""
    folder = Path(pylopdf_fonts_zh_cn.sans_path()).parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)])
