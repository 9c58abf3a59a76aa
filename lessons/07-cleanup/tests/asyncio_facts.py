"""What chapter 7 says about asyncio, each as an assertion."""

import asyncio
import signal
import subprocess
import sys
import threading
import time
import warnings
from asyncio import constants


def finally_runs_on_cancellation_and_may_await():
    seen = []

    async def work():
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            seen.append("closed")

    async def main():
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
        assert not task.done(), "it is only a request"
        try:
            await task
        except asyncio.CancelledError:
            seen.append("cancelled")

    asyncio.run(main())
    assert seen == ["closed", "cancelled"]


def async_with_ends_on_every_way_out():
    ends = []

    class Session:
        async def __aenter__(self):
            pass

        async def __aexit__(self, kind, error, trace):
            await asyncio.sleep(0.01)
            ends.append(kind.__name__ if kind else None)

    async def work(error=None, pause=0):
        async with Session():
            await asyncio.sleep(pause)
            if error:
                raise error

    async def main():
        await work()
        try:
            await work(error=ValueError())
        except ValueError:
            pass
        task = asyncio.create_task(work(pause=60))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(main())
    assert ends == [None, "ValueError", "CancelledError"]


def a_task_can_refuse_to_be_cancelled():
    async def stubborn():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return "not now"

    async def main():
        task = asyncio.create_task(stubborn())
        await asyncio.sleep(0)
        task.cancel()
        return await task, task.cancelled()

    assert asyncio.run(main()) == ("not now", False)


def a_timeout_waits_for_the_unwinding_and_overruns():
    closed = []

    async def work():
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            closed.append(True)

    async def main():
        try:
            await asyncio.wait_for(work(), timeout=0.01)
        except TimeoutError:
            return list(closed)

    assert asyncio.run(main()) == [True]


def cancelling_a_parent_reaches_the_child_that_it_awaits_and_no_other():
    children = []

    async def parent():
        children.extend(asyncio.create_task(asyncio.sleep(60)) for _ in range(2))
        await children[0]

    async def main():
        task = asyncio.create_task(parent())
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task])
        return [child.cancelled() for child in children]

    assert asyncio.run(main()) == [True, False]


def cancelling_a_parent_does_not_reach_through_wait_or_shield():
    children = []

    async def parent(wait_for):
        children.append(asyncio.create_task(asyncio.sleep(60)))
        await wait_for(children[-1])

    async def main():
        for wait_for in [lambda child: asyncio.wait([child]), asyncio.shield]:
            task = asyncio.create_task(parent(wait_for))
            await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.wait([task])
            assert task.cancelled()
        return [child.done() for child in children]

    assert asyncio.run(main()) == [False, False]


def a_task_group_whose_parent_is_cancelled_cancels_its_tasks_and_waits():
    closed = []

    async def work():
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            closed.append(True)

    async def parent():
        async with asyncio.TaskGroup() as group:
            group.create_task(work())

    async def main():
        task = asyncio.create_task(parent())
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task])
        return list(closed)

    assert asyncio.run(main()) == [True]


def a_task_group_cancels_the_others_when_one_fails_and_waits_for_them():
    closed = []

    async def fail():
        await asyncio.sleep(0)
        raise ValueError("no page")

    async def work():
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            closed.append(True)

    async def main():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(work())
                group.create_task(fail())
        except* ValueError:
            pass
        # This line runs after the group has waited.
        closed.append("after")

    asyncio.run(main())
    assert closed == [True, "after"]


def shield_lets_the_inner_task_run_on_until_run_ends():
    async def order(seconds, done):
        await asyncio.sleep(seconds)
        done.append("ordered")

    async def main(done, seconds, later):
        # A reference, so that the task is not lost.
        task = asyncio.create_task(order(seconds, done))
        try:
            await asyncio.wait_for(asyncio.shield(task), timeout=0.01)
        except TimeoutError:
            done.append("no answer yet")
        if later:
            await task

    waited, not_waited = [], []
    asyncio.run(main(waited, 0.1, later=True))
    assert waited == ["no answer yet", "ordered"]
    asyncio.run(main(not_waited, 60, later=False))
    assert not_waited == ["no answer yet"]


