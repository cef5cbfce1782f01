"""How often a thing may be done, and who is counted with whom."""

import pytest

from playground.access import rates as module
from playground.access.rates import RATES, Rate, Rates, asked_from, network_of
from playground.errors import TooMany


@pytest.fixture
def rates(monkeypatch: pytest.MonkeyPatch) -> Rates:
    monkeypatch.setattr(module, "RATES", {**RATES, "runs": Rate(3, 5, everyone=8)})
    return Rates(on=True)


def test_a_visitor_may_do_so_much_and_is_told_when_to_come_back(rates: Rates) -> None:
    for _ in range(3):
        rates.take("runs", "vis_1")
    with pytest.raises(TooMany) as refused:
        rates.take("runs", "vis_1")
    assert 1 <= refused.value.retry_after <= 60
    rates.take("runs", "vis_2")


def test_what_is_refused_is_not_counted(rates: Rates) -> None:
    for _ in range(3):
        rates.take("runs", "vis_1")
    for _ in range(10):
        with pytest.raises(TooMany):
            rates.take("runs", "vis_1")
    for name in ("vis_2", "vis_3"):
        rates.take("runs", name, cost=2)


def test_fresh_visitors_of_one_address_are_counted_together(rates: Rates) -> None:
    with asked_from("203.0.113.7"):
        for number in range(5):
            rates.take("runs", f"vis_{number}")
        with pytest.raises(TooMany):
            rates.take("runs", "vis_fresh")
    with asked_from("203.0.113.8"):
        rates.take("runs", "vis_fresh")


def test_where_the_address_says_nothing_all_are_counted_together(rates: Rates) -> None:
    with asked_from("127.0.0.1"):
        for number in range(8):
            rates.take("runs", f"vis_{number}")
        with pytest.raises(TooMany):
            rates.take("runs", "vis_fresh")


def test_one_that_is_larger_than_the_rate_is_taken_alone(rates: Rates) -> None:
    rates.take("runs", "vis_1", cost=1000)
    with pytest.raises(TooMany):
        rates.take("runs", "vis_1")


def test_a_private_playground_counts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RATES", {**RATES, "runs": Rate(1, 1, everyone=1)})
    for _ in range(9):
        Rates().take("runs", "vis_1")


def test_visitors_that_are_made_up_are_forgotten_before_they_fill_the_memory(
    rates: Rates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_KEYS", 100)
    rates.take("runs", "vis_1", cost=3)
    for number in range(150):
        rates.take("requests", f"vis_made_up_{number}")
    rates.take("runs", "vis_1", cost=3)


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("127.0.0.1", None),
        ("127.1.2.3", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("0.0.0.0", None),
        (None, None),
        ("", None),
        ("testclient", None),
        ("203.0.113.7", "203.0.113.7/32"),
        ("::ffff:203.0.113.7", "203.0.113.7/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_an_address_stands_for_a_household(host: str | None, network: str | None) -> None:
    assert network_of(host) == network


def test_a_lively_visitor_is_not_held_up() -> None:
    lanes, questions = 8, 10
    rates = Rates(on=True)
    for _ in range(lanes * questions):  # within a minute
        rates.take("requests", "vis_1")
        rates.take("writes", "vis_1")
        rates.take("runs", "vis_1")
