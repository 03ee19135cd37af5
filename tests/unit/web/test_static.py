from __future__ import annotations

import gzip
import hashlib
import re
from typing import TYPE_CHECKING

from hub.web.static import FOLDER, Static

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATES = FOLDER.parent / "templates"
WORKLETS = {"capture.js", "playback.js", "resample.js"}


def test_vendored_files_are_the_ones_that_were_checked() -> None:
    lines = (FOLDER / "vendor" / "SHA256SUMS").read_text().splitlines()
    sums = dict(reversed(line.split()) for line in lines)
    assert set(sums) == {path.name for path in (FOLDER / "vendor").iterdir()} - {"SHA256SUMS", "README.md"}
    for name, digest in sums.items():
        assert hashlib.sha256((FOLDER / "vendor" / name).read_bytes()).hexdigest() == digest


def test_the_first_load_is_small() -> None:
    static = Static()
    home = {"hub.css", "icon.svg", "app.js", "vendor/htmx.js", *static.modules}
    loaded = [asset for name, asset in static.assets.items() if name in home - WORKLETS]
    assert len(loaded) == len(home - WORKLETS)
    assert sum(len(asset.packed) for asset in loaded) <= 50_000  # leaves 10 kB for the page itself
    assert all(gzip.decompress(asset.packed) == asset.plain for asset in loaded)


def test_a_change_of_any_file_changes_the_address(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    before = Static(tmp_path).base
    (tmp_path / "a.js").write_text("2")
    assert Static(tmp_path).base != before


def test_modules_are_all_fetched_ahead_and_import_only_what_is_there() -> None:
    static = Static()
    for name, asset in static.assets.items():
        if name.endswith(".js") and not name.startswith("vendor/"):
            for wanted in re.findall(r'from "\./([^"]+)"', asset.plain.decode()):
                assert wanted in static.assets, f"{name} imports {wanted}"
                assert wanted in static.modules or name in WORKLETS


def test_nothing_needs_an_unsafe_policy() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|hx-on|[\"']js:|javascript:", text), path
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), path
    for path in FOLDER.glob("*.js"):
        assert not re.search(r"\beval\(|new Function|innerHTML|insertAdjacentHTML", path.read_text()), path


async def test_files_are_kept_for_ever_under_todays_address_only(site) -> None:
    static = Static()
    async with site.client.get(f"{site.url}{static.base}/hub.css") as response:
        assert response.status == 200
        assert "immutable" in response.headers["cache-control"]
        assert response.headers["content-encoding"] == "gzip"
        assert response.headers["content-type"].startswith("text/css")
    async with site.client.get(f"{site.url}/static/0123456789ab/hub.css") as response:
        assert response.status == 200
        assert response.headers["cache-control"] == "no-cache"
    for path in ("/static/x/../pages.py", "/static/x/nothing.js", "/static/x/vendor/SHA256SUMS"):
        async with site.client.get(site.url + path) as response:
            assert response.status == 404


async def test_the_manifest_names_an_icon_that_is_there(site) -> None:
    async with site.client.get(f"{site.url}/manifest.webmanifest") as response:
        manifest = await response.json(content_type="application/manifest+json")
    for path in (manifest["icons"][0]["src"], "/favicon.ico"):
        async with site.client.get(site.url + path) as response:
            assert response.headers["content-type"] == "image/svg+xml"
