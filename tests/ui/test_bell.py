"""Who is woken, and who is sent away."""

from playground.ui.bell import Bell


def test_everyone_who_listens_to_the_tab_is_woken_and_nobody_else() -> None:
    bell = Bell()
    with (
        bell.listen("tab_1", "page_1") as one,
        bell.listen("tab_1", "page_2") as two,
        bell.listen("tab_2", "page_3") as three,
    ):
        bell.ring("tab_1")
        assert [ear.rung for ear in (one, two, three)] == [True, True, False]
        assert [ear.woken.is_set() for ear in (one, two, three)] == [True, True, False]


def test_a_page_that_looks_elsewhere_leaves_where_it_was() -> None:
    bell = Bell()
    with bell.listen("tab_1", "page") as before, bell.listen("tab_2", "page") as now:
        assert before.closed
        assert before.woken.is_set()
        assert not now.closed


def test_the_end_of_the_older_one_does_not_close_the_newer_one() -> None:
    bell = Bell()
    older = bell.listen("tab_1", "page")
    older.__enter__()
    with bell.listen("tab_1", "page") as now:
        older.__exit__(None, None, None)
        bell.ring("tab_1")
        assert now.rung
        bell.leave("page")
        assert now.closed


def test_leaving_without_listening_is_nothing() -> None:
    Bell().leave("page")
    Bell().ring("tab")
