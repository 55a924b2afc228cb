"""The page of the offline client: published builds, their hashes in the ledger, roots and revocation lists."""

import hashlib
import io
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

import ledger
from identity import demo_ca
from suites.certificates import from_pem
from suites.revocation import issued_by, read_crl
from tendering import client_builds

pytestmark = pytest.mark.django_db


def a_build(**changes: str) -> bytes:
    told = {"version": "0.1.0", "platform": "linux_x86_64", "python": "3.11"} | changes
    out = io.BytesIO()
    out.write(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr("site-packages/sealing/client/built.json", json.dumps(told))
    return out.getvalue()


@pytest.fixture
def published(settings, tmp_path, capsys):
    settings.DOCUMENT_ROOT = tmp_path / "documents"
    (tmp_path / "client.pyz").write_bytes(a_build())
    call_command("publish_client", str(tmp_path / "client.pyz"))
    return tmp_path / "client.pyz", capsys.readouterr().out


def test_a_published_build_stands_in_the_ledger_and_is_served_as_it_is(published) -> None:
    file, said = published
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert said.split()[:2] == [digest, "gongheng-seal-linux_x86_64-py3.11-0.1.0.pyz"]
    (row,) = ledger.entries_of("", kinds=["client.published"], viewer=ledger.reading.PUBLIC)
    assert row["body"]["payload"]["sha256"] == digest
    page = Client().get("/client/")
    assert page.status_code == 200 and digest in page.content.decode()
    answer = Client().get(f"/client/{digest}.pyz")
    assert b"".join(answer.streaming_content) == file.read_bytes()
    assert "attachment" in answer.headers["Content-Disposition"]
    assert Client().get(f"/client/{'0' * 64}.pyz").status_code == 404


def test_the_same_build_twice_or_something_else_is_refused(published, tmp_path) -> None:
    with pytest.raises(CommandError, match="已经公布"):
        call_command("publish_client", str(published[0]))
    for data in (b"", b"#!/bin/sh\n", a_build(version="../x"), a_build(more="x")):
        (tmp_path / "other").write_bytes(data)
        with pytest.raises(CommandError, match="离线客户端"):
            call_command("publish_client", str(tmp_path / "other"))
    with pytest.raises(CommandError):
        call_command("publish_client", str(tmp_path / "absent"))
    assert len(client_builds.published()) == 1


@pytest.mark.parametrize("suite", ["INTL-1", "GM-1"])
def test_root_and_revocation_list_of_each_suite_are_for_everybody(settings, tmp_path, suite) -> None:
    settings.CA_HOME = tmp_path / "ca"
    assert Client().get(f"/client/{suite}.pem").status_code == 404
    demo_ca.make_root(suite)
    (root,) = from_pem(Client().get(f"/client/{suite}.pem").content)
    answer = Client().get(f"/client/{suite}.crl")
    assert answer.headers["Content-Type"] == "application/pkix-crl"
    assert issued_by(read_crl(answer.content), root)
    assert hashlib.sha256(root).hexdigest() in Client().get("/client/").content.decode()
    assert Client().get("/client/XX-9.crl").status_code == 404
