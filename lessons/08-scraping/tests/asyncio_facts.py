"""What chapter 8 says of asyncio, each as an assertion."""

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor

PATIENT = 30  # seconds; only bounds a failure
IMPATIENT = 0.2  # seconds, to watch for what must not happen


def has_a_turn_during(work):
    """Whether another task has a turn while a page is parsed."""

    async def main():
        turn = threading.Event()
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        def parse(wait):
            loop.call_soon_threadsafe(begun.set)
            return turn.wait(wait)

        async def other():
            await begun.wait()
            turn.set()

        task = asyncio.create_task(other())
        had = await work(parse)
        await task
        return had

    return asyncio.run(main())


def work_in_a_coroutine_keeps_the_loop():
    async def work(parse):
        return parse(IMPATIENT)

    assert has_a_turn_during(work) is False


def work_in_a_thread_that_gives_up_the_gil_frees_the_loop():
    async def work(parse):
        return await asyncio.to_thread(parse, PATIENT)

    assert has_a_turn_during(work) is True


def to_thread_has_as_many_threads_as_cores_and_four_but_at_most_32():
    cores = getattr(os, "process_cpu_count", os.cpu_count)() or 1
    bound = min(32, cores + 4)

    async def main():
        lock = threading.Lock()
        full = threading.Event()
        running = most = 0

        def work():
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
                if running == bound:
                    full.set()
            full.wait(PATIENT)
            with lock:
                running -= 1

        await asyncio.gather(*(asyncio.to_thread(work) for _ in range(3 * bound)))
        return most

    assert asyncio.run(main()) == bound


def a_name_lookup_takes_a_thread_of_the_same_pool():
    async def main():
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(max_workers=1))
        stop = threading.Event()
        busy = asyncio.create_task(asyncio.to_thread(stop.wait, PATIENT))
        await asyncio.sleep(0)
        lookup = asyncio.create_task(loop.getaddrinfo("localhost", 80))
        done, _ = await asyncio.wait([lookup], timeout=IMPATIENT)
        assert not done
        stop.set()
        assert await busy
        assert await asyncio.wait_for(lookup, PATIENT)

    asyncio.run(main())


work_in_a_coroutine_keeps_the_loop()
work_in_a_thread_that_gives_up_the_gil_frees_the_loop()
to_thread_has_as_many_threads_as_cores_and_four_but_at_most_32()
a_name_lookup_takes_a_thread_of_the_same_pool()
print("all true")
