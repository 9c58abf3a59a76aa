"""Lesson 02 in Python: the runtime is asyncio.run, and gather fetches all at once.

In one terminal:  cargo run -p mock-server
In another:       python lessons/02-runtime-and-join/lesson02.py

Your own URLs go on the command line. Needs: pip install -r lessons/requirements.txt
"""

import asyncio
import sys
import time

import aiohttp

NAMES = ["codeswithpankaj.com", "python.org", "w3schools.com"]
URLS = sys.argv[1:] or [f"http://127.0.0.1:8080/site/{name}" for name in NAMES]
TIMEOUT = aiohttp.ClientTimeout(total=5)  # seconds, for a whole page


async def fetch_page(session, url):
    print(f"Fetching {url}")
    async with session.get(url) as response:
        response.raise_for_status()
        text = await response.text()
    print(f"Fetched {url}")
    return len(text)


async def fetch_all(session, urls):
    pages = (fetch_page(session, url) for url in urls)
    return await asyncio.gather(*pages, return_exceptions=True)


def print_pages(pages):
    for url, page in zip(URLS, pages):
        if isinstance(page, BaseException):
            print(f"{url}: failed: {page!r}")
        else:
            print(f"{url}: {page} bytes")


async def main():
    start = time.perf_counter()
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        pages = await fetch_all(session, URLS)
    print_pages(pages)
    print(f"Total time: {time.perf_counter() - start:.2f} seconds")


asyncio.run(main())
