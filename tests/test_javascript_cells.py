"""The cell grid's places in a blank page, and pictures that are drawn again."""

from conftest import FLAT, call

MAPS = [{"title": "", "rows": list("abc"), "columns": ["u", "v"]} for _ in range(2)]


def test_titles_and_scales_wider_than_the_cells_widen_the_picture_and_break_where_it_is_narrow(blank):
    titled = [{**MAPS[0], "title": "a title that is wider than two cells", "notes": []}]
    scales = [{"signed": False, "text": "weight"}, {"signed": True, "text": "more of this than of that " * 3}]
    plan = f"m.layout({FLAT}, v[0], v[1], {{least: 4, most: 26, scales: v[2]}})"
    wide, narrow = (call(blank, "components/cells_layout.js", plan, titled, width, scales) for width in (1000, 300))
    assert wide["width"] >= 36 * 8  # letters half as wide as 16 px
    assert wide["legends"][1]["y"] == wide["legends"][0]["y"]
    assert narrow["legends"][1]["y"] >= narrow["legends"][0]["below"]
    assert narrow["width"] <= 300
    assert narrow["height"] >= narrow["legends"][1]["below"]


def test_bars_beside_the_rows_have_room_of_their_own(blank):
    some = [{**MAPS[0], "bars": {"title": "share", "values": [1, 0.5, 0], "texts": ["1", "0.5", "0"]}}]
    plan = f"m.layout({FLAT}, v[0], 300, {{least: 4, most: 42}})"
    (place,) = (beside := call(blank, "components/cells_layout.js", plan, some))["places"]
    assert place["x"] + place["width"] + beside["bars"] <= beside["width"] <= 300
    none = [{**some[0], "columns": []}]  # a model that never looks back
    assert call(blank, "components/cells_layout.js", plan, none)["bars"] > beside["bars"]


def test_a_picture_drawn_again_keeps_the_elements_that_are_the_same_and_drops_what_is_left(blank):
    drawn = """(() => {
      const picture = m.drawn('svg');
      const draw = (...rows) => m.redraw(picture, () => {
        for (const [tag, values, inner] of rows) for (const one of [m.add(picture, tag, values)])
          if (inner) m.add(one, inner);
      });
      draw(['g', {class: 'a'}, 'text'], ['rect', {x: 1, y: 2}], ['path', {}]);
      const [group, box] = picture.children;
      let changes = new MutationObserver(() => {});
      changes.observe(picture, {subtree: true, childList: true, attributes: true});
      draw(['g', {class: 'a'}, 'text'], ['rect', {x: 1, y: 2}], ['path', {}]);
      const still = changes.takeRecords().length;
      draw(['g', {class: 'a'}], ['rect', {x: 3}]);
      return [still, picture.children[0] === group, picture.children[1] === box, picture.outerHTML];
    })()"""
    still, *same, html = call(blank, "components/dom.js", drawn)
    assert still == 0
    assert same == [True, True]
    assert html == '<svg><g class="a"></g><rect x="3"></rect></svg>'
