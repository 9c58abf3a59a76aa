"""What chapter 5 says of asyncio, each as an assertion."""

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


def as_completed_gives_the_quick_one_first():
    async def fetch(name, turns):
        for _ in range(turns):
            await asyncio.sleep(0)
        return name

    async def main():
        pages = [fetch("slow", 50), fetch("quick", 1)]
        return [await page for page in asyncio.as_completed(pages)]

    assert asyncio.run(main()) == ["quick", "slow"]


def a_limit_around_gather_discards_what_was_finished():
    async def main():
        pages = asyncio.gather(asyncio.sleep(0, "page"), asyncio.sleep(60, "late"))
        try:
            return await asyncio.wait_for(pages, timeout=0.05)
        except asyncio.TimeoutError:
            return "nothing"

    assert asyncio.run(main()) == "nothing"


def wait_with_a_limit_gives_what_is_done():
    async def main():
        page = asyncio.create_task(asyncio.sleep(0, "page"))
        late = asyncio.create_task(asyncio.sleep(60, "late"))
        done, pending = await asyncio.wait([page, late], timeout=0.05)
        assert pending == {late}
        await asyncio.sleep(0)
        assert not late.done(), "it goes on"
        return [task.result() for task in done]

    assert asyncio.run(main()) == ["page"]


return_exceptions_puts_each_error_in_its_place()
as_completed_gives_the_quick_one_first()
a_limit_around_gather_discards_what_was_finished()
wait_with_a_limit_gives_what_is_done()
print("all true")
