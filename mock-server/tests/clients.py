"""Requests each URL with aiohttp: all URLs at the same time, each of them TIMES times in turn.

    python clients.py TIMES SECONDS URL...

A request may take SECONDS. Prints the result of each request, in the order of the URLs: how many bytes it got, or the
exception and its message.
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


async def main(times, seconds, urls):
    limit = aiohttp.ClientTimeout(total=seconds)
    async with aiohttp.ClientSession(timeout=limit) as session:
        results = await asyncio.gather(*(in_turn(session, url, times) for url in urls))
    for result in results:
        print(*result, sep="\n")


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
