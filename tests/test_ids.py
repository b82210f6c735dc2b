from concurrent.futures import ThreadPoolExecutor

from connector.ids import UlidIds


def test_ids_are_unique_and_grow_even_within_one_millisecond() -> None:
    ids = UlidIds()

    made = [ids.new("evt") for _ in range(20_000)]

    assert len(set(made)) == len(made)
    assert made == sorted(made)
    assert {len(id) for id in made} == {26}


def test_ids_of_many_threads_and_processes_do_not_meet() -> None:
    here, there = UlidIds(), UlidIds()

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda n: (here if n % 2 else there).new("msg"), range(20_000)))

    assert len(set(made)) == len(made)
