"""The film of a training in a blank page: a frame as Python sends it, read by the browser."""

import numpy as np
from conftest import call
from test_live import ABOUT, FRAMES

from dashboard.views.live import figure

READ = """(async () => {
  const {look, unpacked} = await import('/components/attention.js');
  const shares = m.sharesOf(v[0].costs);
  return {weights: [...look(unpacked(v[0].weights), 'mean', 'mean')], shares, mean: m.meanOf(v[0].costs)};
})()"""


def test_the_browser_shows_the_numbers_that_python_lists(blank):
    payload = figure.film("x", ABOUT, FRAMES, attends=True, live=True)
    read = call(blank, "views/live/film.js", f"await {READ}", figure.frame(FRAMES[2], payload))
    np.testing.assert_allclose(read["weights"], np.array([255, 0, 0, 255, 128, 127]) / 255, atol=1e-5)
    listed = figure.table(FRAMES, ABOUT["rows"])[2]
    np.testing.assert_allclose(read["shares"], [listed[f"p {place}"] for place in ("1 a", "2 b", "3 <eos>")], atol=1e-4)
    assert f"= {read['mean']:.2f}" in figure.cross_entropy(FRAMES[2])
