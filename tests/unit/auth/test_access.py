"""Every route and every role: a route that this table does not name fails here."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.routing import Mount, Route, WebSocketRoute

from hub.api.app import build as build_api
from hub.auth.roles import ABOUT, ACTS, allows
from hub.auth.sessions import Person

ROLES = ("stranger", "device", "guest", "member", "owner")
REFUSED = {401, 403, 4401}

ACCESS = """
stranger  GET /health
stranger  GET /openapi.json
stranger  GET /api/schema/hub-plugin.json
stranger  GET /api/schema/events.json
stranger  GET /claim/{code}
stranger  GET /invite/{code}
stranger  POST /invite/{code}
stranger  GET /pair
stranger  POST /pair
stranger  GET /static/{rev}/{path:path}
stranger  GET /manifest.webmanifest
stranger  GET /favicon.ico
stranger  GET /trust
stranger  GET /trust/hub.crt
stranger  GET /trust/hub.mobileconfig

device    GET /
device    POST /talks
device    POST /talks/{id}/turns
device    GET /style
device    GET /me
device    WS /ws/session/{id}
device    GET /session/{id}/events
device    POST /session/{id}/messages
device    GET /status
device    GET /api/talks
device    GET /api/talks/{talk}
device    POST /api/talks
device    POST /api/talks/{talk}/turns
device    POST /api/talks/{talk}/stop
device    GET /api/me
device    GET /talks
device    GET /talks/export
device    GET /talks/{id}
device    GET /talks/{id}/earlier
device    GET /talks/{id}/export
device    POST /talks/{id}/delete
device    POST /talks/{id}/rename
device    POST /talks/{id}/restore
device    POST /talks/{id}/stop
device    POST /talks/{id}/turns/{turn}/edit
device    POST /talks/{id}/turns/{turn}/retry
device    GET /api/talks/export
device    GET /api/talks/search
device    GET /api/talks/{talk}/export
device    DELETE /api/talks/{talk}
device    PATCH /api/talks/{talk}
device    POST /api/talks/{talk}/restore
device    POST /api/talks/{talk}/turns/{turn}/edit
device    POST /api/talks/{talk}/turns/{turn}/retry
device    GET /api/roles
device    GET /api/timers
device    POST /api/timers
device    DELETE /api/timers/{id_}
device    POST /api/timers/{id_}/snooze
device    POST /api/timers/{id_}/stop
device    GET /timers
device    POST /timers/alarm
device    POST /timers/reminder
device    POST /timers/timer
device    POST /timers/{id}/cancel
device    POST /timers/{id}/more
device    POST /timers/{id}/pause
device    POST /timers/{id}/resume
device    POST /timers/{id}/snooze
device    POST /timers/{id}/stop
device    POST /timers/{id}/undo
device    GET /p/{name}/
device    GET /memory
device    GET /memory/{id}
device    GET /api/memory
device    GET /api/memory/health
device    GET /api/memory/search
device    GET /api/memory/{entry}
device    GET /voices
device    POST /voices/try
device    GET /voices/tried/{token}
device    GET /personas
device    GET /personas/{persona}
device    PUT /api/talks/{talk}/persona
device    GET /v1/models
device    GET /v1/models/{model:path}
device    POST /v1/chat/completions
device    POST /v1/responses
device    POST /v1/embeddings
device    WS /v1/realtime
device    POST /v1/audio/transcriptions
device    POST /v1/audio/speech

guest     POST /me
guest     POST /me/privacy
guest     POST /me/sessions/{id}/end
guest     POST /me/out
guest     POST /me/everywhere
guest     GET /me/pair
guest     POST /me/pair
guest     GET /me/data
guest     GET /me/data/export
guest     POST /me/data/forget
guest     GET /api/me/data
guest     DELETE /api/me/data
guest     GET /api/me/forgetting
guest     GET /api/spending
guest     GET /api/sessions
guest     DELETE /api/sessions
guest     DELETE /api/sessions/{session}
guest     GET /api/devices
guest     POST /api/devices
guest     PATCH /api/devices/{device}
guest     DELETE /api/devices/{device}
guest     PATCH /api/people/{person}
guest     GET /api/keys
guest     POST /api/keys
guest     DELETE /api/keys/{key}
guest     POST /me/keys
guest     POST /me/keys/{id}/end

