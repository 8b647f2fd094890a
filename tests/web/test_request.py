from __future__ import annotations

import pytest

from rag.errors import InputError
from rag.web.essay_view import Place
from rag.web.request import Request
from rag.web.wording import CHINESE, ENGLISH


def test_a_request_gives_its_fields():
    request = Request.read(
        {"owner": "k" * 32, "language": "en", "turn": 3, "path": ["一、"], "places": [[1, 0, 5]], "name": "名"}
    )
    assert request.owner == "k" * 32
    assert request.wording is ENGLISH
    assert request.read_number("turn") == 3
    assert request.read_path() == ("一、",)
    assert request.read_places() == [Place(1, 0, 5)]
    assert request.read_text("name") == "名"


def test_what_is_left_out_has_a_default_where_there_is_one():
    request = Request.read({})
    assert request.wording is CHINESE
    assert request.read_path() == ()
    assert request.read_places() == []
    assert request.read_text("conversation", "") == ""


def test_half_a_surrogate_pair_becomes_a_question_mark():
    assert Request.read({"question": "桥\ud83c？"}).read_text("question") == "桥?？"


@pytest.mark.parametrize("payload", [None, [], "x", 3])
def test_only_an_object_is_a_request(payload):
    with pytest.raises(InputError):
        Request.read(payload)


@pytest.mark.parametrize(
    "read",
    [
        lambda: Request.read({"owner": "short"}).owner,
        lambda: Request.read({}).owner,
        lambda: Request.read({"name": 3}).read_text("name"),
        lambda: Request.read({}).read_text("name"),
        lambda: Request.read({"turn": "3"}).read_number("turn"),
        lambda: Request.read({"turn": True}).read_number("turn"),
        lambda: Request.read({"turn": -1}).read_number("turn"),
        lambda: Request.read({"turn": 2**63}).read_number("turn"),
        lambda: Request.read({"path": "一、"}).read_path(),
        lambda: Request.read({"path": [1]}).read_path(),
        lambda: Request.read({"places": {}}).read_places(),
        lambda: Request.read({"places": [[1, 2]]}).read_places(),
        lambda: Request.read({"places": [[1, 2, "3"]]}).read_places(),
        lambda: Request.read({"places": [[1, 2, 3]] * 201}).read_places(),
        lambda: Request.read({"language": 5}).wording,
    ],
)
def test_what_is_not_what_it_must_be_is_refused(read):
    with pytest.raises(InputError):
        read()
