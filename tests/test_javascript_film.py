"""The film of a training in a blank page: a frame as Python sends it, read by the browser."""

import numpy as np
from conftest import call
from test_live import ABOUT, FRAMES

from core.changes import Head
from core.checkpoints import GateFilm
from dashboard.views.live import figure
from dashboard.views.pruning.film import rows

READ = """(async () => {
  const {look, unpacked} = await import('/components/attention.js');
  const shares = m.sharesOf(v[0].costs);
  const steps = [0, 4, 20].map(step => ({step}));
  const at = [-1, 0, 5, 99].map(step => m.upTo(steps, step)?.step ?? null);
  return {weights: [...look(unpacked(v[0].weights), 'mean', 'mean')], shares, mean: m.meanOf(v[0].costs), at};
})()"""


def test_the_browser_shows_the_numbers_that_python_lists(blank):
    payload = figure.run("x", {}, ABOUT, FRAMES, attends=True, live=True)
    read = call(blank, "views/live/film.js", f"await {READ}", figure.frame(FRAMES[2], payload))
    np.testing.assert_allclose(read["weights"], np.array([255, 0, 0, 255, 128, 127]) / 255, atol=1e-5)
    listed = figure.table(FRAMES, ABOUT["rows"])[2]
    np.testing.assert_allclose(read["shares"], [listed[f"p {place}"] for place in ("1 a", "2 b", "3 <eos>")], atol=1e-4)
    assert read["at"] == [None, 0, 4, 20]  # of a run beside another, at that one's step
    assert f"= {read['mean']:.2f}" in figure.cross_entropy(FRAMES[2])


def test_the_film_of_the_gates_tells_how_many_heads_of_each_role_are_left(blank):
    head, other = ("encoder", 0, 1), ("decoder", 0, 0)
    film = GateFilm("x", 0.05, (0, 50), (1.0, 1.2), {"encoder": (((1.0, 0.75),), ((0.5, 0.25),))})
    groups = {"positional": [head, other], "rare": [head]}
    table = rows({"x": film}, {role: [Head(*one) for one in some] for role, some in groups.items()})
    labels = {"role_left": "{role} {open}/{count}", "roles_left": "Open: {roles}."}
    for point, row in enumerate(table):
        chances = {"encoder": film.chances["encoder"][point]}
        told = call(
            blank,
            "views/pruning/gates.js",
            "m.rolesTold(v[0], ([kind, l, h]) => v[1][kind]?.[l][h] ?? 1, v[2], new Intl.NumberFormat('en'))",
            list(groups.items()),
            chances,
            labels,
        )
        counts = {role: len(some) for role, some in groups.items()}
        assert told == f"Open: {', '.join(f'{role} {row[role]:g}/{counts[role]}' for role in groups)}."
    assert [row["positional"] for row in table] == [1.75, 1.25]
    assert call(blank, "views/pruning/gates.js", "m.rolesTold([], null, v[0], null)", labels) == ""
