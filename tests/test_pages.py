"""Every page by AppTest: it runs, in both languages, on every model, and answers each mistake by one sentence."""

import ast
import builtins
import csv
import errno
import html
import io
import json
import os
import re
import string
import subprocess
import sys
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import altair as alt
import pytest
import streamlit as st
from conftest import PLAIN, STATES
from jsonschema import ValidationError
from opening import to_page
from streamlit.testing.v1 import AppTest

from benchmarks.places import PAGES, READING
from core.checkpoints import CARD, EXAMPLE, PRETRAINED, TOKENIZER, WEIGHTS, cards
from core.records.trace_json import from_json
from core.training.options import REGIME_OPTIONS
from dashboard import beginning, explain, resources
from dashboard.beginning import DEFAULT
from dashboard.controls import LIMIT, PIECES, plain
from dashboard.figures import beam_tree
from dashboard.live.plan import DETAILS, HAS
from dashboard.model_names import direction, meanings, model_labels
from dashboard.renewal import SHARED
from dashboard.resources import ahead, folders, models, searches
from dashboard.terms import TERMS
from dashboard.text import LANGUAGES, catalogue

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "dashboard" / "app.py"
MODELS = list(cards()[0])
OTHER = next(name for name, card in cards()[0].items() if card.attends and card.family == "rnn")
WAYS = {(card.family, card.attends, card.source): model for model, card in cards()[0].items()}.values()
EN = catalogue("en")
TEXT = "A cat sleeps."
FRAME = ("shell", "quiz", "save")  # components that are no picture


def tries(name: str) -> dict[str, dict]:
    """What the chips of a page set, as its script has it, which can't be imported: it would run."""
    tree = ast.parse((ROOT / "dashboard" / "views" / name / "page.py").read_text("utf-8"))
    (value,) = [node.value for node in tree.body if ast.unparse(node).startswith("TRIES =")]
    return eval(ast.unparse(value), {"beginning": beginning})


@pytest.fixture
def app(monkeypatch):
    """Open a page: without background threads, which would draw random numbers beside other tests' trainings."""
    monkeypatch.setattr(models, "WARM_UP_DELAY", 3600)
    monkeypatch.setattr(ahead, "QUIET", 3600)

    def open_page(name: str, **address: object) -> AppTest:
        at = AppTest.from_file(str(APP), default_timeout=60)
        for key, value in address.items():
            at.query_params[key] = str(value)
        to_page(at, name).run()
        assert not at.exception
        return at

    return open_page


def everything(at: AppTest) -> str:
    """All text that stands on the page."""
    parts = [*at.subheader, *at.markdown, *at.caption, *at.info, *at.warning, *at.error]
    return "\n".join([part.value for part in parts] + [part.proto.body for part in at.get("html")])


def title(at: AppTest) -> str:
    """The page's heading."""
    return re.search("<h1>(.*)</h1>", everything(at))[1]


def pictures(at: AppTest) -> list[str]:
    """What the page's own components, charts and tables are given to draw."""
    components = [one.proto for one in at.get("bidi_component") if one.proto.component_name not in FRAME]
    tables = [one.proto.body for one in at.get("html") if "<table" in one.proto.body]
    charts = [one.proto.spec for kind in ("plotly_chart", "vega_lite_chart") for one in at.get(kind)]
    return [one.json for one in components] + charts + tables


def charts(at: AppTest) -> list[dict]:
    """What the page's Vega-Lite charts are told to draw."""
    return [{"data": {"values": []}} | json.loads(one.proto.spec) for one in at.get("vega_lite_chart")]


def complaints(at: AppTest) -> list[str]:
    """The sentences on what is wrong; a note on an unfinished translation is none."""
    return [part.value for part in [*at.warning, *at.error] if part.value != EN["unfinished_note"]]


def begins(key: str) -> str:
    """A catalogue sentence up to its first number or name."""
    return EN[key].split("{")[0]


# --- catalogues and set-up


def test_the_table_of_pages_the_folders_and_the_catalogue_are_one():
    folders = {path.parent.name for path in (ROOT / "dashboard" / "views").glob("*/page.py")}
    assert set(PAGES) == folders == {key.removeprefix("page_") for key in EN if key.startswith("page_")}
    assert len(PAGES) == len(set(PAGES))


def test_the_catalogues_have_the_same_keys_and_places():
    english, *others = (texts for _, texts in LANGUAGES.values())
    for texts in others:
        assert list(texts) == list(english)
        for key, sentence in texts.items():
            fields = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
            assert fields == {name for _, name, _, _ in string.Formatter().parse(english[key]) if name}, key


