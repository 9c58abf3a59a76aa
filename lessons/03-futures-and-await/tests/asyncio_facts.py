"""What chapter 3 says about asyncio, each as an assertion."""

import asyncio


async def three():
    return 3


def awaiting_a_coroutine_twice_is_an_error():
    async def main():
        words = three()
        await words
        try:
            await words
        except RuntimeError as error:
            return str(error)

    assert asyncio.run(main()) == "cannot reuse already awaited coroutine"


def a_forgotten_await_is_an_error_where_the_value_is_compared_by_size():
    async def main():
        words = three()
        try:
            return words > 3_000
        except TypeError as error:
            return str(error)
        finally:
            words.close()

    assert "'coroutine'" in asyncio.run(main())


def a_forgotten_await_is_silent_in_a_condition_a_comparison_for_equality_and_a_string():
    async def main():
        words = three()
        try:
            seen = [bool(words), words == 3, f"{words}".startswith("<coroutine")]
        finally:
            words.close()
        return seen

    assert asyncio.run(main()) == [True, False, True]


def order(start):
    """In which order two coroutines begin and end when `start` runs them."""
    seen = []

    async def fetch(name):
        seen.append(f"{name} begins")
        await asyncio.sleep(0)
        seen.append(f"{name} ends")

    asyncio.run(start(fetch))
    return seen


def asyncios_sleep_is_a_coroutine_so_its_clock_starts_at_the_await():
    nap = asyncio.sleep(1)
    assert asyncio.iscoroutine(nap)
    nap.close()


IN_TURN = ["a begins", "a ends", "b begins", "b ends"]


def coroutines_awaited_one_after_another_do_not_overlap_even_if_made_before():
    async def one_after_another(fetch):
        await fetch("a")
        await fetch("b")

    async def made_first(fetch):
        a, b = fetch("a"), fetch("b")
        await a
        await b

    assert order(one_after_another) == IN_TURN
    assert order(made_first) == IN_TURN


def tasks_made_first_do_overlap():
    async def tasks_first(fetch):
        a, b = asyncio.create_task(fetch("a")), asyncio.create_task(fetch("b"))
        await a
        await b

    assert order(tasks_first)[:2] == ["a begins", "b begins"]


awaiting_a_coroutine_twice_is_an_error()
a_forgotten_await_is_an_error_where_the_value_is_compared_by_size()
a_forgotten_await_is_silent_in_a_condition_a_comparison_for_equality_and_a_string()
coroutines_awaited_one_after_another_do_not_overlap_even_if_made_before()
asyncios_sleep_is_a_coroutine_so_its_clock_starts_at_the_await()
tasks_made_first_do_overlap()
print("all true")
