"""The API, version 1: routers put together. People come with their session and its CSRF token, agents with a token."""

from ninja import NinjaAPI
from ninja.security import SessionAuth

from api import agents, answers, bids, certificates, evidence, witnesses

api = NinjaAPI(title="公衡 Gongheng", version="1", urls_namespace="api", auth=SessionAuth(csrf=True))
for part in (evidence, bids, certificates, agents, witnesses):
    api.add_router("", part.router)
answers.install(api)
