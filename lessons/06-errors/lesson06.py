"""Lesson 06 in Python: errors of a fetch, caught where they happen and told with their causes.

In one terminal:  cargo run -p mock-server
In another:       python lessons/06-errors/lesson06.py

URLs of one's own come as arguments. It wants: pip install -r lessons/requirements.txt
"""

import asyncio
import sys

import aiohttp

NAMES = ["codeswithpankaj.com", "python.org", "w3schools.com"]
URLS = sys.argv[1:] or [f"http://127.0.0.1:8080/site/{name}" for name in NAMES]
TIME_LIMIT = aiohttp.ClientTimeout(total=1, sock_connect=0.5)  # seconds


# ANCHOR: fetch_page
class FetchError(Exception):
    pass


async def fetch_page(session, url, fail=False):
    try:
        print(f"Fetching {url}")
        if fail:
            raise ValueError("simulated error")
        async with session.get(url) as response:
            response.raise_for_status()
            return len(await response.read())
    except (ValueError, aiohttp.ClientError, asyncio.TimeoutError) as error:
        raise FetchError(f"cannot fetch {url}") from error
# ANCHOR_END: fetch_page


# ANCHOR: fetch_all
async def fetch_all(session, urls):
    # The second only pretends to fail.
    pages = (fetch_page(session, url, url == urls[1]) for url in urls)
    return await asyncio.gather(*pages, return_exceptions=True)
# ANCHOR_END: fetch_all


async def main():
    async with aiohttp.ClientSession(timeout=TIME_LIMIT) as session:
        results = await fetch_all(session, URLS)
    for url, result in zip(URLS, results):
        if isinstance(result, FetchError):
            print(f"Error: {result}: {result.__cause__!r}")
        else:
            print(f"{url}: {result} bytes")


asyncio.run(main())
