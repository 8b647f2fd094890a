"""The encoder that ships, read without a network; other models and the ways they fail; training from scratch."""

import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import ModelError
from rag.search.encoder import EMBEDDED_FOLDER, Encoder, load_encoder

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


def test_embedded_encoder_needs_no_network() -> None:
    """A fresh process in which every socket raises; the environment says nothing about being offline."""
    script = """
import socket
def refuse(*_, **__):
    raise AssertionError("a socket was opened")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
from rag.search.encoder import load_encoder
vectors = load_encoder().encode(["党员干部要带头学习", "今年的粮食产量"])
print(vectors.shape, vectors.dtype)
"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_"))}
    ran = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "(2, 256) float32\n"), ran.stderr


def test_command_line_starts_without_the_model_package() -> None:
    script = "import sys, rag.search.encoder; print('sentence_transformers' in sys.modules, 'torch' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "False False\n"


def test_rows_are_unit_vectors_in_order(encoder: Encoder) -> None:
    texts = ["机关党建", "a" * 3, "第一章 总则\n第一条 为了规范行政行为", "2024年增长5.8%"]
    vectors = encoder.encode(texts)
    assert vectors.shape == (4, encoder.dimension) == (4, 256)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-6)
    assert encoder.encode(texts[::-1]) == pytest.approx(vectors[::-1], abs=0)


def test_no_texts_and_blank_texts(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 256)
    vectors = encoder.encode(["", " \n\u3000", "。，！", "党建"])
    assert np.count_nonzero(vectors, axis=1).tolist()[:3] == [0, 0, 0]
    assert np.linalg.norm(vectors[3]) == pytest.approx(1.0, abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_a_row_does_not_depend_on_its_batch(encoder: Encoder, texts: list[str]) -> None:
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert np.array_equal(together, alone)
    lengths = np.linalg.norm(together, axis=1)
    assert bool(np.all((lengths == 0) | (np.abs(lengths - 1) < 1e-5)))


def test_script_width_and_case_make_no_difference(encoder: Encoder) -> None:
    plain, *others = encoder.encode(["机关党建与GDP增长5%", "機關黨建與GDP增長5%", "机关党建与ｇｄｐ增长５％"])
    for other in others:
        assert np.array_equal(plain, other)


def test_a_question_is_encoded_as_a_text(encoder: Encoder) -> None:
    question = "怎样加强机关党建？"
    assert np.array_equal(encoder.encode_question(question), encoder.encode([question])[0])


@pytest.mark.parametrize(
    ("question", "related", "unrelated"),
    [
        ("党员干部的作风要怎么改进？", "要整治形式主义、官僚主义，密切联系群众。", "全年粮食总产量稳定在一亿吨以上。"),
        ("机关党建存在哪些问题？", "有的支部对党的工作重视不够，组织生活流于形式。", "汛期要加强水库大坝的巡查。"),
        ("小区没有电梯怎么办？", "推进老旧住宅加装改造，方便居民出行。", "支持企业开拓海外市场，扩大出口。"),
        ("怎么帮年轻人找工作？", "实施高校毕业生就业促进计划，开发岗位。", "加快建设高速公路和铁路网络。"),
        ("看病贵怎么解决？", "深化医药卫生体制改革，提高医保报销比例。", "打击侵犯知识产权的行为。"),
        ("谁来监督政府花钱？", "预算执行情况应当接受人民代表大会和审计机关的监督。", "学校应当开设体育课。"),
        ("孩子上学难", "增加义务教育学位，促进教育公平。", "整治河道污染，保护水源。"),
        ("怎样让空气变好？", "打好蓝天保卫战，减少大气污染物排放。", "弘扬中华优秀传统文化。"),
    ],
)
def test_related_texts_are_nearer(encoder: Encoder, question: str, related: str, unrelated: str) -> None:
    near, far = encoder.encode([related, unrelated]) @ encoder.encode_question(question)
    assert near > far + 0.05


def test_progress_counts_texts(encoder: Encoder) -> None:
    told: list[tuple[int, int | None]] = []
    encoder.encode(["党建"] * 1_500, progress=lambda _, done, total: told.append((done, total)))
    assert told == [(1_024, 1_500), (1_500, 1_500)]


def test_embedded_folder_is_small_and_has_a_card() -> None:
    n_bytes = sum(path.stat().st_size for path in EMBEDDED_FOLDER.rglob("*") if path.is_file())
    assert n_bytes <= 30_000_000
    card = (EMBEDDED_FOLDER / "README.md").read_text(encoding="utf-8")
    for source in ("CMRC 2018", "CC BY-SA 4.0", "CSL", "Apache-2.0", "LawRefBook", "scripts/train_encoder.py"):
        assert source in card


def test_fingerprint_follows_what_decides_a_vector(encoder: Encoder, tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(EMBEDDED_FOLDER, copy)
    (copy / "README.md").write_text("another card", encoding="utf-8")
    assert load_encoder(str(copy)).fingerprint == encoder.fingerprint
    assert encoder.fingerprint.endswith(":256")
    (copy / "folded.txt").unlink()
    unfolded = load_encoder(str(copy))
    assert unfolded.fingerprint != encoder.fingerprint
    assert not np.array_equal(unfolded.encode(["機關黨建"]), encoder.encode(["機關黨建"]))


def test_a_missing_folder_is_a_model_error() -> None:
    with pytest.raises(ModelError, match="there is no encoder in /nowhere/at/all") as caught:
        load_encoder("/nowhere/at/all")
    assert "sentence-transformers" in caught.value.hint


def test_a_folder_that_is_no_model_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="can't be loaded"):
        load_encoder(str(tmp_path))


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "modules.json"])
def test_a_damaged_model_is_a_model_error(tmp_path: Path, name: str) -> None:
    copy = tmp_path / "model"
    shutil.copytree(EMBEDDED_FOLDER, copy)
    path = copy / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ModelError, match="can't be loaded"):
        load_encoder(str(copy))


def test_a_model_of_the_hub_without_a_network_is_a_model_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(ModelError, match="the hub can't be reached") as caught:
        load_encoder("somebody/no-such-model")
    assert "connect to the network once" in caught.value.hint


def test_question_prompt_of_a_model_is_used(encoder: Encoder, tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(EMBEDDED_FOLDER, copy)
    path = copy / "config_sentence_transformers.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["prompts"] = {"query": "为这个句子生成表示："}
    path.write_text(json.dumps(config), encoding="utf-8")
    prompted = load_encoder(str(copy))
    assert np.array_equal(prompted.encode_question("党建"), encoder.encode(["为这个句子生成表示：党建"])[0])
    assert np.array_equal(prompted.encode(["党建"]), encoder.encode(["党建"]))


def _write_rows(path: Path, rows: list[dict]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


THINGS = ["水库", "公路", "学校", "医院", "粮食", "森林", "企业", "社区", "图书", "消防"]
DEEDS = ["由县里的专门机构负责管理", "每年要检查两次并且公布结果", "经费列入同级财政预算", "损坏的应当及时修好"]


@pytest.fixture
def small_corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "train"
    folder.mkdir()
    contexts = [(thing, "".join(f"{thing}{deed}。" for deed in DEEDS)) for thing in THINGS]
    _write_rows(
        folder / "cmrc2018_train.jsonl.gz",
        [
            {
                "title": thing,
                "context": text,
                "qas": [{"question": f"{thing}归谁管？", "answers": [{"text": thing, "answer_start": 0}]}],
            }
            for thing, text in contexts
        ],
    )
    _write_rows(folder / "csl.jsonl.gz", [{"target": f"{thing}_研究", "abstract": text} for thing, text in contexts])
    articles = [{"chapter": thing, "text": text} for thing, text in contexts]
    _write_rows(folder / "laws.jsonl.gz", [{"id": "law-0", "title": "管理条例", "articles": articles}])
    return folder


def test_training_gives_a_model_and_the_same_one_again(small_corpus: Path, tmp_path: Path) -> None:
    script = str(ROOT / "scripts" / "train_encoder.py")
    runs = [
        subprocess.Popen([sys.executable, script, str(small_corpus), "--out", str(out), "--steps", "30", "--seed", "7"])
        for out in (tmp_path / "first", tmp_path / "second")
    ]
    assert [run.wait() for run in runs] == [0, 0]
    first, second = load_encoder(str(tmp_path / "first")), load_encoder(str(tmp_path / "second"))
    assert first.fingerprint == second.fingerprint
    asked = first.encode([f"{thing}归谁管？" for thing in THINGS])
    found = first.encode([f"{thing}\n{thing}{DEEDS[0]}。" for thing in THINGS])
    assert np.argmax(asked @ found.T, axis=1).tolist() == list(range(len(THINGS)))
