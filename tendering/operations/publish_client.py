"""Publishes a build of the offline client: its bytes into the document store, its hash into the ledger."""

import json
import zipfile
from io import BytesIO
from typing import NamedTuple

from django.db import transaction

import ledger
from identity.actor import Actor
from identity.policy import Act, decide
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock
from sealing.fields import is_code
from sealing.zip_bytes import MOST_FILES
from tendering import client_builds, documents
from tendering.refusals import refuse_if

NOT_A_CLIENT = Reason("client", _("这不是由“make client”生成的离线客户端文件。"))
PUBLISHED = Reason("client_published", _("这一文件已经公布过。"))
_ABOUT = "site-packages/sealing/client/built.json"
_MOST = 100 * 2**20


class Published(NamedTuple):
    """What was published: file name, hex SHA-256, size in bytes."""

    name: str
    sha256: str
    size: int


@transaction.atomic(durable=True)
def publish_client(*, content: bytes, actor: Actor) -> Published:
    """Publish a client file; who downloads it compares its SHA-256 with the ledger's entry `client.published`.

    :raises ActRefused: not allowed, not a client file, or published already
    """
    told = _about(content)
    reasons = list(decide(actor, Act.MANAGE_CUSTODIANS).reasons)
    refuse_if(reasons if told else [*reasons, NOT_A_CLIENT])
    name = f"gongheng-seal-{told['platform']}-py{told['python']}-{told['version']}.pyz"
    published = Published(name, documents.keep(content), len(content))
    refuse_if([PUBLISHED] if any(row.sha256 == published.sha256 for row in client_builds.published()) else [])
    payload = {**told, "name": name, "sha256": published.sha256, "size": published.size}
    ledger.append("client.published", at=clock.now(), payload=payload, actor=actor)
    return published


def _about(content: bytes) -> dict[str, str]:
    """Version, platform and Python of a client file; empty where it is none."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            if len(content) > _MOST or len(packed.namelist()) > MOST_FILES or packed.getinfo(_ABOUT).file_size > 1000:
                return {}
            told = json.loads(packed.read(_ABOUT))
    except (zipfile.BadZipFile, KeyError, ValueError, RuntimeError, NotImplementedError):
        return {}
    names = ("version", "platform", "python")
    sound = isinstance(told, dict) and set(told) == set(names) and all(is_code(told[name]) for name in names)
    return told if sound else {}
