"""Years: which one a question means, which one a sentence speaks of, and whether they agree."""

from __future__ import annotations

import re

from rag.answer.question import Question

_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?=年|[^0-9])")
_RELATIVE = (("今年", 0), ("本年", 0), ("去年", -1), ("过去一年", -1), ("一年来", -1), ("上年", -1), ("明年", 1))
_PLAN = re.compile(r"目标|预期|力争|计划|安排|重点任务|打算|下一步|今后|思路|规划")
_REVIEW = re.compile(r"回顾|成效|成就|过去|取得|总结")


def years_asked(question: Question, essay_date: str) -> frozenset[int]:
    """The years a question means: those it names, or 今年, 去年, 明年 counted from the essay's own date."""
    if question.years:
        return frozenset(question.years)
    if question.relative_year is not None and essay_date[:4].isdigit():
        return frozenset({int(essay_date[:4]) + question.relative_year})
    return frozenset()


def years_told(text: str, essay_date: str) -> frozenset[int]:
    """The years a folded text speaks of: those it names and those it counts from the essay's own date."""
    years = {int(year) for year in _YEAR.findall(text)}
    if essay_date[:4].isdigit():
        years |= {int(essay_date[:4]) + shift for word, shift in _RELATIVE if word in text}
    return frozenset(years)


def rate_years(asked: frozenset[int], sentence: str, headings: str, essay_date: str) -> float:
    """1 if the sentence, or else its headings, speak of an asked year; -1 if only of others; 0 if of none."""
    if not asked:
        return 0.0
    told = years_told(sentence, essay_date)
    if told & asked:
        return 1.0
    above = years_told(headings, essay_date)
    if above:
        return 1.0 if above & asked else -1.0
    return -0.5 if told else 0.0


def rate_tense(question: Question, asked: frozenset[int], sentence: str, headings: str, essay_date: str) -> float:
    """1 if a result is asked for and told, or a plan asked for and told; -1 if they are crossed; 0 if unclear."""
    essay_year = int(essay_date[:4]) if essay_date[:4].isdigit() else None
    if asked and essay_year is not None:
        wants_plan = min(asked) >= essay_year
    elif question.tense == "open":
        return 0.0
    else:
        wants_plan = question.tense == "planned"
    is_plan, is_review = bool(_PLAN.search(headings)), bool(_REVIEW.search(headings))
    if is_plan == is_review:
        is_plan = bool(_PLAN.search(sentence))
        is_review = False
        if not is_plan:
            return 0.0
    return 1.0 if wants_plan == is_plan else -1.0
