"""The bench reads a file of LoCoMo's form, made up here, and finds what answers."""

from __future__ import annotations

import json

import locomo
import memory_fixture
import memory_recall
import memory_score
import numpy as np
import pytest

from hub_memory.embed.static import StaticEmbedder


def _said(session, *texts):
    names = ("Ada", "Bo")
    return [
        {"speaker": names[place % 2], "dia_id": f"D{session}:{place + 1}", "text": text}
        for place, text in enumerate(texts)
    ]


SAMPLE = {
    "sample_id": "conv-1",
    "conversation": {
        "speaker_a": "Ada",
        "speaker_b": "Bo",
        "session_1_date_time": "1:56 pm on 8 May, 2023",
        "session_1": _said(1, "I adopted a parrot.", "How lovely!", "It sings at dawn."),
        "session_2_date_time": "10:05 am on 2 June, 2023",
        "session_2": [
            *_said(2, "The garden needs rain."),
            {"speaker": "Bo", "dia_id": "D2:2", "text": "Look!", "blip_caption": "a photo of a red bicycle"},
        ],
        "session_10_date_time": "odd",
        "session_10": _said(10, "Goodbye."),
    },
    "qa": [
        {"question": "What did Ada adopt?", "answer": "x", "evidence": ["D1:1"], "category": 4},
        {
            "question": "Which vehicle was pictured?",
            "answer": "x",
            "evidence": ["D2:2; D1:03"],
            "category": 1,
        },
        {"question": "When did it rain?", "answer": "x", "evidence": ["D9:9"], "category": 2},
        {"question": "What is the name of the tiger?", "evidence": ["D1:1"], "category": 5},
        {"question": "Why?", "answer": "x", "evidence": [], "category": 3},
    ],
}


class Letters:
    """Embeds by letters: enough for what shares spelling."""

    model, dimensions = "letters@1", 26

    async def embed(self, texts, *, query=False):
        made = np.array([[text.lower().count(chr(97 + n)) for n in range(26)] for text in texts], np.float32)
        return made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9)


@pytest.fixture
def talks(tmp_path):
    path = tmp_path / "locomo.json"
    path.write_text(json.dumps([SAMPLE] * 2), encoding="utf-8")
    return locomo.read(path)


def test_turns_are_read_in_order_with_what_pictures_show(talks):
    turns = talks[1].turns
    assert [turn.id for turn in turns] == ["1:D1:1", "1:D1:2", "1:D1:3", "1:D2:1", "1:D2:2", "1:D10:1"]
    assert turns[4].text == "Bo: Look! [a photo of a red bicycle]"
    assert {turn.session for turn in turns} == {"1/1", "1/2", "1/10"}
    assert turns[0].at == 1_683_554_160  # 2023-05-08 13:56 UTC
    assert turns[5].at == 0


def test_counted_is_what_has_evidence_in_categories_one_to_four(talks):
    questions = talks[0].questions
    assert [(one.category, one.gold) for one in questions] == [
        ("single-hop", ("0:D1:1",)),
        ("multi-hop", ("0:D2:2", "0:D1:3")),
    ]


async def test_the_real_memory_is_scored_by_category_beside_keywords(talks):
    scores = await locomo.scored(talks, Letters())
    assert scores["keywords"]["single-hop"].recall[1] == 1.0
    assert scores["ours"]["single-hop"].recall[5] == 1.0
    assert scores["keywords"]["multi-hop"].recall[20] == 0.0
    assert scores["ours"]["all"].count == 4


async def test_the_fixture_is_played_in_its_time_and_poison_of_pages_is_not_found():
    turns, questions = memory_recall.fixture(memory_fixture.DEV)
    scores = await memory_recall.measure(turns, questions, StaticEmbedder())
    assert scores["ours"]["all"].count == scores["keywords"]["all"].count > 150
    assert scores["ours"]["all"].recall[10] > scores["keywords"]["all"].recall[10] + memory_recall.GAIN
    assert memory_recall.below(scores) == []
    assert scores["ours"]["inject"].poisoned == 0.0


async def test_nothing_is_found_before_it_was_said():
    said = memory_recall.Turn("a", "ann", "The cellar key hangs by the door.", "t", 0, 2_000.0)
    asked = [
        memory_recall.Question(str(at), "ann", "plain", "Where is the cellar key?", at, ("a",))
        for at in (1_000.0, 3_000.0)
    ]
    found = await memory_recall.play([said], asked, StaticEmbedder())
    assert found.ours == {"1000.0": [], "3000.0": ["a"]}
    assert memory_recall.by_words([said], asked) == found.ours


def test_what_loses_to_keywords_is_named():
    ours, words = (memory_score.Score(1, {10: share}) for share in (0.5, 0.6))
    assert memory_recall.below({"ours": {"time": ours}, "keywords": {"time": words}}) == ["time"]
    assert memory_recall.below({"ours": {"time": words}, "keywords": {"time": ours}}) == []


@pytest.mark.parametrize("content", [[{"qa": []}], [1], {"a": 1}])
def test_another_file_is_refused_in_words(tmp_path, content):
    path = tmp_path / "other.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(SystemExit, match="no LoCoMo file"):
        locomo.read(path)
