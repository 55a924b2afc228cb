"""`python -m ledger.anchors`: one call of a driver, as the `program` anchor asks for it. JSON in, JSON out."""

import json
import sys
from datetime import datetime
from typing import Any

from ledger import anchors


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    try:
        driver = anchors.driver(asked["anchor"])
        if asked["act"] == "publish":
            return {"receipt": driver.publish(asked["note"], at=datetime.fromisoformat(asked["at"]))}
        found = driver.verify(asked["note"], asked["receipt"])
        return {"at": found.isoformat() if found else ""}
    except (anchors.AnchorFailed, anchors.UnknownDriver) as error:
        return {"failed": str(error)}
    except anchors.AnchorInvalid as error:
        return {"invalid": str(error)}


def main() -> int:
    """Answer the one question on standard input. Exit status 0, or 2 where it is none."""
    try:
        asked = json.load(sys.stdin)
        print(json.dumps(_answer(asked)))
    except (ValueError, KeyError, TypeError) as error:
        print(json.dumps({"failed": f"not a question: {error}"}))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
