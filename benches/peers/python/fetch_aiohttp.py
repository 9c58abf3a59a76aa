"""aiohttp with `gather`: all tasks at the start, and a connector that limits the number of connections."""

import asyncio

import aiohttp

from peer import measure_async


async def fetch_page(session, url):
    async with session.get(url) as response:
        response.raise_for_status()
        return len(await response.read())


async def fetch_all(limit, urls):
    # The connector's default limit is 100.
    connector = aiohttp.TCPConnector(limit=limit)
    async with aiohttp.ClientSession(connector=connector) as session:
        return await asyncio.gather(*(fetch_page(session, url) for url in urls))


measure_async(fetch_all)
