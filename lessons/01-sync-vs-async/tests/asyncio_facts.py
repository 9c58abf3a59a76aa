"""What chapter 1 says about asyncio and about threads in Python, each as an assertion."""

import asyncio
import threading
import time


def a_coroutine_that_is_never_awaited_runs_nothing():
    ran = []

    async def fetch():
        ran.append("fetch")

    coroutine = fetch()
    assert ran == []
    asyncio.run(coroutine)
    assert ran == ["fetch"]


def gather_makes_a_task_of_each_coroutine_and_returns_in_the_order_asked():
    async def fetch(name, turns):
        for _ in range(turns):
            await asyncio.sleep(0)
        return name, len(asyncio.all_tasks())

    async def main():
        assert len(asyncio.all_tasks()) == 1
        return await asyncio.gather(fetch("slow", 9), fetch("quick", 1))

    (first, _), (second, tasks) = asyncio.run(main())
    assert (first, second) == ("slow", "quick")
    assert tasks == 3, "main and one for each"


def gather_raises_the_first_exception_unless_it_is_to_return_them():
    async def fail():
        raise ValueError("no page")

    async def fetch():
        return "page"

    async def raising():
        try:
            await asyncio.gather(fail(), fetch())
        except ValueError as error:
            return error

    async def returning():
        return await asyncio.gather(fail(), fetch(), return_exceptions=True)

    assert str(asyncio.run(raising())) == "no page"
    error, page = asyncio.run(returning())
    assert (str(error), page) == ("no page", "page")


def what_does_not_await_stops_the_loop(wait):
    seen = []

    async def fetch(name):
        seen.append(f"{name} begins")
        wait()
        seen.append(f"{name} ends")

    async def main():
        await asyncio.gather(fetch("first"), fetch("second"))

    asyncio.run(main())
    assert seen == ["first begins", "first ends", "second begins", "second ends"]


def a_runner_is_a_loop_that_a_program_builds_holds_and_closes():
    async def loop():
        return asyncio.get_running_loop()

    with asyncio.Runner() as runner:
        first = runner.run(loop())
        assert runner.run(loop()) is first
    assert first.is_closed()


def threads_wait_at_the_same_time():
    # Each waits until all three wait: one after another, they'd never get past it.
    together = threading.Barrier(3)
    threads = [threading.Thread(target=together.wait, args=(60,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not together.broken


a_coroutine_that_is_never_awaited_runs_nothing()
gather_makes_a_task_of_each_coroutine_and_returns_in_the_order_asked()
gather_raises_the_first_exception_unless_it_is_to_return_them()
what_does_not_await_stops_the_loop(lambda: time.sleep(0.001))
what_does_not_await_stops_the_loop(lambda: sum(range(100_000)))
a_runner_is_a_loop_that_a_program_builds_holds_and_closes()
threads_wait_at_the_same_time()
print("all true")
