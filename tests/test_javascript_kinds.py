"""Attention kinds in a blank page: the numbers of a step that the browser reads are those that Python lists."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from conftest import call
from test_kinds import MAPS, steps_by_hand

from dashboard.views.kinds import figure

NUMBERS = "views/kinds/kinds_moment.js"
READ = """(async () => {
  const {unpacked} = await import('/components/attention.js');
  return [0, 1, 2].map(step => {
    const now = m.moment(unpacked(v[0].weights), v[0].numbers, v[1], v[2], step);
    return {weights: [...now.weights], scores: now.scores, factor: now.factor};
  });
})()"""


@pytest.mark.parametrize(("layer", "head"), [(0, 0), (1, 2)])
def test_the_browser_reads_the_numbers_that_python_lists(blank, layer, head):
    attention = MAPS[1].attention
    steps = replace(steps_by_hand("heads", 2, 3), weights=attention.weights)
    moments = call(blank, NUMBERS, f"await {READ}", figure.alone("Heads", attention, steps), layer, head)
    for step, now in enumerate(moments):
        np.testing.assert_allclose(now["weights"], attention.weights[layer, head, step], atol=2e-5)
        np.testing.assert_allclose(now["scores"], steps.scores[layer, head, step], atol=1e-4)
    rows = figure.scored(figure.look(MAPS[1], layer, head), steps, layer, head)
    listed = np.reshape([row["score"] for row in rows], (3, 4))
    np.testing.assert_allclose([now["scores"] for now in moments], listed, atol=1e-4)


def test_a_local_kind_has_the_factor_of_its_step(blank):
    steps = steps_by_hand("local-p")
    content = figure.alone("Rnn", MAPS[0].attention, steps)
    moments = call(blank, NUMBERS, f"await {READ}", content, 0, 0)
    np.testing.assert_allclose([now["factor"] for now in moments], steps.gaussian.reshape(3, 4), atol=1e-3)


@pytest.mark.parametrize("width", [320, 1100])
def test_the_columns_of_the_table_fill_its_width_and_leave_out_what_a_kind_has_not(blank, width):
    columns = call(blank, NUMBERS, "m.columnsOf({keys: null, gaussian: null}, v[0], 100)", width)
    assert [one["name"] for one in columns] == ["score", "weight", "values"]
    columns = call(blank, NUMBERS, "m.columnsOf({keys: {}, gaussian: [1]}, v[0], 100)", width)
    assert [one["name"] for one in columns] == ["key", "score", "gaussian", "weight", "values"]
    assert columns[-1]["x"] + columns[-1]["width"] == pytest.approx(width)
    assert all(after["x"] > one["x"] + one["width"] for one, after in pairwise(columns))


def test_a_line_of_the_gallery_has_as_many_maps_as_have_room(blank):
    gallery = "views/kinds/kinds_gallery.js"
    assert [call(blank, gallery, "m.across(v[0])", width) for width in (1040, 700, 368)] == [4, 3, 2]