COUNTED = "count|n|N|steps|places|candidates|kept|pruned|finished|unfinished|epochs|seeds|minutes|layers|heads|rows"
COUNTED += "|columns|nodes|asked|words|work|times|tokens|others|better|worse|window|fewest|looked|less|own|sources"
COUNTED += "|rnn|transformer"  # may be 1
FORMS = {"en": r"([a-z-]+ )?[a-z-]+s", "ru": "[а-яё]{3,}"}  # of what is counted: right for some numbers only
NEVER_ONE = ("home_search", "sizes_likelier", "sizes_longer", "rates_caption", "schedules_alt", "schedules_description")
NEVER_ONE += ("bottleneck_formula", "swap_caption", "sizes_open", "model_pruned", "pruning_curves_description")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_begins_with_a_capital(language):
    small = re.compile(r"[a-zа-яё]{2,} [^|]*\.")  # a file's name and a letter of a formula may stand first
    assert [key for key, text in catalogue(language).items() if small.fullmatch(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_counts_what_may_be_one_in_a_form_for_many(language):
    many = re.compile(rf"\{{({COUNTED})(:[^}}]*)?\}} {FORMS[language]}\b(?<! мин)")
    assert [key for key, text in catalogue(language).items() if many.search(text) and key not in NEVER_ONE] == []
    assert many.search({"en": "All {places} places", "ru": "Ещё {n} отсечённых вариантов"}[language])


def test_a_page_says_no_word_twice_in_different_files():
    """Each page's file holds keys of its own: a later one would silently win."""
    for language in LANGUAGES:
        files = [ast.parse(path.read_text("utf-8")) for path in (ROOT / "dashboard").rglob(f"{language}.py")]
        dicts = [node for file in files for node in ast.walk(file) if isinstance(node, ast.Dict)]
        keys = [key.value for one in dicts for key in one.keys]
        assert len(keys) == len(set(keys)) == len(catalogue(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_of_the_keyboard_has_a_meaning(language):
    say = catalogue(language)
    for name in PAGES:
        for line in (say["keys"] + "\n" + say[f"keys_{name}"]).strip().splitlines():
            key, _, meaning = line.partition(" — ")
            assert key, line
            assert meaning, line
        keys = [line.partition(" — ")[0] for line in (say["keys"] + "\n" + say[f"keys_{name}"]).split("\n") if line]
        assert len(keys) == len(set(keys)), name


def test_streamlit_is_set_up_as_measured():
    script = "import streamlit as st; assert st.get_option('runner.postScriptGC') is False"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == 0


def test_the_first_paint_of_every_page_needs_no_torch():
    script = (
        "import sys; from streamlit.testing.v1 import AppTest; from dashboard import resources\n"
        "resources.warm_up.clear(); resources.warm_up = lambda: None\n"
        "from dashboard.pages import PAGES; from tests.opening import app_test\n"
        "for name in PAGES:\n"
        "    at = app_test(name).run()\n"
        "    assert not at.exception, at.exception\n"
        "    drawn = [len(at.get(kind)) for kind in ('bidi_component', 'plotly_chart', 'vega_lite_chart')]\n"
        "    tables = ['<table' in one.proto.body for one in at.get('html')]\n"
        "    assert sum(drawn) + sum(tables) > 1, name\n"
        "    assert not {'torch', 'bertviz', 'transformers', 'IPython'} & set(sys.modules), name"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == 0


# --- what every page shows


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("predict", [None, "true"])
def test_every_page_speaks_both_languages(app, name, language, predict):
    at = app(name, lang=language, **({"predict": predict} if predict else {}))
    say = catalogue(language)
    assert title(at) == say[f"page_{name}"]
    assert say[f"{name}_see"] in everything(at)
    assert not complaints(at)
    assert pictures(at)


class Read(dict):
    """A catalogue that remembers which of its sentences were read."""

    def __init__(self, texts):
        super().__init__(texts)
        self.keys_read = set()

    def __getitem__(self, key):
        self.keys_read.add(key)
        return super().__getitem__(key)

    def get(self, key, default=None):
        if key in self:
            self.keys_read.add(key)
        return super().get(key, default)


# What no page shows at rest: each was seen to be asked for by name, elsewhere in the dashboard.
SELDOM = """
damage: curves_broken finding_none live_disk live_failed live_killed live_none models_broken models_none regimes_noise
regimes_none regimes_one regimes_single save_failed swap_chance swap_square_missing model_r_drop live_died why_missing
a zip: zip_argument zip_card zip_family zip_finite zip_json zip_missing zip_range zip_sha256 zip_size zip_strange
zip_taken zip_tokenizer zip_weights zip_zip zip_disk zip_packing
a reader's pairs: pairs pairs_bytes pairs_few pairs_file pairs_help pairs_long pairs_many pairs_nul pairs_side
pairs_tab pairs_tabs pairs_utf8
a training: film_coming live_again live_other live_blind live_ended live_stopped live_formula live_guessing live_json
live_look_reverse live_loss live_losses live_open live_paused live_running live_save live_starting live_step
live_stopping live_time live_train live_validation live_waiting context_one live_forced live_held live_held_none
live_loss_both live_loss_one live_output live_look_mean
models that a reader may have: language_letters model_mine models_for_copy models_for_reverse models_for_tatoeba
short_letters short_own sentence_letters corpus_tatoeba kind_words_none transformer_none
positions_reason_alibi
what depends on a search: path_note_exact_open sampling_drawing
heads_about_norm alignment_difference alignment_flat beam_empty bottleneck_kept
bottleneck_missing
forced_caption home_answer_all home_answer_some home_unfinished kinds_alone kinds_described_same kinds_no_difference
parting_same score_upset sizes_equal sizes_likelier sizes_longer sizes_open sizes_unlikelier surprise_inside
surprise_none training_formula_worse unfinished_note gold_nobody alignment_sums_less alignment_sums_more
what depends on a finding: backwards_worse backwards_both backwards_chance differs_bidirectional
swap_kind_scaled-dot swap_kind_local-m
roles_rare_cost_less roles_rare_rate_less roles_rare_rate_more roles_short_advmod_dependent roles_short_advmod_governor
roles_short_amod_dependent roles_short_amod_governor roles_short_nsubj_governor roles_short_obj_dependent
roles_short_obj_governor roles_rare_cost_same
a text of many lines (test_models_page): document_empty document_go_on document_long document_many
opened by a click: swap_bleu swap_bleu_interval swap_chrf swap_looks swap_millions swap_tokens_per_second swap_p
swap_p_means swap_is_real swap_is_chance swap_is_first swap_model swap_caption
save_trace why_described why_formula why_mixed why_moved why_with why_without why_written
what a reader did before: edit_dropped
words of a model's name: term_fed term_forward term_lstm term_no_smoothing term_reversed
a search or measurement of heads (test_pruning_page): pruning_bleu pruning_chrf pruning_go_on pruning_no_json
pruning_path pruning_path_closed pruning_path_head pruning_path_logprob pruning_path_none pruning_path_stopped
pruning_quality_about pruning_run pruning_searching pruning_stopped pruning_without_rare
what searches beside the race (test_race): race_cut beside_exact_searching beside_exact_stopped beside_go_on
beside_mbr_searching beside_mbr_stopped race_says_exact_better race_says_exact_empty race_says_exact_open
race_says_exact_same race_says_mbr
bigger beams (test_beam_tree): wider_exact_proven wider_exact_empty wider_exact_open wider_stopped wider_alike
wider_described wider_space
films of pruned models: pruning_back pruning_film pruning_films pruning_films_about pruning_forward pruning_l0
pruning_pause pruning_play pruning_point pruning_price pruning_price_of pruning_shut_these pruning_slider
pruning_role_rare pruning_role_syntactic
"""


WAYS_OF_PLACING = ("learned", "rotary", "alibi")
STRANGE = "語 " + "many words " * 40


def together(kind):
    """The choices of a kind of model's details, a combination after the other, until all have been made."""
    ways = [list(DETAILS[name]) for name in HAS[kind]]
    return zip(*(islice(cycle(way), max(map(len, ways))) for way in ways), strict=True)


ROLES = (("en-de", ""), ("en-de", "-rotary"), ("de-en", ""))  # models whose heads have been named, and one not
SAMPLED = (("0.5", "0", "samples"), ("1.5", "5", "samples"), ("0.0", "0", "mbr"), ("2.0", "0", "mbr"))
VISITS = [  # which show more words than each page by itself, from a link, and with hidden answers
    ("home", {"text": "", "model": "x"}),
    ("home", {"text": "I love you.", "model": "en-de-transformer"}),
    ("positions", {"view": "why", "text": "I love you."}),
    ("models", {"tab": "document"}),
    *(("step", {"model": model}) for model in WAYS),
    *(("step", {"path": path}) for path in ("greedy", "sample", "diverse", "mbr", "exact")),
    *(("step", {"prefix": text}) for text in ("Eine", "語")),
    *((name, {"model": PLAIN}) for name in ("alignment", "kinds", "training")),
    ("training", {"model": "fr-en-transformer", "text": STRANGE}),
    *(("training", {"tab": "schedules", "way": way, "predict": "true"}) for way in ("passes", "judge", "plans")),
    *(("training", {"tab": "schedules", "way": way}) for way in ("passes", "judge")),
    *(("training", {"tab": "regimes", "finding": picture}) for picture in ("regimes", "curves")),
    ("step", {"model": "en-de-transformer", "text": TEXT}),
    ("alignment", {"text": TEXT, "target": STRANGE, "compare": "en-de-transformer"}),
    ("kinds", {"text": TEXT, "show": "same"}),
    *(("kinds", {"tab": "numbers", "model": model}) for model in (DEFAULT, OTHER, PLAIN)),
    ("alignment", {"model": "en-de-rnn-local-p"}),
    *(("heads", {"model": model, "predict": "true"}) for model in (PLAIN, OTHER)),
    ("heads", {"tab": "edit", "edits": "cross~0~1~first"}),
    *(("heads", {"layer": layer}) for layer in ("mean", "max", "rollout")),
    ("heads", {"cell": "norm"}),
    *(("heads", {"tab": f"{which}_view"}) for which in ("head", "model")),
    ("heads", {"tab": "edit", "edits": "cross~0~1~first", "predict": "true"}),
    *(("heads", {"tab": "roles", "model": f"{way}-transformer{kind}"}) for way, kind in ROLES),
    *(("pruning", {"closed": closed, "tint": "gradient"}) for closed in ("zz", "e*", "d*", "c*", "e*,d*,c*")),
    *(("pruning", {"model": model, "measured": "true"}) for model in (PLAIN, OTHER, "en-fr-transformer", DEFAULT)),
    ("race", {"text": TEXT, "exact": "true", "mbr": "true", "reference": TEXT}),
    ("race", {"text": TEXT, "predict": "true"}),
    *(("beam", {"pick": pick}) for pick in ("-4.5/6, -3.2/4, -7.2/9", "-1/2, -3/4", "x")),
    *(("beam", {"tab": "wider", "text": TEXT, "reference": TEXT, "predict": predict}) for predict in ("true", "false")),
    ("bottleneck", {"text": TEXT}),
    *(("sampling", {"tab": tab, "predict": "true"}) for tab in ("samples", "mbr")),
    ("sampling", tries("sampling")["board"]),
    ("sampling", {"tab": "mbr", "without": "0"}),
    *(("sampling", {"tau": heat, "topk": cut, "tab": tab}) for heat, cut, tab in SAMPLED),
    ("order", {"model": "fr-en-transformer"}),
    ("alignment", {"text": "語" * 130, "target": "語" * 130}),
    *(("live", {"regime": regime}) for regime in REGIME_OPTIONS),
    *(("live", dict(zip(HAS["rnn-additive"], values, strict=True))) for values in together("rnn-additive")),
    *(("live", {"kind": "transformer", "positions": value}) for value in DETAILS["positions"]),
    *(("models", {"model": model}) for model in WAYS),
    *(
        ("transformer", {"inside": view, "predict": predict})
        for view in ("families", "gradients", "cache")
        for predict in ("true", "false")
    ),
    ("transformer", {"model": PLAIN}),
    ("transformer", {"inside": "families", "model": "de-en-transformer"}),
    ("transformer", {"inside": "gradients", "model": "de-en-transformer"}),
    *(
        ("positions", {"view": view, "beside": way})
        for view in ("matrix", "distance")
        for way in ("learned", "rotary", "alibi")
    ),
    *(("positions", {"view": view}) for view in ("waves", "added", "why")),
    *(("positions", {"view": view, "predict": "true"}) for view in ("small", "waves", "distance", "rotation", "added")),
    ("positions", {"view": "waves", "dims": "x"}),
    ("positions", {"view": "added", "model": PLAIN}),
    *(
        ("positions", {"model": model, "view": "small"})
        for model in (PLAIN, *(f"en-de-transformer-{way}" for way in ("learned-positions", "no-positions", "rotary")))
    ),
    ("positions", {"view": "why", "model": "de-en-transformer"}),
    *(("attention", {"view": view, "predict": "true"}) for view in ("masks", "toy")),
    *(("attention", {"model": model}) for model in (OTHER, PLAIN)),
    ("attention", {"view": "masks"}),
    ("attention", {"view": "masks", "text": TEXT, "other": TEXT}),
]


@pytest.mark.soak
def test_every_sentence_of_the_catalogue_is_read_by_a_page(app, monkeypatch):
    """By the pages as they stand, as links of theirs say, with answers hidden, after a mistake; the rest is a list."""
    texts = Read(EN)
    monkeypatch.setitem(LANGUAGES, "en", (LANGUAGES["en"][0], texts))
    for name in PAGES:
        for address in ({}, {"predict": "true"}, STATES[name]):
            app(name, **address)
    for name, address in VISITS:
        app(name, **address)
    home = app("home")
    for button in [one.key for one in home.button if one.key]:
        home.button(key=button).click().run()
    seldom = {key for line in SELDOM.splitlines() for key in line.rpartition(":")[2].split()}
    unread = set(EN) - texts.keys_read - seldom
    assert not unread, f"no page reads {sorted(unread)}: drop them, or name them in SELDOM"
    assert seldom <= set(EN), f"SELDOM names what is gone: {sorted(seldom - set(EN))}"
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "dashboard").rglob("*.py") if "text" not in path.parts)
    beginnings = tuple(re.findall(r"f[\"']([a-z]+_[a-z_]*)\{", code))
    assert not [key for key in seldom if not (re.search(rf"[\"']{key}[\"']", code) or key.startswith(beginnings))]


def shown(at: AppTest) -> tuple:
    """All that a reader sees, controls included."""
    kinds = ("selectbox", "slider", "number_input", "toggle", "text_input", "text_area", "segmented_control", "radio")
    return everything(at), pictures(at), [(one.key, one.value) for kind in kinds for one in getattr(at, kind)]


def address_of(at: AppTest) -> dict[str, str]:
    """What the page has written into its address."""
    return {name: value if isinstance(value, str) else value[-1] for name, value in at.query_params.items()}


@pytest.mark.parametrize("name", PAGES)
def test_a_link_shows_the_same_page_again_and_in_another_language(app, name):
    asked = {"lang": "ru", "text": "A cat sleeps on the roof."} | STATES[name]
    at = app(name, **asked)
    assert not complaints(at)
    assert address_of(at) == asked, "the page changed its own link"
    for key, value in STATES[name].items():
        kept = f"kept_{key}" if f"kept_{key}" in at.session_state else key
        assert str(at.session_state[kept]).lower() == value.lower(), f"{key} was not read"
    assert shown(app(name, **address_of(at))) == shown(at)
    at.segmented_control(key="lang").set_value("en").run()
    assert not at.exception
    assert title(at) == EN[f"page_{name}"]
    assert address_of(at) | {"lang": "ru"} == asked
    at.segmented_control(key="lang").set_value("ru").run()
    assert address_of(at) == asked


# The page of kinds is another one for each kind; for the others a model of each WAY is enough.


@pytest.mark.parametrize(
    ("name", "model"), [(name, model) for name in READING for model in (MODELS if name == "kinds" else WAYS)]
)
def test_every_page_shows_every_model(app, name, model):
    at = app(name, model=model)
    assert not complaints(at)
    card = cards()[0][model]
    shows = card.family == "transformer" if name == "pruning" else card.attends or name not in ("alignment", "heads")
    assert pictures(at) if shows else at.info


@pytest.mark.parametrize("name", READING)
def test_every_page_shows_the_readers_own_sentence(app, name):
    stored = pictures(app(name))
    at = app(name)
    at.text_input(key="text").set_value(TEXT).run()
    assert not at.exception
    assert not complaints(at)
    assert pictures(at) != stored


@pytest.mark.parametrize("name", PAGES)
def test_every_page_hides_something_from_who_wants_to_guess(app, name):
    at = app(name)
    before = pictures(at), everything(at)
    at.toggle(key="predict").set_value(True).run()
    assert not at.exception
    assert (pictures(at), everything(at)) != before


def test_another_beam_size_grows_another_tree(app):
    at = app("beam", beam="2")
    assert not at.exception
    assert pictures(at) != pictures(app("beam"))


@pytest.mark.parametrize(
    ("name", "given", "least"),
    [
        ("training", {"tab": "regimes"}, 1),
        ("training", {"tab": "regimes", "finding": "curves"}, 1),
        ("live", {"versus": "rnn-plain"}, 1),
        *(("bottleneck", {}, 1), ("order", {}, 1), ("swap", {}, 2), ("models", {}, 1)),
    ],
)
def test_charts_follow_the_schema(app, name, given, least):
    """Altair checks none while a page is drawn, as that takes most of the time."""
    drawn = charts(app(name, text=TEXT, **given))
    assert len(drawn) >= least
    for one in drawn:
        alt.Root.validate(one)
        with pytest.raises(ValidationError):
            alt.Root.validate(one | {"height": "tall"})


def test_another_length_penalty_ranks_again_and_searches_nothing(app, monkeypatch):
    def search(*_):
        raise AssertionError("a length penalty started a search")

    monkeypatch.setattr(searches, "computed", search)
    at = app("beam", alpha="0.0")
    assert not at.exception
    assert pictures(at) != pictures(app("beam"))


@pytest.mark.parametrize("alpha", ["1", "0.50", "0.5"])
def test_a_link_may_write_a_length_penalty_as_any_number(app, alpha):
    at = app("beam", alpha=alpha)
    assert not complaints(at)
    (drawn,) = [json.loads(one.proto.json) for one in at.get("bidi_component") if "search" in one.proto.component_name]
    assert float(drawn["at"]["alpha"]) == float(alpha)


# --- what a person may type


TYPED = [
    "<script>alert(1)</script> <s> runs",
    "😀 Привет $x$ **b** :red[c] `d` \"quotes\" 'single'",
    "?",
    "one\ttwo\x00three\u200b\x1b[0m\nlines\r\nand four",
    "many words " * 455,
]
# With many models or decoders they take long over hundreds of pieces.
SLOW = ("home", "kinds", "training", "bottleneck", "order", "race")


@pytest.mark.parametrize("name", READING)
def test_no_sentence_breaks_a_page(app, name):
    """One after the other, as a reader types them, on one model and on another."""
    longest = [] if name in SLOW else ["".join(map(chr, range(0x4E00, 0x4E00 + LIMIT)))]
    other = "en-de-transformer" if name == "pruning" else OTHER
    for model, texts in ((DEFAULT, TYPED[::2] + longest), (other, TYPED[1::2])):
        at = app(name, model=model)
        for text in texts:
            at.text_input(key="text").set_value(text).run()
            check_what_is_said(at, model, text)


def check_what_is_said(at: AppTest, model: str, text: str) -> None:
    """A page on a sentence that is strange: whole, safe, and with one sentence on each thing that is wrong."""
    assert not at.exception, text
    assert pictures(at), text
    assert not re.search(r"<script|<s>|<b>", "".join(part.proto.body for part in at.get("html"))), text
    assert not [part for part in at.markdown if part.proto.allow_html], text
    pieces = models.model(model).subwords.pieces(text[:LIMIT])
    many, long = len(pieces) > PIECES, len(text) > LIMIT
    unknown = any(piece.unknown for piece in pieces[:PIECES])
    said = complaints(at)
    assert len(said) == (many or long) + unknown, said
    assert sum(sentence.startswith(begins("unknown_pieces")) for sentence in said) == unknown
    if many:
        cut = text[pieces[PIECES].start :]
        assert f"only its first {PIECES} were read" in said[0]
        assert f"Characters cut off ({len(cut)}): {cut[:60]}" in said[0]
    elif long:
        assert f"only its first {LIMIT} were read" in said[0]
        assert f"Cut off ({len(text) - LIMIT}): {text[LIMIT:].strip()[:20]}" in said[0]


@pytest.mark.parametrize("name", READING)
def test_without_a_sentence_a_page_asks_for_one(app, name):
    at = app(name)
    for text in ("", "   ", "\u200b\n"):
        at.text_input(key="text").set_value(text).run()
        assert not at.exception
        assert [part.value for part in at.info] == [EN["sentence_empty"]]
        assert not complaints(at)


# --- what a link may ask

FOOLISH = {
    "home": {"model": "x", "lang": "xx"},
    "step": {"model": "x", "lang": "xx", "step": "-3", "layer": "0", "head": "77", "path": "worst"}
    | {"heat": "9", "topk": "0", "topp": "2", "typicality": "z", "ban": "a|b|c|d|e|f|g|h|i|j|k|l|m"},
    "alignment": {"model": "x", "lang": "xx", "layer": "all", "head": "-1", "units": "letters"},
    "beam": {"model": "x", "lang": "xx", "beam": "99", "alpha": "much", "norm": "<b>", "step": "0.5"}
    | {"ban": "a||b", "stop": "never", "wanted": "-1", "limit": "x", "groups": "0", "diversity": "3"}
    | {"tab": "all", "beta": "9", "both": "1"},
    "race": {"model": "x", "lang": "xx", "beam": "99", "temperature": "5", "seed": "0", "step": "-1"},
    "kinds": {"model": "x", "lang": "xx", "tab": "all", "show": "all", "layer": "9", "head": "all"},
    "transformer": {"model": "x", "lang": "xx", "inside": "all", "box": "<b>", "source": "0", "step": "999"},
    "positions": {"model": "x", "lang": "xx", "view": "none", "seed": "99"},
    "attention": {"model": "x", "lang": "xx", "view": "inside", "attention": "self", "layer": "0", "head": "77"}
    | {"stage": "all", "scale": "2", "mask": "0", "query": "0", "key": "z"},
    "heads": {"model": "x", "lang": "xx", "tab": "all", "parts": "<b>", "part": "self", "layer": "0", "head": "77"}
    | {"units": "letters", "measure": "size", "order": "best", "amount": "z"},
    "training": {"model": "x", "lang": "xx", "tab": "all", "smoothing": "2", "position": "0"},
    "sampling": {
        "model": "x",
        "lang": "xx",
        "tab": "all",
        "samples": "7",
        "tau": "9",
        "draw": "0",
        "drawn": "99",
    }
    | {"topk": "-1", "topp": "2"},
    "pruning": {"model": "x", "lang": "xx", "closed": "e0.1", "by": "chance", "tint": "<b>"},
    "bottleneck": {"model": "x", "lang": "xx", "measure": "taste"},
    "order": {"model": "x", "lang": "xx", "seed": "99", "words": "1,1"},
    "swap": {"lang": "xx"},
    "models": {"lang": "xx", "model": "x", "tab": "all"},
    "live": {
        "lang": "xx",
        "task": "fly",
        "kind": "<b>",
        "own_width": "33",
        "regime": "sticks",
        "versus": "me",
        "cell": "z",
    },
}


FOOLISH_TABS = {
    ("kinds", ("tab", "numbers")): {"step": "0", "layer": "9", "head": "all"},
    ("training", ("tab", "schedules"), ("way", "plans")): {"update": "-1", "half": "0", "warmup": "many"},
    ("training", ("tab", "schedules")): {"way": "all", "mixed": "-1"},
    ("training", ("tab", "regimes"), ("finding", "curves")): {"axis": "years"},
    ("beam", ("tab", "wider")): {"map": "<b>", "result": "taste"},
    ("sampling", ("tab", "mbr")): {"utility": "<b>", "candidates": "all", "without": "0"},
    ("positions", ("view", "matrix")): {"length": "1", "width": "0", "base": "e", "row": "-1", "column": "999"}
    | {"beside": "<b>", "form": "flat"},
}
WISHES = [(name, {}, foolish) for name, foolish in FOOLISH.items()]
WISHES += [(name, dict(given), foolish) for (name, *given), foolish in FOOLISH_TABS.items()]


@pytest.mark.parametrize(("name", "given", "foolish"), WISHES)
def test_each_foolish_wish_of_a_link_is_answered_by_one_sentence(app, name, given, foolish):
    at = app(name, **given, **foolish)
    assert pictures(at)
    said = complaints(at)
    for key, value in foolish.items():
        found = [sentence for sentence in said if f" {plain(key)}={plain(value)}, which there is not" in sentence]
        assert len(found) == 1, (key, said)
        assert re.search(r"\(valid: [^)]+\); .+ is shown instead", found[0])
    assert len(said) == len(foolish)
    assert title(at) == EN[f"page_{name}"]


@pytest.mark.parametrize("name", PAGES)
def test_what_a_link_asks_of_other_pages_is_no_mistake(app, name):
    given = {key: value for page in FOOLISH.values() for key, value in page.items() if key not in FOOLISH[name]}
    assert not complaints(app(name, **given, predict="perhaps", nothing="1"))


# --- models that are damaged or missing


@pytest.fixture
def folder_of_models(tmp_path, monkeypatch):
    """The shipped models, as links that a test may replace."""
    folder = tmp_path / "models"
    for file in PRETRAINED.glob("*/*"):
        (folder / file.parent.name).mkdir(parents=True, exist_ok=True)
        (folder / file.parent.name / file.name).symlink_to(file)
    monkeypatch.setattr(folders, "MODELS", folder)
    st.cache_resource.clear()
    yield folder
    st.cache_resource.clear()


def put(file: Path, content: bytes | None) -> None:
    """Put other content in a link's place, or none."""
    file.unlink()
    if content is not None:
        file.write_bytes(content)


def wrong_sum(card: bytes) -> bytes:
    """A card that names another sha256."""
    content = json.loads(card)
    content["sha256"][TOKENIZER] = "0" * 64
    return json.dumps(content).encode()


DAMAGE = {  # the file, what becomes of its bytes, and the words that say so
    "no weights": (WEIGHTS, lambda _: None, "has no model.safetensors"),
    "no tokenizer": (TOKENIZER, lambda _: None, "has no tokenizer.json"),
    "no card": (CARD, lambda _: None, "has no card.json"),
    "half a card": (CARD, lambda card: card[: len(card) // 2], "is not readable JSON"),
    "a foreign card": (CARD, lambda _: b'{"hidden_size": 512}', "is not a model card of this version"),
    "half the weights": (WEIGHTS, lambda weights: weights[: len(weights) // 2], "sha256"),
    "foreign weights": (WEIGHTS, lambda _: b"PK\x03\x04 a zip", "sha256"),
    "another's tokenizer": (TOKENIZER, lambda _: b"{}", "sha256"),
    "a wrong sha256": (CARD, wrong_sum, "sha256"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_model_is_named_and_the_others_go_on(app, folder_of_models, damage):
    file, change, words = DAMAGE[damage]
    put(folder_of_models / DEFAULT / file, change((PRETRAINED / DEFAULT / file).read_bytes()))
    others = ("bottleneck", "order", "positions", "transformer")  # which ask others, or none
    asking = [name for name in READING if name not in others]
    for name in asking if damage == "half the weights" else ("home", "alignment"):
        at = app(name, text=TEXT)
        reasons = [one for one in complaints(at) if words in one.replace("\\", "")]
        assert len(reasons) == 1, (name, complaints(at))
        assert DEFAULT in reasons[0].replace("\\", "")
        for box in (one for one in at.selectbox if one.key == "model"):
            box.set_value("en-de-transformer" if name == "pruning" else OTHER).run()  # which has heads
        assert not at.exception
        assert not at.error
        assert pictures(at), name


def test_the_reason_why_a_model_is_left_out_is_no_markdown(app, folder_of_models):
    (folder_of_models / ":red[a] **b**").mkdir()
    (said,) = complaints(app("models"))
    assert said.startswith("1 of the model folders")
    assert r"\:red\[a\] \*\*b\*\*" in said


@pytest.mark.parametrize("content", [None, b"{", b"{}", b'{"hypotheses": []}'])
def test_without_its_stored_example_a_model_works_all_the_same(app, folder_of_models, content):
    put(folder_of_models / DEFAULT / EXAMPLE, content)
    for name in READING if content is None else READING[:1]:  # all read it in one place
        at = app(name, text=TEXT)
        assert pictures(at), name
        assert not complaints(at)


@pytest.mark.parametrize("name", READING)
def test_without_models_a_page_says_how_to_get_one(app, folder_of_models, monkeypatch, name):
    monkeypatch.setattr(folders, "MODELS", folder_of_models / "nothing")
    at = app(name)
    assert [part.value for part in at.error] == [EN["models_none"]]
    assert "python -m core train" in EN["models_none"]
    assert title(at) == EN[f"page_{name}"]


# --- a disk that takes nothing


@pytest.fixture
def full_disk(monkeypatch, tmp_path):
    """Every file that is opened for writing fails, as on a disk without room (permissions would not bind root)."""

    def refuse(path, flags):
        if isinstance(path, str | bytes | os.PathLike) and flags and not os.fsdecode(path).startswith("/dev/"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), os.fsdecode(path))

    real_open, real_os_open = builtins.open, os.open
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT

    def opened(file, mode="r", *rest, **more):
        refuse(file, set(mode) & set("wax+"))
        return real_open(file, mode, *rest, **more)

    def os_opened(path, flags, *rest, **more):
        refuse(path, flags & writing)
        return real_os_open(path, flags, *rest, **more)

    monkeypatch.setattr(builtins, "open", opened)
    monkeypatch.setattr(io, "open", opened)
    monkeypatch.setattr(os, "open", os_opened)
    with pytest.raises(OSError, match="No space left"):
        (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match="No space left"):
        os.open(tmp_path / "file", os.O_CREAT | os.O_WRONLY)


@pytest.mark.parametrize("name", PAGES)
def test_a_full_disk_takes_nothing_from_a_page(app, full_disk, name):
    at = app(name, text="A dog runs on a full disk.")
    assert pictures(at)
    assert not complaints(at)


def test_what_is_saved_is_made_in_memory(full_disk):
    trace = resources.stored(DEFAULT)
    rows = beam_tree.table(trace)
    read = list(csv.DictReader(io.StringIO(explain.csv_text(rows).decode("utf-8-sig"))))
    assert [row["token"] for row in read] == [row["token"] for row in rows]
    assert from_json(json.loads(explain.trace_text(trace))).hypotheses[0].text == trace.hypotheses[0].text


def test_no_cell_that_is_saved_is_a_formula_and_numbers_stay_numbers():
    cells = ["=1+1", "+1-1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "-", "−5", "-0.5", "+1e3", -0.5, "a=b", "", None]
    saved = explain.csv_text([{"=name": cell, "kept": "x"} for cell in cells]).decode("utf-8-sig")
    (first, *_), *rows = csv.reader(io.StringIO(saved, newline=""))
    assert first == "'=name"
    assert [row[0] for row in rows] == [
        *("'=1+1", "'+1-1", "'-1+1", "'@SUM(1)", "'\t=1", "'\r=1", "'-", "−5", "-0.5", "+1e3", "-0.5", "a=b", "", ""),
    ]


# --- directions

BEST = {"en-de": DEFAULT, "en-fr": "en-fr-everyday", "de-en": "de-en-transformer", "fr-en": "fr-en-transformer"}


def sentence_of(at: AppTest) -> tuple[str, str]:
    """The name of the field for the sentence, and what stands there."""
    return at.text_input(key="text").label, at.text_input(key="text").value


def asked(model: str) -> tuple[str, str]:
    """The same as a page should have it for a model: its language, and the model's own example."""
    return EN[f"sentence_{cards()[0][model].source}"], resources.stored(model).text


def test_there_is_a_model_for_every_direction():
    assert set(BEST) == {direction(card) for card in cards()[0].values()}


@pytest.mark.parametrize("model", BEST.values())
@pytest.mark.parametrize("name", READING)
def test_every_page_asks_for_a_sentence_that_its_model_can_read_or_offers_another(app, name, model):
    at = app(name, model=model)
    assert sentence_of(at) == asked(model)
    assert not complaints(at)
    others = [part for part in at.info if part.value.startswith(begins("direction_other"))]
    assert len(others) == (name in ("bottleneck", "order") and model != DEFAULT)
    for _ in others:
        at.button(key="turn").click().run()
        assert not at.exception
        assert sentence_of(at) == asked(DEFAULT)
        assert not at.info
    assert pictures(at)


def test_a_direction_brings_its_best_model_and_a_sentence_and_each_language_keeps_its_own(app):
    at = app("home")
    assert set(at.selectbox(key="direction").options) == {"EN → DE", "DE → EN", "EN → FR", "FR → EN"}
    at.text_input(key="text").set_value(TEXT).run()
    for way, model in BEST.items():
        at.selectbox(key="direction").set_value(way).run()
        assert not at.exception
        assert at.selectbox(key="model").value == model
        assert sentence_of(at) == ((EN["sentence_en"], TEXT) if way.startswith("en") else asked(model))
    to_page(at, "kinds").run()
    assert sentence_of(at) == asked("fr-en-transformer")
    at.selectbox(key="direction").set_value("en-de").run()
    assert sentence_of(at) == (EN["sentence_en"], TEXT)


def test_models_stand_family_by_family_the_best_first_with_what_they_know_and_their_score(app):
    options = app("step").selectbox(key="model").options
    assert options[0] == "Transformer, taught by a model · photo captions · BLEU 40.6"
    families = [option.partition(" ")[0].strip(",:") for option in options]
    assert families == sorted(families, key=["Transformer", "RNN"].index)
    assert all(re.search(r" · (photo captions|everyday sentences) · BLEU \d\d\.\d$", option) for option in options)


def test_a_model_of_letters_is_asked_for_letters(app, monkeypatch):
    known = cards()[0]
    own = replace(known[DEFAULT], name="my-1", source="letters", target="letters", corpus="copy")
    own = replace(own, training={"filmed": "s e q", "steps": 3})
    monkeypatch.setattr(resources, "known", lambda: known | {"my-1": own})
    at = app("step", text=TEXT)
    at.selectbox(key="direction").set_value("letters-letters").run()
    assert at.selectbox(key="model").value == "my-1"
    assert sentence_of(at) == (EN["sentence_letters"], "s e q")
    at.selectbox(key="direction").set_value("en-de").run()
    assert sentence_of(at) == (EN["sentence_en"], TEXT)


TRIES = [(name, chip) for name in PAGES for chip in tries(name)]


@pytest.mark.parametrize(("name", "chip"), TRIES)
def test_a_chip_does_what_is_to_try_and_the_page_is_otherwise_as_by_default(app, name, chip):
    at, values = app(name, **STATES[name]), tries(name)[chip]
    before = pictures(at), everything(at)
    at.button(key=f"try_{chip}").click().run()
    assert not at.exception
    assert not complaints(at)
    assert (pictures(at), everything(at)) != before
    page = values.get("page", name)
    assert title(at) == EN[f"page_{page}"]
    state = at.session_state
    asked = {key: str(value) for key, value in values.items() if key != "page"}
    for key in asked.keys() - {"dims"}:  # which that view does not draw
        assert str(state[f"kept_{key}" if f"kept_{key}" in state else key]) == asked[key], key
    for key in STATES[page].keys() - {*SHARED, *asked}:
        assert f"link_{key}" not in state or state[f"link_{key}"] is None, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_says_in_a_line_what_is_seen_and_what_can_be_tried(language):
    say = catalogue(language)
    for name in PAGES:
        assert len(say[f"{name}_see"]) <= 110, name
        assert tries(name), name
        assert all(len(say[f"{name}_try_{chip}"]) <= 32 for chip in tries(name)), name


def test_every_term_is_written_in_every_language_and_stands_on_its_page():
    for language in LANGUAGES:
        words = [getattr(term, language) for term in TERMS]
        assert all(words)
        assert len(set(words)) == len(words)
        assert all(catalogue(language)[term.means].endswith(".") for term in TERMS)
    for term in TERMS:
        assert term.page in PAGES, term
        room = APP.parent / "views" / term.page
        written = "".join(file.read_text("utf-8").lower() for file in room.iterdir() if file.suffix in (".py", ".js"))
        assert all(word in written for word in re.findall(r"\w+", term.en.lower())), term


def test_every_word_of_a_models_name_is_explained():
    for language in LANGUAGES:
        say = catalogue(language)
        for name, label in model_labels(cards()[0], say).items():
            card = cards()[0][name]
            unexplained = label.split(" · ")[0].lower().removeprefix("rnn: ")
            for word in meanings(say, card):
                unexplained = unexplained.replace(word.lower(), "")
            assert unexplained.strip(", ") == "", label


def test_a_model_has_one_name_on_all_pages(app):
    labels = model_labels(cards()[0], EN)
    assert len(set(labels.values())) == len(labels)
    for name in ("home", "order"):
        cells = re.findall(r"<td[^>]*>((?:RNN|Transformer)[^<]* · [^<]*)</td>", everything(app(name)))
        assert cells
        assert {html.unescape(cell) for cell in cells} <= set(labels.values())


@pytest.mark.parametrize("page", ["training", "alignment"])
def test_a_page_names_the_spelling_that_a_model_likes_better_than_the_tokenizers(page, app):
    asked = {"model": "en-de-transformer", "text": "A little kid is walking next to red banners."}
    cut = "Cut as Ein kleines Kind geht neben roten B ·ann ·ern vorbei"
    for target, named in (("Ein kleines Kind geht neben roten Bannern vorbei.", True), ("Ein Kind.", False)):
        at = app(page, target=target, **asked)
        assert any(caption.value.startswith(cut) for caption in at.caption) == named


def test_no_rule_asks_for_what_a_whole_page_holds():
    """Whatever opens, closes or is hovered would style the page anew: 15 ms a time, and four times a choice."""
    rules = (Path(beginning.__file__).parent / "page.css").read_text("utf-8")
    asks = re.findall(r"^\s*(?::root|html|body)[^{]*:has\(|\*\):has\(|:has\([^{]*\) *~ *\*", rules, re.MULTILINE)
    assert not asks, asks
