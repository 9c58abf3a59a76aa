"""Asks for each URL with aiohttp, all URLs at once and each so often in turn as the first argument says.

Prints for each request what came of it: its bytes, or the exception and what it says. In the order of the URLs.
"""

import asyncio
import sys

import aiohttp


async def fetch(session, url):
    try:
        async with session.get(url) as response:
            body = await response.read()
            response.raise_for_status()
            return f"{len(body)} bytes"
    except Exception as error:
        return f"{type(error).__name__}: {error}".replace("\n", " ")


async def in_turn(session, url, times):
    return [await fetch(session, url) for _ in range(times)]


async def main(times, urls):
    limit = aiohttp.ClientTimeout(total=3)
    async with aiohttp.ClientSession(timeout=limit) as session:
        results = await asyncio.gather(*(in_turn(session, url, times) for url in urls))
    for result in results:
        print(*result, sep="\n")


asyncio.run(main(int(sys.argv[1]), sys.argv[2:]))
