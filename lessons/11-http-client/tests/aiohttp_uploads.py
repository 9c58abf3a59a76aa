"""Uploads with aiohttp: a redirect that keeps the body, and what `sock_read` counts.

    python aiohttp_uploads.py URL
"""

import asyncio
import sys
import tempfile

import aiohttp

SITE = sys.argv[1]


async def follows_a_redirect_with_a_file():
    with tempfile.TemporaryFile() as file:
        file.write(b"x" * 300_000)
        file.seek(0)
        async with aiohttp.ClientSession() as session:
            moved = f"{SITE}redirect-to?url=/upload&code=307"
            async with session.post(moved, data=file) as response:
                received = await response.json()
                assert len(response.history) == 1, response
                assert received["bytes"] == 300_000, received


async def pieces(count):
    for _ in range(count):
        await asyncio.sleep(0.1)
        yield b"x" * 10_000


TIMEOUT = aiohttp.ClientTimeout(total=None, sock_read=3)


async def sock_read_does_not_count_the_body():
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        # The body takes four seconds.
        async with session.post(f"{SITE}upload", data=pieces(40)) as response:
            received = await response.json()
            assert received["bytes"] == 400_000, received


async def sock_read_counts_what_comes_after_the_body():
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        try:
            await session.post(f"{SITE}late", data=pieces(1))
        except aiohttp.SocketTimeoutError:
            return
        raise AssertionError("the response comes too late")


async def main():
    await asyncio.gather(
        follows_a_redirect_with_a_file(),
        sock_read_does_not_count_the_body(),
        sock_read_counts_what_comes_after_the_body(),
    )
    print("all true")


asyncio.run(main())
