"""What chapter 6 says about asyncio, each as an assertion."""

import asyncio
import gc
import threading


async def fail():
    raise ValueError("no page")


def gather_raises_the_first_error_and_the_others_keep_running():
    done = []

    async def fetch():
        await asyncio.sleep(0.01)
        done.append("page")

    async def main():
        try:
            await asyncio.gather(fail(), fetch())
        except ValueError:
            assert done == []
        await asyncio.sleep(0.1)

    asyncio.run(main())
    assert done == ["page"]


def gather_raises_the_first_error_of_any_number():
    async def main():
        event = asyncio.Event()  # It's never set.
        waiting = [event.wait() for _ in range(99)]
        try:
            await asyncio.gather(waiting[0], fail(), *waiting[1:])
        except ValueError as error:
            return error

    assert str(asyncio.run(main())) == "no page"


def an_error_in_a_task_that_nothing_awaits_is_logged_when_the_task_is_freed():
    logged = []

    async def main():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: logged.append(context["message"]))
        task = asyncio.create_task(fail())
        await asyncio.sleep(0)
        del task
        gc.collect()

    asyncio.run(main())
    assert logged == ["Task exception was never retrieved"]


def a_task_group_cancels_the_others_and_waits_until_they_are_gone():
    seen = []

    async def fetch():
        try:
            await asyncio.sleep(10)
        finally:
            await asyncio.sleep(0.01)
            seen.append("gone")

    async def main():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(fetch())
                await asyncio.sleep(0)
                group.create_task(fail())
        except* ValueError:
            seen.append("raised")

    asyncio.run(main())
    assert seen == ["gone", "raised"]


def a_task_group_raises_all_errors_in_an_exception_group():
    async def fail_while_cancelled():
        try:
            await asyncio.sleep(10)
        finally:
            raise OSError("while cancelled")

    async def main():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(fail_while_cancelled())
                group.create_task(fail())
        except ValueError:
            raise AssertionError("an ordinary except doesn't catch it")
        except BaseException as error:
            return error

    group = asyncio.run(main())
    assert isinstance(group, ExceptionGroup)
    assert {type(error) for error in group.exceptions} == {ValueError, OSError}


def a_lock_is_released_by_an_exception_and_nothing_remembers_it():
    lock = threading.Lock()
    try:
        with lock:
            raise ValueError("with the lock")
    except ValueError:
        pass
    assert lock.acquire(blocking=False)


gather_raises_the_first_error_and_the_others_keep_running()
gather_raises_the_first_error_of_any_number()
a_task_group_cancels_the_others_and_waits_until_they_are_gone()
a_task_group_raises_all_errors_in_an_exception_group()
an_error_in_a_task_that_nothing_awaits_is_logged_when_the_task_is_freed()
a_lock_is_released_by_an_exception_and_nothing_remembers_it()
print("all true")
