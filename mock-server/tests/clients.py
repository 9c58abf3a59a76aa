"""Asks for each URL with aiohttp, all at once, and prints what came of it: its bytes or the exception."""

import asyncio
import sys

import aiohttp


async def fetch(session, url):
    try:
        async with session.get(url) as response:
            return f"{len(await response.read())} bytes"
    except Exception as error:
        return type(error).__name__


async def main(urls):
    limit = aiohttp.ClientTimeout(total=3)
    async with aiohttp.ClientSession(timeout=limit) as session:
        results = await asyncio.gather(*(fetch(session, url) for url in urls))
    for url, result in zip(urls, results):
        print(url, result)


asyncio.run(main(sys.argv[1:]))
