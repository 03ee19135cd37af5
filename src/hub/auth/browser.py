"""Say in words which browser a ``User-Agent`` names (RFC 9110, section 10.1.5)."""

from __future__ import annotations

# In this order: each names itself after those whose pages it wants to be given.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrom", "Chrome"), ("Safari", "Safari"),
    ("curl", "curl"), ("python", "a program"), ("aiohttp", "a program"), ("okhttp", "an app"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"),
    ("Windows", "Windows"), ("Mac OS", "a Mac"), ("Linux", "Linux"),
)  # fmt: skip


def describe(agent: str) -> str:
    """Return, for example, "Firefox on Linux"; "an unknown browser" when it says nothing."""
    browser = next((name for mark, name in _BROWSERS if mark.lower() in agent.lower()), "an unknown browser")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if system else browser
