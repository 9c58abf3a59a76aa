"""Lesson 06 in Python: errors of a fetch, caught where they happen and printed with their causes.

In one terminal:  cargo run -p mock-server
In another:       python lessons/06-errors/lesson06.py

It also takes URLs of your own as arguments. It needs: pip install -r lessons/requirements.txt
"""

import asyncio
import sys

import aiohttp

NAMES = ["codeswithpankaj.com", "python.org", "w3schools.com"]
URLS = sys.argv[1:] or [f"http://127.0.0.1:8080/site/{name}" for name in NAMES]
TIMEOUT = aiohttp.ClientTimeout(total=1, sock_connect=0.5)  # seconds


# ANCHOR: fetch_page
class FetchError(Exception):
    pass


async def fetch_page(session, url):
    print(f"Fetching {url}")
    try:
        async with session.get(url) as response:
            response.raise_for_status()
            return len(await response.read())
    except (aiohttp.ClientError, TimeoutError) as error:
        raise FetchError(f"cannot fetch {url}") from error
# ANCHOR_END: fetch_page


async def simulated_error(url):
    print(f"Fetching {url}")
    try:
        raise ValueError("simulated error")
    except ValueError as error:
        raise FetchError(f"cannot fetch {url}") from error


async def main():
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        # The second only pretends to fail, and sends no request.
        pages = (simulated_error(url) if url == URLS[1] else fetch_page(session, url) for url in URLS)
        results = await asyncio.gather(*pages, return_exceptions=True)
    for url, result in zip(URLS, results):
        if isinstance(result, FetchError):
            print(f"Error: {result}: {result.__cause__!r}")
        else:
            print(f"{url}: {result} bytes")


asyncio.run(main())
