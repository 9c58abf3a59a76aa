"""What chapter 6 says of asyncio, each as an assertion."""

import asyncio
import gc


async def fail():
    raise ValueError("no page")


def gather_raises_the_first_error_and_the_others_go_on():
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


def an_error_that_nobody_asks_for_is_logged_when_the_task_is_freed():
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


gather_raises_the_first_error_and_the_others_go_on()
a_task_group_cancels_the_others_and_waits_until_they_are_gone()
an_error_that_nobody_asks_for_is_logged_when_the_task_is_freed()
print("all true")