def run_cancels_what_is_left_and_runs_its_finally():
    closed = []

    async def left():
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            closed.append(True)

    async def main():
        task = asyncio.create_task(left())
        await asyncio.sleep(0)
        return task

    asyncio.run(main())
    assert closed == [True]


def a_second_cancellation_ends_the_finally_too():
    seen = []

    async def work():
        try:
            await asyncio.sleep(10)
        finally:
            await asyncio.sleep(0.01)
            seen.append("logged out")

    async def main():
        task = asyncio.create_task(work())
        for _ in range(2):
            await asyncio.sleep(0)
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())
    assert seen == []


def run_waits_for_a_thread_that_has_started():
    done = []

    def work():
        time.sleep(0.2)
        done.append(True)

    async def main():
        asyncio.get_running_loop().run_in_executor(None, work)

    asyncio.run(main())
    assert done == [True]


def since_3_12_run_waits_five_minutes_and_then_warns():
    if sys.version_info < (3, 12):
        assert not hasattr(constants, "THREAD_JOIN_TIMEOUT"), "there is no limit"
        return
    assert constants.THREAD_JOIN_TIMEOUT == 300
    may_end = threading.Event()

    async def main():
        asyncio.get_running_loop().run_in_executor(None, may_end.wait)

    constants.THREAD_JOIN_TIMEOUT = 0.05
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            # The thread is still running when this returns.
            asyncio.run(main())
    finally:
        constants.THREAD_JOIN_TIMEOUT = 300
        may_end.set()
    assert [warning.category for warning in caught] == [RuntimeWarning]


def the_end_of_the_interpreter_still_waits_for_the_thread():
    if sys.version_info < (3, 12):
        return
    program = """
import asyncio, threading, time
from asyncio import constants

constants.THREAD_JOIN_TIMEOUT = 0.05
run_has_returned = threading.Event()

def work():
    run_has_returned.wait()
    time.sleep(0.2)
    print("the thread is done")

async def main():
    asyncio.get_running_loop().run_in_executor(None, work)

asyncio.run(main())
print("run has returned")
run_has_returned.set()
"""
    ended = run_program(program)
    assert ended.stdout == "run has returned\nthe thread is done\n", ended


def ctrl_c_runs_a_finally_and_sigterm_does_not():
    if sys.platform == "win32":
        return
    program = """
import asyncio, os, signal, sys

number = int(sys.argv[1])
# A child of a background job ignores Ctrl-C otherwise.
signal.signal(signal.SIGINT, signal.default_int_handler)

async def main():
    if sys.argv[2:]:
        task = asyncio.current_task()
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        os.kill(os.getpid(), number)
        await asyncio.sleep(60)
    finally:
        print("closed", flush=True)

try:
    asyncio.run(main())
except (KeyboardInterrupt, asyncio.CancelledError):
    pass
"""
    ctrl_c = run_program(program, signal.SIGINT)
    assert (ctrl_c.returncode, ctrl_c.stdout) == (0, "closed\n"), ctrl_c
    sigterm = run_program(program, signal.SIGTERM)
    assert (sigterm.returncode, sigterm.stdout) == (-signal.SIGTERM, ""), sigterm
    handled = run_program(program, signal.SIGTERM, "with a handler")
    assert (handled.returncode, handled.stdout) == (0, "closed\n"), handled


def run_program(program, *arguments):
    arguments = [str(int(a)) if isinstance(a, signal.Signals) else a for a in arguments]
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


finally_runs_on_cancellation_and_may_await()
a_second_cancellation_ends_the_finally_too()
async_with_ends_on_every_way_out()
a_task_can_refuse_to_be_cancelled()
a_timeout_waits_for_the_unwinding_and_overruns()
cancelling_a_parent_reaches_the_child_that_it_awaits_and_no_other()
cancelling_a_parent_does_not_reach_through_wait_or_shield()
a_task_group_whose_parent_is_cancelled_cancels_its_tasks_and_waits()
a_task_group_cancels_the_others_when_one_fails_and_waits_for_them()
shield_lets_the_inner_task_run_on_until_run_ends()
run_cancels_what_is_left_and_runs_its_finally()
run_waits_for_a_thread_that_has_started()
since_3_12_run_waits_five_minutes_and_then_warns()
the_end_of_the_interpreter_still_waits_for_the_thread()
ctrl_c_runs_a_finally_and_sigterm_does_not()
print("all true")
