"""Serve the style page: every part of the look with its markup, for those who write plugins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.web.render import TEMPLATES

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from hub.web.site import Site


@dataclass(frozen=True, slots=True)
class Sample:
    """One part of the look and what it is for; its markup is ``templates/samples/<name>.html``."""

    name: str
    title: str
    about: str

    @property
    def html(self) -> str:
        """The markup, which the page shows and uses as it stands."""
        return (TEMPLATES / "samples" / f"{self.name}.html").read_text(encoding="utf-8").rstrip()


TOKENS = {
    "paper": "the page", "card": "what lies on it", "line": "hairlines", "edge": "outlines of controls",
    "ink": "text", "soft": "second voice", "faint": "not yet heard", "tick": "resting ticks",
    "beat": "a good heartbeat", "amber": "talk, or your turn", "amber-fill": "speaking",
    "amber-ink": "words that act", "well": "ready, safe", "care": "degraded, risky", "stop": "failed",
}  # fmt: skip
"""The colours by their name in hub.css, each with its one meaning."""

SAMPLES = (
    Sample("rows", "Rows", "A thing a line; its state in a word, its acts at the end."),
    Sample("fields", "Fields", "A label, what it is for, and, when it is wrong, what is allowed."),
    Sample(
        "buttons",
        "Buttons",
        "A button says its verb. Solid acts, plain goes back, danger says what it destroys.",
    ),
    Sample(
        "question", "A question first", "For what cannot be undone. It opens in place and needs no script."
    ),
    Sample("filters", "Filters", "One is on, and says so to a screen reader."),
    Sample("progress", "Progress", "Only what is really done; the words say it too."),
    Sample("empty", "Nothing here yet", "Never an empty page: it says what would fill it."),
    Sample("said", "What was done, and what was wrong", "One sentence; the fix stands beside it."),
)


def routes(site: Site) -> list[BaseRoute]:
    """Return the route."""

    async def style(request: Request) -> Response:
        return site.show(request, "style.html", title="Style", samples=SAMPLES, tokens=TOKENS)

    return [site.page("/style", style)]
