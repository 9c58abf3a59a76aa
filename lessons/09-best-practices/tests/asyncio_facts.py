"""What chapter 9 says about asyncio, each as an assertion."""

import asyncio
import contextvars
import logging
import os
import sys
import tempfile
import threading
import time
import warnings


def a_call_that_blocks_stops_every_task():
    async def main():
        turns = 0

        async def other():
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        task = asyncio.create_task(other())
        await asyncio.sleep(0)
        before = turns
        time.sleep(0.05)
        assert turns == before
        await asyncio.to_thread(time.sleep, 0.05)
        assert turns > before
        task.cancel()

    asyncio.run(main())


def a_thread_that_computes_in_python_holds_the_gil_and_one_that_waits_does_not():
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    if not has_gil:
        return
    # By default a thread that computes has to give up the GIL after five milliseconds,
    # if another one wants it.
    assert sys.getswitchinterval() == 0.005

    async def main():
        turns = 0

        async def other():
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        def compute():
            before = turns
            for _ in range(1_000_000):
                pass
            return turns - before

        def wait():
            before = turns
            limit = time.monotonic() + 60
            while turns == before and time.monotonic() < limit:
                time.sleep(0.001)
            return turns - before

        task = asyncio.create_task(other())
        assert await asyncio.to_thread(wait) > 0
        # With a minute instead, it doesn't give it up before it's done.
        sys.setswitchinterval(60)
        assert await asyncio.to_thread(compute) == 0
        assert await asyncio.to_thread(wait) > 0
        sys.setswitchinterval(0.005)
        task.cancel()

    asyncio.run(main())


def debug_mode_logs_steps_longer_than_100_ms():
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger = logging.getLogger("asyncio")
    logger.addHandler(handler)
    logger.propagate = False

    async def block():
        assert asyncio.get_running_loop().slow_callback_duration == 0.1
        time.sleep(0.15)

    asyncio.run(block())
    assert not any("took" in line for line in lines), lines
    asyncio.run(block(), debug=True)
    assert any("Executing" in line and "took" in line for line in lines), lines
    logger.removeHandler(handler)


def the_pool_of_to_thread_has_at_most_32_threads():
    async def main():
        await asyncio.to_thread(int)
        return asyncio.get_running_loop()._default_executor._max_workers

    # Since 3.13 it counts the cores that this process may use.
    cores = getattr(os, "process_cpu_count", os.cpu_count)()
    assert asyncio.run(main()) == min(32, cores + 4)


def a_call_in_a_thread_continues_when_its_task_is_cancelled():
    begun, go_on, ended = (threading.Event() for _ in range(3))

    def work():
        begun.set()
        go_on.wait(30)
        ended.set()

    async def main():
        task = asyncio.create_task(asyncio.to_thread(work))
        while not begun.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
        assert not ended.is_set()
        go_on.set()

    # It waits for the thread.
    asyncio.run(main())
    assert ended.is_set()


def a_file_is_written_when_it_is_freed():
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "report.txt")
        report = open(name, "w")
        report.write("a line\n")
        assert os.path.getsize(name) == 0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            del report
        assert os.path.getsize(name) == 7


def a_lock_of_threads_held_across_an_await_stops_the_loop():
    lock = threading.Lock()

    async def main():
        async def hold():
            with lock:
                await asyncio.sleep(0)

        task = asyncio.create_task(hold())
        await asyncio.sleep(0)
        # Without a timeout this would wait forever: the task that holds it needs this
        # thread.
        assert not lock.acquire(timeout=0.05)
        await task
        assert lock.acquire(timeout=0.05)

    asyncio.run(main())


def a_total_read_before_an_await_and_written_after_it_loses_what_came_between():
    async def main():
        totals = {"python.org": 0}

        async def add():
            before = totals["python.org"]
            await asyncio.sleep(0)
            totals["python.org"] = before + 50_321

        await asyncio.gather(add(), add(), add())
        return totals["python.org"]

    assert asyncio.run(main()) == 50_321


def a_queue_has_no_bound_and_several_tasks_can_get_from_it():
    async def main():
        queue = asyncio.Queue()
        for number in range(10_000):
            queue.put_nowait(number)
        assert not queue.full()
        return await asyncio.gather(queue.get(), queue.get())

    assert asyncio.run(main()) == [0, 1]


def a_queue_with_a_bound_makes_its_producer_wait():
    async def main():
        queue = asyncio.Queue(2)
        task = asyncio.create_task(put_all(queue))
        await asyncio.sleep(0.01)
        assert queue.qsize() == 2 and not task.done()
        for _ in range(5):
            await queue.get()
        await task

    async def put_all(queue):
        for number in range(5):
            await queue.put(number)

    asyncio.run(main())


def a_queue_can_be_shut_down_since_3_13():
    assert hasattr(asyncio.Queue, "shutdown") == (sys.version_info >= (3, 13))
    if sys.version_info < (3, 13):
        return

    async def main():
        queue = asyncio.Queue()
        queue.put_nowait("a")
        queue.shutdown()
        assert await queue.get() == "a"
        try:
            await queue.get()
            raise AssertionError("the queue has ended")
        except asyncio.QueueShutDown:
            pass

    asyncio.run(main())


def a_context_variable_is_copied_into_tasks_and_to_thread_only():
    request = contextvars.ContextVar("request", default=None)

    async def in_task():
        return request.get()

    async def main():
        request.set(7)
        assert await in_task() == 7
        assert await asyncio.gather(in_task()) == [7]
        assert await asyncio.create_task(in_task()) == 7
        assert await asyncio.to_thread(request.get) == 7
        # In 3.14 that depends on `sys.flags.thread_inherit_context`.
        if sys.version_info < (3, 14):
            loop = asyncio.get_running_loop()
            assert await loop.run_in_executor(None, request.get) is None
            seen = []
            thread = threading.Thread(target=lambda: seen.append(request.get()))
            thread.start()
            thread.join()
            assert seen == [None]

    asyncio.run(main())


def an_event_stays_set_until_it_is_cleared():
    async def main():
        event = asyncio.Event()
        event.set()
        for _ in range(3):
            await asyncio.wait_for(event.wait(), 10)
        event.clear()
        assert not event.is_set()

    asyncio.run(main())


a_call_that_blocks_stops_every_task()
a_thread_that_computes_in_python_holds_the_gil_and_one_that_waits_does_not()
debug_mode_logs_steps_longer_than_100_ms()
the_pool_of_to_thread_has_at_most_32_threads()
a_call_in_a_thread_continues_when_its_task_is_cancelled()
a_file_is_written_when_it_is_freed()
a_lock_of_threads_held_across_an_await_stops_the_loop()
a_total_read_before_an_await_and_written_after_it_loses_what_came_between()
a_queue_has_no_bound_and_several_tasks_can_get_from_it()
a_queue_with_a_bound_makes_its_producer_wait()
a_queue_can_be_shut_down_since_3_13()
a_context_variable_is_copied_into_tasks_and_to_thread_only()
an_event_stays_set_until_it_is_cleared()
print("all true")
