"""What the browser makes of a pair that is taught, in a blank page: it reads what Python packed."""

import math

import pytest
from conftest import call
from test_teaching import FREE, SIZE, TAUGHT

from dashboard.text import catalogue
from dashboard.views.training import figure as teaching

EN = catalogue("en")
SCRIPT, WORDS = "views/training/teacher.js", "views/training/teacher_words.js"
PAYLOAD = teaching.payload(TAUGHT, FREE, {"text": "", "vocabulary": SIZE, "smoothing": 0.1})


def test_the_browser_reads_what_python_packed(blank):
    lanes = call(blank, SCRIPT, "m.lanes(v[0])", PAYLOAD)
    rows = [
        {
            "reads": name,
            "position": number,
            "token": entry["label"],
            "loss": entry["loss"],
            "smoothed": entry["smoothed"],
            "rank": entry["rank"],
            "candidate": candidate,
            "probability": share,
        }
        for name, lane in lanes.items()
        for number, entry in enumerate(lane, 1)
        for candidate, share in entry["next"]
    ]
    for mine, theirs in zip(rows, teaching.table({"gold": TAUGHT, "own": FREE}), strict=True):
        assert mine == pytest.approx(theirs, abs=1e-3)


def test_a_position_in_words_has_its_numbers(blank):
    labels = {name.removeprefix("teacher_"): text for name, text in EN.items() if name.startswith("teacher_")}
    scene = "const {formats} = await import('/components/numbers.js');"
    scene += "const scene = {labels: v[1], data: v[0], formats: formats('en'), ...m.lanes(v[0])};"
    said = f"await (async () => {{ {scene} return scene.gold.map((_, at) => m.sentence(scene, at)); }})()"
    sentences = call(blank, SCRIPT, said, PAYLOAD, labels)
    assert sentences[0] == EN["teacher_said_first"].format(
        token="Ein", share="25%", rank=EN["teacher_rank_of"].format(rank=2), loss=f"{math.log(4):.2f}"
    )
    assert sentences[1] == EN["teacher_said"].format(
        before="Ein", token="Hund", share="1.0%", rank=EN["teacher_rank_of"].format(rank=13), loss="4.61"
    )


def test_of_a_long_prefix_whole_words_remain(blank):
    assert call(blank, WORDS, "m.ending('a cat sits', 20)") == "a cat sits"
    assert call(blank, WORDS, "m.ending('one big cat sits here', 12)") == "… sits here"


def test_places_break_into_lines_and_own_words_come_in_their_order(blank):
    columns = "m.columns({measure: text => 10 * text.length}, v[0], 0, 120)"
    places = call(blank, "views/training/columns.js", columns, [["abc", "a"], ["abcdefghij", "x"], ["a", "b"]])
    assert [list(place.values()) for place in places] == [[0, 0, 44], [0, 1, 114], [0, 2, 44]]
    assert call(blank, "views/training/passes.js", "[...m.ownPlaces(v[0], 2)]", [3, 1, 0]) == [3, 1]
    rows = call(blank, "views/training/judge.js", "m.rowsOf(12, 0)")
    tops, heights = list(rows["tops"].values()), list(rows["heights"].values())
    ends = [top + height for top, height in zip(tops, heights, strict=True)]
    assert all(end <= top for end, top in zip(ends, [*tops[1:], rows["tall"]], strict=True))
