"""hub.toml is written beside people who edit it: nothing is lost, and nothing broken is written over."""

from __future__ import annotations

import multiprocessing
import stat
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import HubError
from hub.store import toml

WRITTEN = """# my hub
port = 8420  # the usual

[providers.grok]  # the clever one
kind = "xai"
model = "grok-4.3"   # fast

# about the voice
[plugins.voice]
patience = 1.5
"""


def test_comments_and_order_stay(tmp_path):
    path = tmp_path / "hub.toml"
    path.write_text(WRITTEN)
    told = toml.change(
        path,
        {
            ("port",): 9000,
            ("providers", "grok", "model"): "grok-5",
            ("providers", "lab", "kind"): "openai",
            ("names",): ["a.lan"],
            ("plugins", "voice", "patience"): None,
        },
    )
    text = path.read_text()
    assert (
        told
        == tomllib.loads(text)
        == {
            "port": 9000,
            "names": ["a.lan"],
            "providers": {"grok": {"kind": "xai", "model": "grok-5"}, "lab": {"kind": "openai"}},
            "plugins": {"voice": {}},
        }
    )
    kept = ["# my hub", "# the usual", "# the clever one", "# fast", "# about the voice"]
    assert [line for line in kept if line in text] == kept
    assert [text.index(word) for word in kept] == sorted(text.index(word) for word in kept)


def test_a_file_is_begun_for_its_owner_only_and_keeps_the_mode_it_was_given(tmp_path):
    path = tmp_path / "hub.toml"
    toml.change(path, {("port",): 1})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    toml.change(path, {("port",): 2})
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [one.name for one in tmp_path.iterdir()] == ["hub.toml"]


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"port = 1\nhost = [\n", 3), (b"port = 1\n\xff = 2\n", 2), (b"a = 1\na = 2\n", 2), (b"x = 1\n[[", 2)],
)
def test_a_broken_file_is_named_with_its_line_and_never_written_over(tmp_path, content, line):
    path = tmp_path / "hub.toml"
    path.write_bytes(content)
    for act in (lambda: toml.read(path), lambda: toml.change(path, {("port",): 5})):
        with pytest.raises(HubError, match=f"line {line}") as caught:
            act()
        assert caught.value.fix
    assert path.read_bytes() == content


def test_what_is_refused_is_not_written(tmp_path):
    path = tmp_path / "hub.toml"
    path.write_text(WRITTEN)

    def check(told):
        assert told["port"] == 5
        raise HubError("No.", fix="Stop.")

    with pytest.raises(HubError, match="No"):
        toml.change(path, {("port",): 5}, check)
    assert path.read_text() == WRITTEN
    assert [one.name for one in tmp_path.iterdir()] == ["hub.toml"]


def test_an_edit_by_hand_in_between_is_kept(tmp_path):
    path = tmp_path / "hub.toml"
    path.write_text(WRITTEN)
    edits = iter(range(2))

    def check(_):
        """Somebody saves the file while it is being changed, twice."""
        if (number := next(edits, None)) is not None:
            path.write_text(path.read_text() + f"hand{number} = {number}\n")

    toml.change(path, {("port",): 5}, check)
    told = toml.read(path)
    assert (told["port"], told["plugins"]["voice"]) == (5, {"patience": 1.5, "hand0": 0, "hand1": 1})


def test_it_gives_up_with_a_fix_beside_an_editor_that_never_stops(tmp_path):
    path = tmp_path / "hub.toml"
    path.write_text("n = 0\n")
    with pytest.raises(HubError, match="somebody else"):
        toml.change(path, {("port",): 5}, lambda told: path.write_text(f"n = {told['n'] + 1}\n") and None)
    assert "port" not in toml.read(path)


def _write(path, worker):
    for number in range(20):
        toml.change(path, {("plugins", f"p{worker}", f"n{number}"): number})


def test_writers_in_many_processes_lose_nothing(tmp_path):
    path = tmp_path / "hub.toml"
    path.write_text(WRITTEN)
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write, args=(path, worker)) for worker in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    told = toml.read(path)["plugins"]
    assert all(told[f"p{worker}"] == {f"n{n}": n for n in range(20)} for worker in range(3))
    assert "# the usual" in path.read_text()


def test_a_link_stays_a_link_and_a_folder_that_is_not_ours_is_named(tmp_path):
    there = tmp_path / "dotfiles"
    there.mkdir()
    (there / "hub.toml").write_text(WRITTEN)
    (tmp_path / "hub.toml").symlink_to(there / "hub.toml")
    toml.change(tmp_path / "hub.toml", {("port",): 5})
    assert (tmp_path / "hub.toml").is_symlink()
    assert toml.read(there / "hub.toml")["port"] == 5
    with pytest.raises(HubError, match="cannot be written"):
        toml.change(tmp_path / "nowhere" / "hub.toml", {("port",): 5})


_words = st.sampled_from(["a", "b", "c", "x-y"])
_values = st.booleans() | st.integers(-9, 9) | st.text(max_size=9) | st.lists(st.text(max_size=4), max_size=3)
_leaf = st.dictionaries(_words, _values, max_size=3)
_files = st.dictionaries(_words, _values | st.dictionaries(_words, _values | _leaf, max_size=3), max_size=4)
_keys = st.lists(_words, min_size=1, max_size=3).map(tuple)


@settings(deadline=None)
@given(_files, st.dictionaries(_keys, st.none() | _values, max_size=4))
def test_it_writes_what_was_asked_and_nothing_else_or_refuses(tmp_path_factory, told, changes):
    import tomlkit

    path = tmp_path_factory.mktemp("any") / "hub.toml"
    path.write_text(before := tomlkit.dumps(told))
    wanted = toml._changed(told, changes)
    try:
        assert toml.change(path, changes) == wanted
        assert toml._bare(tomllib.loads(path.read_text())) == toml._bare(wanted)
    except HubError:
        assert path.read_text() == before
