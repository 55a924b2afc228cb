"""How the tests walk through the committee's room."""

import json

from django.urls import reverse


def sign_in(client, opened, place: int = 0):
    member = opened.members()[place]
    client.force_login(member.person)
    return member


def at(name: str, opened, *rest) -> str:
    return reverse(f"expert:{name}", args=[opened.code, *rest])


def text_of(client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response
    return response.content.decode()


def post_json(client, address: str, body) -> object:
    return client.post(address, json.dumps(body), content_type="application/json")
