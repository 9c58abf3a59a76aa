"""What chapter 8 says of asyncio, each as an assertion."""

import asyncio
import threading


def has_a_turn_during(work):
    """Whether another task has its turn while a page is parsed."""

    async def main():
        turn = threading.Event()
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        def parse(wait):
            loop.call_soon_threadsafe(begun.set)
            return turn.wait(wait)

        async def other():
            await begun.wait()
            turn.set()

        task = asyncio.create_task(other())
        had = await work(parse)
        await task
        return had

    return asyncio.run(main())


def parsing_in_a_coroutine_gives_nobody_a_turn():
    async def work(parse):
        return parse(0.2)

    assert has_a_turn_during(work) is False


def parsing_in_a_thread_does():
    async def work(parse):
        return await asyncio.to_thread(parse, 30)

    assert has_a_turn_during(work) is True


parsing_in_a_coroutine_gives_nobody_a_turn()
parsing_in_a_thread_does()
print("all true")
