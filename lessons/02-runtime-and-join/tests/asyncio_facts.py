"""What chapter 2 says about asyncio, each as an assertion."""

import asyncio
import gc
import os
import threading
import warnings


async def page():
    return 15_000


def a_coroutine_that_was_never_awaited_is_a_warning():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        forgotten = [page()]
        del forgotten
        gc.collect()
    assert [str(warning.message) for warning in caught] == [
        "coroutine 'page' was never awaited"
    ]


def run_uses_the_thread_that_calls_it_for_main_for_gather_and_for_tasks():
    async def where():
        return threading.get_ident()

    async def main():
        task = asyncio.create_task(where())
        return [await where(), *await asyncio.gather(where(), where()), await task]

    assert set(asyncio.run(main())) == {threading.get_ident()}


def run_inside_a_coroutine_is_an_error():
    async def nested():
        inner = page()
        try:
            asyncio.run(inner)
        except RuntimeError as error:
            return str(error)
        finally:
            inner.close()

    words = asyncio.run(nested())
    assert words == "asyncio.run() cannot be called from a running event loop"


def to_thread_has_as_many_threads_as_cpus_and_four_more_and_32_at_most():
    async def main():
        await asyncio.to_thread(len, "page")
        return asyncio.get_running_loop()._default_executor._max_workers

    # Since 3.13 only the CPUs count that this process may use.
    cpus = getattr(os, "process_cpu_count", os.cpu_count)()
    assert asyncio.run(main()) == min(32, cpus + 4)


a_coroutine_that_was_never_awaited_is_a_warning()
to_thread_has_as_many_threads_as_cpus_and_four_more_and_32_at_most()
run_uses_the_thread_that_calls_it_for_main_for_gather_and_for_tasks()
run_inside_a_coroutine_is_an_error()
print("all true")
