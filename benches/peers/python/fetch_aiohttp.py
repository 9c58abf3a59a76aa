"""aiohttp: one session, whose connector lets as many requests through at a time as there may be."""

import asyncio
import time

import aiohttp

from peer import given, report


async def fetch(session, url):
    async with session.get(url) as response:
        response.raise_for_status()
        return len(await response.read())


async def main(at_a_time, urls):
    # It has 100 connections at the most unless told otherwise, and five minutes for a request.
    connector = aiohttp.TCPConnector(limit=at_a_time)
    async with aiohttp.ClientSession(connector=connector) as session:
        return await asyncio.gather(*(fetch(session, url) for url in urls))


at_a_time, urls = given()
start = time.perf_counter()
pages = asyncio.run(main(at_a_time, urls))
report(time.perf_counter() - start, pages)
