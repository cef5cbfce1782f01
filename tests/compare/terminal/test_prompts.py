"""Files of prompts: what is read from them, and what is refused by its line before anything is sent."""

from pathlib import Path

import pytest

from playground.compare.terminal.prompts import Prompt, PromptsError, read_prompts


def _read(name: str, data: bytes, *, longest: int = 1000) -> tuple[Prompt, ...]:
    path = Path(name)
    path.write_bytes(data)
    return read_prompts(path, longest=longest)


@pytest.mark.parametrize("name", ["a.txt", "A.TXT", "prompts"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_text_has_a_prompt_on_each_line_that_is_not_empty(name: str, start: bytes, end: bytes) -> None:
    found = _read(name, start + end.join([b"one", b"", b"  ", "zwei, größer".encode(), b"three"]))
    assert found == (Prompt("one", 1), Prompt("zwei, größer", 4), Prompt("three", 5))


def test_a_character_that_only_looks_like_the_end_of_a_line_is_none() -> None:
    text = "one\u2028still\x0bone\x85\ntwo"
    assert [prompt.text for prompt in _read("a.txt", text.encode())] == ["one\u2028still\x0bone", "two"]
    line = '{"prompt": "one\u2028still one"}\n{"prompt": "two"}'
    assert [prompt.text for prompt in _read("a.jsonl", line.encode())] == ["one\u2028still one", "two"]


def test_other_columns_of_a_csv_stay_with_their_prompt() -> None:
    data = b'\xef\xbb\xbfid,prompt,kind\r\n\r\n7,"How much,\r\nand why?",hard\r\n8,"Say ""yes""",\r\n'
    assert _read("a.csv", data) == (
        Prompt("How much,\r\nand why?", 3, {"id": "7", "kind": "hard"}),
        Prompt('Say "yes"', 5, {"id": "8", "kind": ""}),
    )


def test_other_fields_of_json_lines_stay_with_their_prompt_as_they_are() -> None:
    data = b'{"prompt": "one", "n": 1.5, "tags": ["a", null]}\r\n\r\n{"prompt": " two "}'
    assert _read("a.jsonl", data) == (Prompt("one", 1, {"n": 1.5, "tags": ["a", None]}), Prompt("two", 3))


@pytest.mark.parametrize(
    ("name", "data", "complaint"),
    [
        ("a.txt", b"", "a.txt: there is no prompt in it."),
        ("a.txt", b"\n \r\n", "a.txt: there is no prompt in it."),
        ("a.txt", b"fine\nf\xfcnf", "a.txt, line 2: this is not UTF-8 text."),
        ("a.txt", b"fine\n\n" + b"x" * 1001, "a.txt, line 3: the prompt has more than 1,000 characters."),
        ("a.json", b"[]", "a.json: prompts are read from .txt, .csv and .jsonl files, not from .json."),
        ("a.csv", b"id,text\n1,hello", "a.csv, line 1: there is no column named prompt, only id, text."),
        ("a.csv", b"prompt,prompt\n1,hello", "a.csv, line 1: two columns have the same name."),
        ("a.csv", b"id,prompt\n1,hello\n2,a,b", "a.csv, line 3: there are 3 columns, and 2 in the header."),
        ("a.csv", b"id,prompt\n1,hello\n2", "a.csv, line 3: there are 1 columns, and 2 in the header."),
        ("a.csv", b"id,prompt\n1,hello\n2, \n", "a.csv, line 3: the prompt is empty."),
        ("a.csv", b'id,prompt\n1,hello\n2,"hel"lo"\n', "a.csv, line 3: this is not CSV: "),
        ("a.csv", b'id,prompt\n1,"hello\n2,a\n', "a.csv, line 2: this is not CSV: "),
        ("a.jsonl", b'{"prompt": "one"}\n{"prompt": "two"', "a.jsonl, line 2: this is not JSON: "),
        ("a.jsonl", b'"one"', "a.jsonl, line 1: this is not a JSON object"),
        ("a.jsonl", b'{"text": "one"}', "a.jsonl, line 1: there is no text named prompt."),
        ("a.jsonl", b'{"prompt": 1}', "a.jsonl, line 1: there is no text named prompt."),
        ("a.jsonl", b'{"prompt": " "}', "a.jsonl, line 1: the prompt is empty."),
    ],
)
def test_what_cannot_be_asked_is_told_with_its_line(name: str, data: bytes, complaint: str) -> None:
    with pytest.raises(PromptsError) as raised:
        _read(name, data)
    assert str(raised.value).startswith(complaint)


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(PromptsError, match=r"nowhere\.txt: No such file"):
        read_prompts(Path("nowhere.txt"), longest=10)
