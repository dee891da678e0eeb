"""The charts of schedules, in a blank page: where a line, a name, a step stands."""

import pytest
from conftest import call

DRAW = "views/training/schedules_draw.js"


def test_a_line_goes_through_its_values_at_equal_distances(blank):
    box = {"left": 10, "top": 20, "width": 100, "height": 50}
    assert call(blank, DRAW, "m.path(v[0], v[1])", [1, 0.5, 0], box) == "M10.0 20.0L60.0 45.0L110.0 70.0"


def test_names_that_do_not_fit_go_on_in_the_next_line(blank):
    assert call(blank, DRAW, "m.rows([100, 100, 100, 500, 10], 250)") == [
        {"x": 0, "y": 0},
        {"x": 100, "y": 0},
        {"x": 0, "y": 22},
        {"x": 0, "y": 44},
        {"x": 0, "y": 66},
    ]


@pytest.mark.parametrize(("x", "place"), [(-5, 0), (36, 0), (236, 5), (256, 6), (436, 10), (900, 10)])
def test_a_pointer_takes_the_nearest_step(blank, x, place):
    assert call(blank, DRAW, "m.nearest(v[0], 460, 10)", x) == place