member    GET /memory/forget
member    GET /memory/waiting
member    GET /memory/files
member    POST /memory/forget
member    POST /memory/{id}/pin
member    POST /memory/{id}/importance
member    POST /memory/{id}/edit
member    POST /memory/{id}/let-in
member    POST /memory/{id}/forget
member    POST /api/memory/forget
member    POST /api/memory/forget/preview
member    PATCH /api/memory/{entry}
member    PUT /api/memory/{entry}
member    DELETE /api/memory/{entry}
member    POST /api/memory/{entry}/let-in
member    POST /voices/own
member    POST /voices/own/{id}/samples
member    GET /people
member    GET /api/people
member    GET /api/tools
member    GET /metrics
member    GET /voice
member    GET /api/voice
member    GET /models
member    GET /language
member    POST /language/ask
member    GET /api/language
member    GET /api/models
member    GET /api/models/licences
member    POST /api/tools/{name}
member    GET /approvals
member    POST /approvals/{id}/approve
member    POST /approvals/{id}/deny
member    GET /plugins
member    GET /plugins/{name}
member    GET /api/plugins
member    GET /api/plugins/{name}
member    GET /api/approvals
member    POST /api/approvals/{id_}/approve
member    POST /api/approvals/{id_}/deny

owner     GET /memory/devices
owner     POST /people
owner     POST /personas
owner     POST /voices/personas
owner     POST /voices/personas/file
owner     POST /personas/import
owner     PATCH /personas/{persona}
owner     DELETE /personas/{persona}
owner     POST /me/data/forget-everything
owner     POST /me/data/gone/{plugin}
owner     DELETE /api/data
owner     POST /people/invites/{id}/revoke
owner     POST /people/devices/{id}/revoke
owner     POST /people/devices/{id}/rename
owner     GET /people/{id}
owner     POST /people/{id}
owner     POST /people/{id}/role
owner     POST /people/{id}/link
owner     POST /people/{id}/out
owner     POST /people/{id}/owner
owner     POST /people/{id}/remove
owner     DELETE /api/people/{person}
owner     POST /api/people/{person}/owner
owner     DELETE /api/people/{person}/sessions
owner     GET /api/invites
owner     POST /api/invites
owner     DELETE /api/invites/{invite}
owner     GET /api/events

