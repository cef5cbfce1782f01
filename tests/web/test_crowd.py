"""Who has to make room when there are too many connections."""

import sys

import pytest

from playground.web.crowd import MOST, OTHER_FILES, Crowd, room_for_files


class Line:
    """A connection that tells whether it had to go."""

    gone = False

    def make_room(self) -> None:
        self.gone = True


def lines(crowd: Crowd, count: int, host: str = "203.0.113.7") -> list[Line]:
    made = [Line() for _ in range(count)]
    assert [crowd.enter(line, host) for line in made] == [True] * count
    return made


def test_the_one_that_has_waited_longest_makes_room() -> None:
    crowd = Crowd(3)
    first, second, third = lines(crowd, 3)
    crowd.work(first)
    (fourth,) = lines(crowd, 1)
    assert [line.gone for line in (first, second, third, fourth)] == [False, True, False, False]


def test_where_all_are_answered_another_is_refused() -> None:
    crowd = Crowd(2)
    first, second = lines(crowd, 2)
    for line in (first, second):
        crowd.work(line)
    assert not crowd.enter(Line(), "203.0.113.8")
    crowd.leave(first)
    assert crowd.enter(Line(), "203.0.113.8")
    assert not second.gone


def test_few_may_only_wait() -> None:
    crowd = Crowd(10, waiting=2)
    first, second, third = lines(crowd, 3)
    assert (first.gone, second.gone, third.gone) == (True, False, False)


def test_one_that_was_answered_waits_anew() -> None:
    crowd = Crowd(2)
    first, second = lines(crowd, 2)
    crowd.work(first)
    crowd.wait(first)
    lines(crowd, 1)
    assert (first.gone, second.gone) == (False, True)


def test_one_address_does_not_take_the_place_of_others() -> None:
    crowd = Crowd(10, of_one=2)
    greedy = lines(crowd, 2)
    (other,) = lines(crowd, 1, "203.0.113.8")
    for line in greedy:
        crowd.work(line)
    assert not crowd.enter(Line(), "203.0.113.7")
    lines(crowd, 1, "203.0.113.8")
    assert not other.gone
    crowd.leave(greedy[0])
    lines(crowd, 1)


def test_one_household_is_one_address() -> None:
    crowd = Crowd(10, of_one=1)
    crowd.work(lines(crowd, 1, "2001:db8::1")[0])
    assert not crowd.enter(Line(), "2001:db8::2")
    assert crowd.enter(Line(), "2001:db8:0:1::1")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "10.0.0.9"])
def test_a_proxy_and_this_machine_stand_for_many(host: str) -> None:
    crowd = Crowd(10, of_one=1, trusted=("10.0.0.0/24",))
    for line in lines(crowd, 5, host):
        crowd.work(line)
    assert crowd.enter(Line(), host)


def test_more_files_may_be_open_than_there_are_connections() -> None:
    room = room_for_files()
    assert 0 < room <= MOST
    if sys.platform != "win32":
        import resource  # noqa: PLC0415

        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert soft == resource.RLIM_INFINITY or room <= max(soft - OTHER_FILES, soft // 2)
