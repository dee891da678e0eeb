"""The dashboard: `python run.py`, or `streamlit run dashboard/app.py`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # Streamlit puts this file's own folder there
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from dashboard import address, controls, resources  # noqa: E402
from dashboard.components.shell import LABELS, shell  # noqa: E402
from dashboard.pages import GROUPS, PAGES, script  # noqa: E402


def main() -> None:
    """Frame every page: menu, language, link, keys, one sentence on each thing that is wrong."""
    st.set_page_config("Seqscope", str(Path(__file__).parent / "icon.svg"), layout="wide")
    st.html(Path(__file__).parent / "page.css")
    st.session_state["refused"] = []
    say = controls.texts()
    pages = {
        name: st.Page(script(name), title=say[f"menu_{name}"], url_path=name, default=name == PAGES[0])
        for name in PAGES
    }
    menu = {group and say[f"menu_{group}"]: [pages[name] for name in names] for group, names in GROUPS.items()}
    page = st.navigation(menu, position="top")
    name = page.url_path or PAGES[0]
    address.enter(name)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.title(say[f"page_{name}"], width="stretch")
        keys = [tuple(line.split(" — ", 1)) for line in (say["keys"] + "\n" + say[f"keys_{name}"]).splitlines() if line]
        wanted = shell(list(PAGES), keys, {label: say[f"shell_{label}"] for label in LABELS})
        controls.language(say)
    if wanted in pages and wanted != name:
        st.switch_page(pages[wanted], query_params={})  # without, Streamlit refuses to drop the bound ones
    notes = st.container()
    _, broken = resources.shipped()
    if broken:
        reasons = controls.plain("; ".join(broken.values()))
        st.warning(say["models_broken"].format(count=len(broken), reasons=reasons))
    page.run()
    for problem in st.session_state["refused"]:
        notes.warning(problem)
    resources.warm_up()


main()
