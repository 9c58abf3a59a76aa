"""What chapter 2 says of asyncio, each as an assertion."""

import asyncio
import gc
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


a_coroutine_that_was_never_awaited_is_a_warning()
run_uses_the_thread_that_calls_it_for_main_for_gather_and_for_tasks()
run_inside_a_coroutine_is_an_error()
print("all true")
