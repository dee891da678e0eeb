"""The dashboard: `python run.py`, or `streamlit run dashboard/app.py`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # Streamlit puts this file's own folder there
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from dashboard import controls, resources  # noqa: E402

PAGES = {"translate": "views/translate.py"}  # the name is the address; its title stands in the catalogues


def main() -> None:
    """Frame every page: navigation, language, one sentence on each broken model folder."""
    st.set_page_config("Seqscope", str(Path(__file__).parent / "icon.svg"), layout="wide")
    say = controls.texts()
    pages = [
        st.Page(file, title=say[f"page_{name}"], url_path=name, default=number == 0)
        for number, (name, file) in enumerate(PAGES.items())
    ]
    page = st.navigation(pages, position="top")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(page.title, width="stretch")
        controls.language(say)
    _, broken = resources.shipped()
    if broken:
        st.warning(say["models_broken"].format(count=len(broken), reasons="; ".join(broken.values())))
    page.run()


main()
