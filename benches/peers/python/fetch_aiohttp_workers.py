"""aiohttp with workers: a limited number of tasks, which take URLs from a queue. It's the nearest twin of the `JoinSet`."""

import asyncio

import aiohttp

from peer import measure_async


async def fetch_page(session, url):
    async with session.get(url) as response:
        response.raise_for_status()
        return len(await response.read())


async def work(session, queue, pages):
    while not queue.empty():
        number, url = queue.get_nowait()
        pages[number] = await fetch_page(session, url)


async def fetch_all(limit, urls):
    queue = asyncio.Queue()
    for job in enumerate(urls):
        queue.put_nowait(job)
    pages = [None] * len(urls)
    connector = aiohttp.TCPConnector(limit=limit)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(work(session, queue, pages) for _ in range(limit)))
    return pages


measure_async(fetch_all)
