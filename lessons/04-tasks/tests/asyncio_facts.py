"""What chapter 4 says about asyncio, each as an assertion."""

import asyncio
import gc
import sys
import weakref


def order_of_scheduled_and_begins(task_factory=None):
    seen = []

    async def fetch():
        seen.append("begins")

    async def main():
        asyncio.get_running_loop().set_task_factory(task_factory)
        task = asyncio.create_task(fetch())
        seen.append("scheduled")
        await task

    asyncio.run(main())
    return seen


def a_task_begins_on_a_later_turn_of_the_loop_unless_it_is_eager():
    assert order_of_scheduled_and_begins() == ["scheduled", "begins"]
    # Since Python 3.12. `create_task(…, eager_start=True)` is newer still.
    if sys.version_info >= (3, 12):
        eager = asyncio.eager_task_factory
        assert order_of_scheduled_and_begins(eager) == ["begins", "scheduled"]


def a_task_can_be_awaited_twice():
    async def three():
        return 3

    async def main():
        task = asyncio.create_task(three())
        return await task + await task

    assert asyncio.run(main()) == 6


def a_timeout_on_a_task_cancels_the_task():
    async def main():
        task = asyncio.create_task(asyncio.sleep(60))
        try:
            await asyncio.wait_for(task, timeout=0.01)
        except TimeoutError:
            return task.cancelled()

    assert asyncio.run(main()) is True


def a_timeout_cancels_what_is_awaited_and_nothing_else():
    async def in_turn(tasks):
        for task in tasks:
            await task

    async def main(wait):
        tasks = [asyncio.create_task(asyncio.sleep(60)) for _ in range(2)]
        try:
            await asyncio.wait_for(wait(tasks), timeout=0.01)
        except TimeoutError:
            await asyncio.sleep(0)
            return [task.cancelled() for task in tasks]

    assert asyncio.run(main(lambda tasks: asyncio.gather(*tasks))) == [True, True]
    assert asyncio.run(main(in_turn)) == [True, False]
    assert asyncio.run(main(asyncio.wait)) == [False, False]


def wait_with_a_timeout_leaves_the_task_running():
    async def main():
        task = asyncio.create_task(asyncio.sleep(60))
        done, pending = await asyncio.wait([task], timeout=0.01)
        await asyncio.sleep(0)
        return done == set() and pending == {task} and not task.done()

    assert asyncio.run(main()) is True


def wait_in_a_loop_leaves_its_task_running():
    starts = []

    async def fetch():
        starts.append(True)
        await asyncio.sleep(0.05)
        return "page"

    async def main():
        task = asyncio.create_task(fetch())
        while True:
            done, _ = await asyncio.wait([task], timeout=0.01)
            if done:
                return task.result()

    async def restarted():
        for _ in range(3):
            try:
                return await asyncio.wait_for(fetch(), timeout=0.01)
            except TimeoutError:
                pass

    assert asyncio.run(main()) == "page" and len(starts) == 1
    starts.clear()
    assert asyncio.run(restarted()) is None and len(starts) == 3


def a_task_group_waits_for_its_tasks():
    async def main():
        async with asyncio.TaskGroup() as group:
            task = group.create_task(asyncio.sleep(0.01))
        return task.done() and not task.cancelled()

    assert asyncio.run(main()) is True


def a_timeout_around_a_task_group_cancels_its_tasks_and_waits_for_them():
    ended = []

    async def wait():
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            ended.append("cleaned up")

    async def work():
        async with asyncio.TaskGroup() as group:
            for _ in range(2):
                group.create_task(wait())

    async def main():
        try:
            await asyncio.wait_for(work(), timeout=0.01)
        except TimeoutError:
            return ended.copy()

    assert asyncio.run(main()) == ["cleaned up", "cleaned up"]


def a_task_group_cancels_the_others_when_one_fails():
    async def fail():
        raise ValueError

    async def main():
        try:
            async with asyncio.TaskGroup() as group:
                other = group.create_task(asyncio.sleep(60))
                group.create_task(fail())
        except* ValueError:
            pass
        return other.cancelled()

    assert asyncio.run(main()) is True


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


def a_line_that_was_half_read_is_not_lost():
    async def main():
        reader = asyncio.StreamReader()
        reader.feed_data(b"hel")
        for read in (reader.readline, lambda: reader.readexactly(6)):
            try:
                await asyncio.wait_for(read(), 0.01)
                raise AssertionError("there is no line yet")
            except TimeoutError:
                pass
        reader.feed_data(b"lo\n")
        return await reader.readline()

    assert asyncio.run(main()) == b"hello\n"


def a_task_without_a_reference_can_be_lost():
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
    """How many steps a task takes before another one runs."""

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


def an_await_that_does_not_wait_gives_no_turn_and_sleep_0_does():
    async def ready():
        pass

    assert steps_before_another_task_runs(ready) == 1_000
    assert steps_before_another_task_runs(lambda: asyncio.sleep(0)) == 0


a_task_begins_on_a_later_turn_of_the_loop_unless_it_is_eager()
a_task_can_be_awaited_twice()
a_timeout_on_a_task_cancels_the_task()
a_timeout_cancels_what_is_awaited_and_nothing_else()
wait_with_a_timeout_leaves_the_task_running()
wait_in_a_loop_leaves_its_task_running()
a_task_group_waits_for_its_tasks()
a_timeout_around_a_task_group_cancels_its_tasks_and_waits_for_them()
a_task_group_cancels_the_others_when_one_fails()
wait_for_the_first_leaves_the_others_running()
a_line_that_was_half_read_is_not_lost()
a_task_without_a_reference_can_be_lost()
an_await_that_does_not_wait_gives_no_turn_and_sleep_0_does()
print("all true")
