"""The manifest says what is wrong with it, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.errors import HubError
from hub.models import ModelFile, Source, read_manifest

GOOD = f"""
[[model]]
name = "silero"
title = "ears"
file = "silero.onnx"
size = 3
sha256 = "{"a" * 64}"
licence = "MIT"
package_size = 10
[[model.sources]]
package = "pipecat-ai"
version = "1.14.0"
member = "a/silero.onnx"
"""


def test_a_manifest_becomes_values(tmp_path: Path) -> None:
    path = tmp_path / "models.toml"
    path.write_text(GOOD)
    source = Source("pipecat-ai", "1.14.0", "a/silero.onnx")
    assert read_manifest(path) == (
        ModelFile("silero", "ears", "silero.onnx", 3, "a" * 64, "MIT", (source,), 10),
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('file = "silero.onnx"', 'file = "../silero.onnx"', "model.0.file"),
        ("size = 3", "size = 0", "model.0.size"),
        (f'"{"a" * 64}"', '"abc"', "model.0.sha256"),
        ('member = "a/silero.onnx"', "", "member"),
        ('licence = "MIT"', 'licence = "MIT"\nlicense = "MIT"', "license"),
        ("[[model]]", "[[model", "models.toml"),
    ],
)
def test_a_bad_manifest_is_refused_by_file_and_field(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "models.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(HubError, match=said) as refusal:
        read_manifest(path)
    assert str(path) in str(refusal.value)
    assert refusal.value.fix


def test_an_absent_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(HubError, match=r"absent\.toml"):
        read_manifest(tmp_path / "absent.toml")


MANIFESTS = sorted(
    path
    for pattern in ("src/**/models.toml", "plugins/**/models.toml")
    for path in Path(__file__).parents[3].glob(pattern)
)


def test_this_repository_has_manifests() -> None:
    assert MANIFESTS


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.parent.name)
def test_every_manifest_here_is_sound(path: Path) -> None:
    for file in read_manifest(path):
        assert file.licence
        assert file.about, file.name
        assert file.about.attribution, file.name
        assert file.about.licence_url, file.name
        packages = [source for source in file.sources if isinstance(source, Source)]
        assert all(source.archive_sha256 for source in packages), file.name
        assert packages or file.optional, "what is fetched unasked must be in a package"
