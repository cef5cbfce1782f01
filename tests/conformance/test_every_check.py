"""Each of the 70 checks has a test that is named after it."""

import re
from pathlib import Path

FOLDER = Path(__file__).parent
README = (FOLDER / "README.md").read_text()


def test_every_check_has_a_test() -> None:
    names = [name for path in FOLDER.glob("test_*.py") for name in re.findall(r"def test_(\d\d)_", path.read_text())]
    assert sorted(set(names)) == [f"{number:02}" for number in range(1, 71)]


def test_the_readme_says_what_each_is_about() -> None:
    rows = re.findall(r"^\| (\d+) \|", README, re.MULTILINE)
    assert rows == [str(number) for number in range(1, 71)]
