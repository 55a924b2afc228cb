"""The bundle itself: every byte of it is accounted for, listed and signed."""

from tendering.bundle import form
from verifier.archive import Archive
from verifier.evidence import Malformed, read_index
from verifier.outcome import Finding, judged, printable


def archive(bundle: Archive) -> Finding:
    """The file is a ZIP whose every byte follows from its members; nothing hides between or behind them."""
    wrong = [bundle.fault] if bundle.fault else []
    return judged(wrong, f"{len(bundle.members)} members, none compressed, nothing beside them")


def members(bundle: Archive) -> Finding:
    """`bundle.json` lists every other member with its size and SHA-256, and none that is not there."""
    try:
        body, _note = read_index(bundle)
    except Malformed as error:
        return judged([str(error)], "")
    listed = {row["name"]: row for row in body["members"]}
    present = [name for name in bundle.names() if name != form.INDEX]
    wrong = [f"{name} is listed and missing" for name in sorted(set(listed) - set(present))]
    wrong += [f"{name} is not listed" for name in present if name not in listed]
    strange = [name for name in present if not form.known_member(name, body["variant"])]
    wrong += [f"{name} is no member of such a bundle" for name in strange]
    if len(listed) != len(body["members"]) or sorted(listed) != [row["name"] for row in body["members"]]:
        wrong.append("the list is not sorted, or names a member twice")
    for name in (name for name in bundle.names() if name in listed or name == form.INDEX):
        found, row = bundle.digest(name), listed.get(name)
        if not found.crc_holds:
            wrong.append(f"{name} has another checksum")
        if row is not None and (row["size"], row["sha256"]) != (found.size, found.sha256):
            wrong.append(f"{name} has another size or SHA-256 than listed")
    return judged(map(printable, wrong), f"{len(listed)} members have their size and SHA-256")


def signature(bundle: Archive) -> Finding:
    """`bundle.json` is signed by the log's key."""
    body, note = read_index(bundle)
    wrong = [] if form.note_holds(note, body) else ["bundle.json is not signed by the log's key that it names"]
    return judged(wrong, f"signed by {body['log_key']}")
