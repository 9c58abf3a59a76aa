"""What chapter 4 says of asyncio, each as an assertion."""

import asyncio
import gc
import weakref


def a_task_begins_on_a_later_turn_of_the_loop():
    seen = []

    async def fetch():
        seen.append("begins")

    async def main():
        task = asyncio.create_task(fetch())
        seen.append("scheduled")
        await task

    asyncio.run(main())
    assert seen == ["scheduled", "begins"]


def a_task_can_be_awaited_twice():
    async def three():
        return 3

    async def main():
        task = asyncio.create_task(three())
        return await task + await task

    assert asyncio.run(main()) == 6


def a_time_limit_on_a_task_cancels_the_task():
    async def main():
        task = asyncio.create_task(asyncio.sleep(60))
        try:
            await asyncio.wait_for(task, timeout=0.01)
        except asyncio.TimeoutError:
            return task.cancelled()

    assert asyncio.run(main()) is True


def a_time_limit_cancels_what_is_awaited_and_nothing_else():
    async def in_turn(tasks):
        for task in tasks:
            await task

    async def main(wait):
        tasks = [asyncio.create_task(asyncio.sleep(60)) for _ in range(2)]
        try:
            await asyncio.wait_for(wait(tasks), timeout=0.01)
        except asyncio.TimeoutError:
            await asyncio.sleep(0)
            return [task.cancelled() for task in tasks]

    assert asyncio.run(main(lambda tasks: asyncio.gather(*tasks))) == [True, True]
    assert asyncio.run(main(in_turn)) == [True, False]
    assert asyncio.run(main(asyncio.wait)) == [False, False]


def wait_for_the_first_leaves_the_others_running():
    async def main():
        never = asyncio.create_task(asyncio.sleep(60))
        soon = asyncio.create_task(asyncio.sleep(0, "soon"))
        done, pending = await asyncio.wait(
            [never, soon], return_when=asyncio.FIRST_COMPLETED
        )
        assert done == {soon} and pending == {never}
        await asyncio.sleep(0)
        return never.done()

    assert asyncio.run(main()) is False


def a_task_to_which_nobody_keeps_a_reference_can_be_lost():
    async def wait():
        await asyncio.get_running_loop().create_future()

    async def main():
        # It would log that a pending task was destroyed.
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        task = weakref.ref(asyncio.create_task(wait()))
        await asyncio.sleep(0)
        gc.collect()
        return task()

    assert asyncio.run(main()) is None


def steps_before_another_task_runs(step):
    """How many steps a task takes before another has its turn."""

    async def main():
        steps = 0

        async def many():
            nonlocal steps
            for _ in range(1_000):
                await step()
                steps += 1

        async def other():
            return steps

        first = asyncio.create_task(many())
        seen = asyncio.create_task(other())
        await first
        return await seen

    return asyncio.run(main())


def an_await_that_need_not_wait_gives_no_turn_and_sleep_0_does():
    async def ready():
        pass

    assert steps_before_another_task_runs(ready) == 1_000
    assert steps_before_another_task_runs(lambda: asyncio.sleep(0)) == 0


a_task_begins_on_a_later_turn_of_the_loop()
a_task_can_be_awaited_twice()
a_time_limit_on_a_task_cancels_the_task()
a_time_limit_cancels_what_is_awaited_and_nothing_else()
wait_for_the_first_leaves_the_others_running()
a_task_to_which_nobody_keeps_a_reference_can_be_lost()
an_await_that_need_not_wait_gives_no_turn_and_sleep_0_does()
print("all true")
