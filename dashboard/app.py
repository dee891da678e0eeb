"""The dashboard: `python run.py`, or `streamlit run dashboard/app.py`."""

import sys
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # Streamlit puts this file's own folder there
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from dashboard import controls, parameters, resources  # noqa: E402
from dashboard.components.shell import LABELS, Entry, shell, wishes  # noqa: E402
from dashboard.pages import GROUPS, PAGES, TABLE, following, script  # noqa: E402
from dashboard.terms import TERMS  # noqa: E402
from dashboard.text import LANGUAGES, Texts  # noqa: E402

SIDEBAR = 200  # px, Streamlit's least


def main() -> None:
    """Frame every page: menu, language, link, keys, the next page, one sentence on each thing that is wrong."""
    st.set_page_config("Seqscope", str(Path(__file__).parent / "icon.svg"), "wide", SIDEBAR)
    st.html(Path(__file__).parent / "page.css")
    st.session_state["refused"] = []
    wish = wishes()
    parameters.travel(wish.address)
    if resources.rejoin(wish.tab):
        parameters.travel(wish.opened)
    if wish.model in resources.known():
        parameters.take("model", wish.model)
    say = controls.texts()
    pages = {
        name: st.Page(script(name), title=title(say, name), url_path=name, default=name == PAGES[0]) for name in PAGES
    }
    menu = {group and say[f"menu_{group}"]: [pages[name] for name in names] for group, names in GROUPS.items()}
    page = st.navigation(menu, position="sidebar", expanded=True)
    name = page.url_path or PAGES[0]
    if wish.page in pages and wish.page != name:
        st.switch_page(pages[wish.page], query_params={})  # without, Streamlit refuses to drop the bound ones
    parameters.enter(name)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="top"):
        st.html(f"<h1>{escape(say[f'page_{name}'])}</h1>")  # it waits for the same script as the style sheet
        labels = {label: say[f"shell_{label}"] for label in LABELS}
        shell(
            name,
            [(listed.name, listed.key) for listed in TABLE],
            entries(say),
            keys(say, name),
            labels,
            resources.keeps(),
        )
        controls.language(say)
    notes = st.container()
    _, broken = resources.shipped()
    if broken:
        reasons = controls.plain("; ".join(broken.values()))
        st.warning(say["models_broken"].format(count=len(broken), reasons=reasons))
    page.run()
    parameters.travel(None)  # a part of the page that runs again by itself has arrived
    if after := following(name):
        st.page_link(pages[after], label=say["next"].format(page=say[f"page_{after}"]), icon=":material/arrow_forward:")
    for refused in st.session_state["refused"]:
        notes.warning(say["link_refused"].format(**controls.escaped(refused._asdict())))
    resources.warm_up()


def title(say: Texts, page: str) -> str:
    """How the menu calls a page."""
    return say["menu_home"] if page == PAGES[0] else say[f"page_{page}"]


def keys(say: Texts, page: str) -> list[tuple[str, str]]:
    """Every key of a page and what it does."""
    lines = (say["keys"] + "\n" + say[f"keys_{page}"]).splitlines()
    named = [tuple(line.split(" — ", 1)) for line in lines if line]
    return named + [(f"{number}, g {listed.key}", say[f"page_{listed.name}"]) for number, listed in enumerate(TABLE, 1)]


def entries(say: Texts) -> list[Entry]:
    """What can be found by typing: pages and terms by their words in every language, models by their labels."""
    pages = []
    for name, group, *_ in TABLE:
        every = [texts for _, texts in LANGUAGES.values()]
        words = [word for texts in every for word in (title(texts, name), texts.get(f"menu_{group}", ""))]
        pages.append(Entry("page", name, title(say, name), say.get(f"menu_{group}", ""), " ".join(words)))
    labels, local = resources.labels(say).items(), say["locale"]
    cards = resources.known()
    attends = " ".join(term.en + " " + term.ru for term in TERMS if term.en == "attention")
    models = [
        Entry("model", name, label, say["model"], f"{name} {label} {attends if cards[name].attends else ''}")
        for name, label in labels
    ]
    terms = [
        Entry("page", term.page, getattr(term, local), title(say, term.page), f"{term.en} {term.ru}", say[term.means])
        for term in TERMS
    ]
    return pages + terms + models  # a term says what models are called by


main()
