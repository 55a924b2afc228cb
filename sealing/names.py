"""Names of files inside a bid's archive: relative, NFC, without surprises on any system. Pure."""

import re
import unicodedata

MANIFEST = "manifest.json"
_MOST_NAME, _MOST_SEGMENT = 1024, 255
MOST_DEEP = 16  # a name's segments, its own included
MOST_FOLDERS = 4096  # in one bid: making and removing folders is what a small bid could hold an opening up with

_NOT_UTF8 = re.compile("[\ud800-\udfff]")  # Python reads such bytes as lone surrogates

TOO_MANY_FOLDERS = f"there are more than {MOST_FOLDERS} folders"


def shown(name: str) -> str:
    """Return a name as it can be printed and sent: what a file system holds need not be UTF-8, and is replaced."""
    return _NOT_UTF8.sub("\ufffd", name)


def check_name(name: str) -> str:
    """Return why a name is refused, or "" when it is fine."""
    if unicodedata.normalize("NFC", name) != name:
        return "a name is not in its NFC form"
    segments = name.split("/")
    if not 1 <= len(name.encode()) <= _MOST_NAME or any(len(part.encode()) > _MOST_SEGMENT for part in segments):
        return "a name is empty or too long"
    if len(segments) > MOST_DEEP:
        return f"a name has more than {MOST_DEEP} segments"
    if any(part in ("", ".", "..") for part in segments):
        return "a name is absolute or holds an empty, . or .. segment"
    if any(character in "\\:\x7f" or character < " " for character in name):
        return "a name holds a backslash, colon or control character"
    return ""


def check_names(names: list[str]) -> str:
    """Return why the names after the manifest are refused together: order, doubles, a file that is also a folder."""
    for name in names:
        if wrong := check_name(name):
            return wrong
    if names != sorted(set(names), key=str.encode) or MANIFEST in names:
        return "the names are not sorted, or one stands twice"
    folders = {folder for name in names for folder in folders_of(name)}
    if not folders.isdisjoint({MANIFEST, *names}):
        return "a name is both a file and a folder"
    return TOO_MANY_FOLDERS if len(folders) > MOST_FOLDERS else ""


def folders_of(name: str) -> list[str]:
    """Return the folders that a name lies in, the outermost first."""
    parts = name.split("/")
    return ["/".join(parts[:size]) for size in range(1, len(parts))]
