"""The tab with minimum Bayes risk: candidates against samples that vote, the mean that decides, who wins and why."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.decoding.mbr import expected_utility
from core.decoding.ranking import distinct
from core.options import CANDIDATES, UTILITIES, SamplingOptions
from core.records import Hypothesis
from dashboard import answers, controls, explain, parameters, resources
from dashboard.beginning import Query
from dashboard.controls import Texts
from dashboard.views.sampling import ballot, board_figure


class Vote(NamedTuple):
    """The candidates, best first, their utility against every sample, (N, M), and the mean over the `voters`."""

    candidates: tuple[Hypothesis, ...]
    matrix: np.ndarray
    means: np.ndarray
    voters: tuple[int, ...]

    @property
    def likeliest(self) -> int:
        """The place of the candidate that the model itself finds likeliest; of equals the better."""
        return max(range(len(self.candidates)), key=lambda place: self.candidates[place].total)


def show(say: Texts, query: Query, options: SamplingOptions, drawn: Sequence[Hypothesis], row: DeltaGenerator) -> None:
    """The tab, top to bottom; who is to guess sees the candidates as they came, without their means."""
    with row:
        utilities = {name: say[f"utility_{name}"] for name in UTILITIES}
        utility = parameters.choice("utility", say["mbr_utility"], utilities, UTILITIES[0], tip=say["mbr_utility_help"])
        choices = {name: say[f"mbr_from_{name}"] for name in CANDIDATES}
        source = parameters.one_of_many("candidates", say["mbr_candidates"], choices, "both")
    searched = () if source == "samples" else beam(say, query)
    if searched is None:
        return
    out = ballot.left_out(say, len(drawn), ballot.named(query.model, query.text, options))
    vote = voted(searched, drawn, utility, source, out)
    hidden = query.predict and not guessed(say, vote)
    figure = board_figure.board(words(say, utility), vote.candidates, vote.matrix, vote.means, vote.voters, hidden)
    winner, compared = described(say, vote, utility)
    description = say["mbr_hidden"] if hidden else f"{winner} {compared}"
    explain.plot("board", figure, description)
    if hidden:
        return
    st.markdown(f"**{controls.plain(winner)}** {controls.plain(compared)}")
    ballot.ballot(say, [sample.text for sample in drawn], out)
    st.caption(say["mbr_meaning"])
    explain.formula(say, board_figure.expected(vote.matrix[0], vote.voters), say["mbr_formula"])
    explain.show_data(say, "board", lambda: board_figure.table(vote.candidates, vote.matrix, vote.means), description)


def beam(say: Texts, query: Query) -> tuple[Hypothesis, ...] | None:
    """What a beam search of the usual width finished; None, after one sentence, if the model can't read it."""
    trace = answers.trace(say, query.model, query.text)
    return trace and trace.hypotheses


def voted(
    searched: Sequence[Hypothesis], drawn: Sequence[Hypothesis], utility: str, source: str, out: frozenset[int]
) -> Vote:
    """The vote of all samples but those left `out` (numbers, from 1), who stay candidates."""
    candidates = distinct(searched if source == "beam" else (*searched, *drawn))
    references = tuple(sample.text for sample in drawn)
    matrix = resources.utilities(tuple(candidate.text for candidate in candidates), references, utility)
    voters = tuple(index for index in range(len(drawn)) if index + 1 not in out)
    means, order = expected_utility(matrix, voters)
    return Vote(tuple(candidates[place] for place in order), matrix[order], means[order], voters)


def words(say: Texts, utility: str) -> dict[str, str]:
    """The texts of the figure."""
    texts = {name: say[f"mbr_{name}"] for name in ("samples", "mean", "hover")}
    return texts | {"empty": say["paths_empty"], "utility": say[f"utility_{utility}"]}


def guessed(say: Texts, vote: Vote) -> bool:
    """Whom the vote picks, among those that other rules would pick; whether it has been answered."""
    places = dict.fromkeys([0, vote.likeliest, *range(1, len(vote.candidates))])
    some = sorted(list(places)[:4], key=lambda place: vote.candidates[place].text)
    if len(some) < 2:
        return True
    texts = [vote.candidates[place].text or say["paths_empty"] for place in some]
    facts = {"text": vote.candidates[0].text, "mean": f"{vote.means[0]:.1f}"}
    question = explain.question(say, "mbr", [some.index(0)], texts, **facts)
    return explain.questions(say, "mbr_quiz", [question]) == 1


def described(say: Texts, vote: Vote, utility: str) -> tuple[str, str]:
    """Who wins and why; how that differs from the likeliest."""
    likeliest = vote.likeliest
    names = [vote.candidates[place].text or say["paths_empty"] for place in (0, likeliest)]
    facts = {"utility": say[f"utility_{utility}"], "votes": len(vote.voters), "candidates": len(vote.candidates)}
    facts |= {"text": names[0], "mean": f"{vote.means[0]:.1f}", "likeliest": names[1], "place": likeliest + 1}
    facts |= {"other": f"{vote.means[likeliest]:.1f}"}
    kind = "differs" if likeliest else "same"
    return say["mbr_described"].format(**facts), say[f"mbr_{kind}"].format(**facts)
