"""A queue and several workers, in Python.

In one terminal:  cargo run -p mock-server
In another:       python lessons/05-gather/workers.py

It takes URLs of your own as arguments. It needs aiohttp:
pip install -r lessons/requirements.txt
"""

import asyncio
import sys

import aiohttp

NAMES = ["codeswithpankaj.com", "python.org", "w3schools.com"]
URLS = sys.argv[1:] or [f"http://127.0.0.1:8080/site/{name}" for name in NAMES * 4]
WORKERS = 3


async def fetch_page(session, url):
    async with session.get(url) as response:
        response.raise_for_status()
        return len(await response.text())


# ANCHOR: worker
async def worker(session, queue, sizes):
    while True:
        url = await queue.get()
        sizes.append(await fetch_page(session, url))
        queue.task_done()
# ANCHOR_END: worker


# ANCHOR: fetch_all
async def fetch_all(session, urls):
    queue, sizes = asyncio.Queue(), []
    for url in urls:
        queue.put_nowait(url)
    async with asyncio.TaskGroup() as group:
        workers = [
            group.create_task(worker(session, queue, sizes))
            for _ in range(WORKERS)
        ]
        await queue.join()
        for task in workers:
            task.cancel()
    return sizes
# ANCHOR_END: fetch_all


async def main():
    async with aiohttp.ClientSession() as session:
        sizes = await fetch_all(session, URLS)
    print(f"{len(sizes)} pages, {sum(sizes)} bytes")


asyncio.run(main())
