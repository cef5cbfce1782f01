from agents import RunContextWrapper

from playground.roster.bad_input import explain


def test_what_we_did_not_write_is_not_passed_on() -> None:
    text = explain(RunContextWrapper(None), OSError("/etc/secret: permission denied"))
    assert "secret" not in text
