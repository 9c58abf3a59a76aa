"""What chapter 5 says about asyncio, each as an assertion."""

import asyncio


def return_exceptions_puts_each_error_in_its_place():
    async def fail():
        raise ValueError("no page")

    async def fetch():
        return "page"

    async def main():
        return await asyncio.gather(fetch(), fail(), fetch(), return_exceptions=True)

    first, second, third = asyncio.run(main())
    assert (first, repr(second), third) == ("page", "ValueError('no page')", "page")


def return_exceptions_returns_a_cancelled_error_which_is_no_exception():
    async def main():
        page = asyncio.create_task(asyncio.sleep(60, "page"))
        asyncio.get_running_loop().call_soon(page.cancel)
        return await asyncio.gather(page, return_exceptions=True)

    (result,) = asyncio.run(main())
    assert isinstance(result, asyncio.CancelledError)
    assert isinstance(result, BaseException) and not isinstance(result, Exception)


def as_completed_yields_the_quick_one_first():
    async def fetch(name, turns):
        for _ in range(turns):
            await asyncio.sleep(0)
        return name

    async def main():
        pages = [fetch("slow", 50), fetch("quick", 1)]
        return [await page for page in asyncio.as_completed(pages)]

    assert asyncio.run(main()) == ["quick", "slow"]


def a_timeout_around_gather_discards_finished_results():
    async def main():
        pages = asyncio.gather(asyncio.sleep(0, "page"), asyncio.sleep(60, "late"))
        try:
            return await asyncio.wait_for(pages, timeout=0.05)
        except TimeoutError:
            return "nothing"

    assert asyncio.run(main()) == "nothing"


def asyncio_timeout_around_gather_discards_them_too():
    async def main():
        pages = asyncio.sleep(0, "page"), asyncio.sleep(60, "late")
        try:
            async with asyncio.timeout(0.05):
                return await asyncio.gather(*pages)
        except TimeoutError:
            return "nothing"

    assert asyncio.run(main()) == "nothing"


def wait_with_a_timeout_returns_the_finished_tasks_and_the_others_keep_running():
    async def main():
        page = asyncio.create_task(asyncio.sleep(0, "page"))
        late = asyncio.create_task(asyncio.sleep(60, "late"))
        done, pending = await asyncio.wait([page, late], timeout=0.05)
        assert pending == {late}
        await asyncio.sleep(0)
        assert not late.done(), "it keeps running"
        return [task.result() for task in done]

    assert asyncio.run(main()) == ["page"]


def a_queue_does_not_end_by_itself_and_can_be_shut_down_since_python_3_13():
    async def main():
        queue = asyncio.Queue()

        async def produce():
            await queue.put("page")

        await asyncio.create_task(produce())
        assert await queue.get() == "page"
        try:
            await asyncio.wait_for(queue.get(), timeout=0.05)
        except TimeoutError:
            pass
        else:
            raise AssertionError("there is no other page")

        if hasattr(queue, "shutdown"):
            queue.shutdown()
            try:
                await queue.get()
            except asyncio.QueueShutDown:
                return
            raise AssertionError("the queue has ended")

    asyncio.run(main())


return_exceptions_puts_each_error_in_its_place()
return_exceptions_returns_a_cancelled_error_which_is_no_exception()
as_completed_yields_the_quick_one_first()
a_timeout_around_gather_discards_finished_results()
asyncio_timeout_around_gather_discards_them_too()
wait_with_a_timeout_returns_the_finished_tasks_and_the_others_keep_running()
a_queue_does_not_end_by_itself_and_can_be_shut_down_since_python_3_13()
print("all true")