owner     POST /api/models/pull
owner     POST /api/models/cancel
owner     POST /api/models/remove
owner     POST /api/models/verify
owner     POST /api/models/use
owner     GET /events
owner     GET /events/rows
owner     GET /events/{serial}
owner     POST /health/models
owner     POST /health/children/{name}/restart
owner     POST /health/plugins/{name}/check
owner     POST /language
owner     GET /settings
owner     POST /settings
owner     GET /settings/backup
owner     POST /settings/backup
owner     POST /settings/backup/cancel
owner     POST /settings/backup/delete
owner     GET /settings/backup/files/{name}
owner     POST /settings/backup/regular
owner     GET /settings/doctor
owner     POST /settings/doctor
owner     GET /api/settings
owner     PATCH /api/settings
owner     POST /api/settings/providers/{name}/test
owner     GET /api/settings/providers/{name}/models
owner     POST /api/settings/providers/{name}/models
owner     DELETE /api/settings/providers/{name}/models/{model:path}
owner     PUT /api/settings/providers/{name}/key
owner     DELETE /api/settings/providers/{name}/key
owner     POST /models/verify
owner     POST /models/look
owner     POST /models/{id}/pull
owner     POST /models/{id}/cancel
owner     POST /models/{id}/remove
owner     POST /models/{id}/use
owner     POST /models/{id}/verify
owner     POST /plugins/look
owner     POST /plugins/{name}/check
owner     POST /plugins/{name}/disable
owner     POST /plugins/{name}/enable
owner     POST /plugins/{name}/restart
owner     GET /api/plugins/{name}/log
owner     POST /api/plugins/{name}/disable
owner     POST /api/plugins/{name}/enable
owner     POST /api/plugins/{name}/restart
"""
"""The least role a line: ``role METHOD path``; ``stranger`` means that anybody may."""

LEAST = {(method, path): role for role, method, path in (line.split() for line in ACCESS.split("\n") if line)}
REFUSES_BY_OTHER_MEANS = {
    ("GET", "/claim/{code}"),
    ("GET", "/invite/{code}"),
    ("POST", "/invite/{code}"),
    ("POST", "/pair"),
}
"""What anybody may ask, and what says no to a wrong code; test_door.py has them."""

HEAVY = (
    "POST /models", "POST /health", "POST /settings", "POST /api/models", "POST /api/settings",
    "GET /session/{id}/events",
)  # fmt: skip
"""What begins work that outlasts the question, or never ends: asked only by those whom it must refuse."""


def served(app, hub) -> set[tuple[str, str]]:
    """Return method and path of all that the hub serves, its JSON API included."""
    return set(listed((*app.routes, *build_api(hub).routes)))


def listed(routes):
    for route in routes:
        if isinstance(route, WebSocketRoute):
            yield "WS", route.path
        elif isinstance(route, Route):
            yield from ((method, route.path) for method in route.methods - {"HEAD"})
        elif not isinstance(route, Mount):  # what FastAPI included
            yield from listed(route.original_router.routes)
        elif route.path:  # all else is mounted at the root: plugins, whose routes are theirs, and the API
            yield "*", route.path


async def test_the_table_names_every_route_and_nothing_else(house) -> None:
    found = served(house.app, house.hub)
    assert [f"role  {' '.join(route)}" for route in sorted(found - set(LEAST))] == [], "give each a line"
    assert sorted(set(LEAST) - found) == []


async def test_every_route_refuses_every_lesser_role_and_no_other(house) -> None:
    wrong = []
    for (method, path), least in LEAST.items():
        if (method, path) in REFUSES_BY_OTHER_MEANS:
            continue
        for role in ROLES:
            refused = ROLES.index(role) < ROLES.index(least)
            if not refused and f"{method} {path}".startswith(HEAVY):
                continue
            status = await ask(house, role, method, path)
            if (status in REFUSED) is not refused or status in range(500, 600):
                wrong.append((role, method, path, status))
    assert wrong == []


async def ask(house, role: str, method: str, path: str) -> int:
    """Return the status; of a socket the code it was closed with, or 101 when it stays open."""
    token, person = await house.sign_in(role), house.person(role)
    path = path.replace("{person}", person.id if person else "x")
    path = re.sub(r"\{[^}]*\}", "1", path)
    if method == "WS":
        async with house.socket(token, path) as socket:
            return (await socket.greet()).get("code", 101)
    async with house.client(token) as client:
        json = {} if path.startswith("/api") and method != "GET" else None
        return (await client.request(method, path, json=json)).status_code


async def test_strangers_are_sent_to_the_door_and_others_told_why(house) -> None:
    async with house.client() as stranger:
        assert "hub claim" in (await stranger.get("/people")).text
        answer = await stranger.get("/api/people")
        assert (answer.status_code, answer.json()["fix"][:13]) == (401, "Ask the owner")
    async with house.client(await house.sign_in("guest")) as guest:
        assert "for a member" in (await guest.get("/people")).text
        answer = await guest.post("/api/invites", json={"name": "Eve"})
        assert (answer.status_code, answer.json()["error"]) == (403, "Only the owner may do that.")


def test_roles_hold_all_that_lesser_roles_hold_and_nothing_by_default() -> None:
    people = {role: Person("1", "x", role) for role in ABOUT}
    for act in ACTS:
        held = [allows(people[role], act) for role in ROLES[1:]]
        assert held == sorted(held), act
        assert held[-1], act
        assert not allows(None, act)
        assert not allows(Person("1", "x", "king"), act)
    for unknown in ("", "rule the world", "stranger", "Owner"):
        assert not allows(people["owner"], unknown)
    tablet = people["device"]
    assert allows(tablet, "guest")
    assert allows(tablet, "talk")
    for act in ("recall own memory", "answer approvals", "change settings", "pair own devices"):
        assert not allows(tablet, act)


def test_the_guide_prints_the_table_of_roles() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "guide" / "people.md").read_text(encoding="utf-8")
    for role, about in ABOUT.items():
        acts = ", ".join(act for act, least in ACTS.items() if least == role)
        assert f"| {role} | {about} | {acts} |" in guide
