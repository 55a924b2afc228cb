"""Reading the marks of this machine (`sealing.machine`), as far as the system shows them without special rights.

Every source may be missing; then its mark is empty. Nothing is sent anywhere: the marks are shown, and sealed only with
the bidder's consent.
"""

import ipaddress
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from sealing.canonical import Json
from sealing.machine import sound_marks

PATIENCE = 10.0  # seconds for one question to the system
Reader = Callable[[], list[str]]
_IPV4 = re.compile(r"\b(\d{1,3}(?:\.\d{1,3}){3})\b")
_MAC = re.compile(r"\b([0-9a-f]{2}(?:[:-][0-9a-f]{2}){5})\b", re.IGNORECASE)
_EMPTY = {"", "none", "unknown", "default string", "to be filled by o.e.m.", "not specified", "0"}


def collect(platform: str = sys.platform) -> dict[str, Json]:
    """Return the marks of this machine, well formed; empty lists where nothing could be read."""
    readers = _READERS.get("linux" if platform.startswith("linux") else platform, {})
    return sound_marks({name: _clean(read()) for name, read in readers.items()})


def addresses_in(text: str) -> list[str]:
    """Return the IPv4 addresses of a listing: no loopback, no netmasks, none that was made up for lack of one."""
    return [found for found in _IPV4.findall(text) if _is_own(found)]


def cards_in(text: str) -> list[str]:
    """Return the hardware addresses of a listing as the standard writes them, the empty ones left out."""
    found = (mark.lower().replace(":", "-") for mark in _MAC.findall(text))
    return [mark for mark in found if mark not in ("00-00-00-00-00-00", "ff-ff-ff-ff-ff-ff")]


def _is_own(text: str) -> bool:
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_unspecified or address.is_multicast or address.is_link_local) and (
        not text.startswith("255.") and not text.endswith(".255")
    )


def _clean(marks: Iterable[str]) -> list[str]:
    return [mark.strip() for mark in marks if mark.strip().lower() not in _EMPTY]


def _said(*command: str) -> str:
    """What a command of the system prints; nothing where it is missing, fails or takes too long."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace")


def _files(pattern: str) -> list[str]:
    found = []
    for path in sorted(Path("/sys").glob(pattern)):
        try:
            found.append(path.read_text("ascii", "replace"))
        except OSError:
            continue
    return found


def _linux_disks() -> list[str]:
    return _said("lsblk", "-dno", "SERIAL").splitlines() or _files("block/*/device/serial")


def _linux_cards() -> list[str]:
    """Cards with a device behind them; where there is none (a container), whatever there is."""
    real = [path.parent.name for path in sorted(Path("/sys/class/net").glob("*/device"))]
    return cards_in("\n".join(mark for name in real or ["*"] for mark in _files(f"class/net/{name}/address")))


def _windows(name: str, column: str) -> Reader:
    def read() -> list[str]:
        question = f"Get-CimInstance {name} | ForEach-Object {{ $_.{column} }}"
        return _said("powershell", "-NoProfile", "-NonInteractive", "-Command", question).splitlines()

    return read


def _mac(kind: str, label: str) -> Reader:
    def read() -> list[str]:
        return re.findall(rf"{label}: *(.+)", _said("system_profiler", kind))

    return read


_READERS: Mapping[str, Mapping[str, Reader]] = {
    "linux": {  # processor and memory modules show their numbers to the system's administrator only
        "HARD_DISK_SERIAL_NUMBER": _linux_disks,
        "NET_ID": lambda: addresses_in(_said("ip", "-o", "-4", "addr", "show", "scope", "global")),
        "MAC_ADDRESS": _linux_cards,
    },
    "win32": {
        "CPU_ID": _windows("Win32_Processor", "ProcessorId"),
        "HARD_DISK_SERIAL_NUMBER": _windows("Win32_DiskDrive", "SerialNumber"),
        "MEMORY_SERIAL_NUMBER": _windows("Win32_PhysicalMemory", "SerialNumber"),
        "NET_ID": lambda: addresses_in(_said("ipconfig")),
        "MAC_ADDRESS": lambda: cards_in(_said("getmac", "/fo", "csv", "/nh")),
    },
    "darwin": {
        "CPU_ID": _mac("SPHardwareDataType", "Hardware UUID"),
        "HARD_DISK_SERIAL_NUMBER": _mac("SPNVMeDataType", "Serial Number"),
        "MEMORY_SERIAL_NUMBER": _mac("SPMemoryDataType", "Serial Number"),
        "NET_ID": lambda: addresses_in("\n".join(re.findall(r"inet (\S+)", _said("ifconfig")))),
        "MAC_ADDRESS": lambda: cards_in("\n".join(re.findall(r"ether (\S+)", _said("ifconfig")))),
    },
}
