"""Lesson 05 in Python: many pages at the same time, and some of them won't come.

In one terminal:  cargo run -p mock-server
In another:       python lessons/05-gather/lesson05.py

It takes URLs of your own as arguments. It needs aiohttp:
pip install -r lessons/requirements.txt
"""

import asyncio
import sys

import aiohttp

NAMES = ["codeswithpankaj.com", "python.org", "w3schools.com"]
FAILING = ["http://127.0.0.1:9/", "http://127.0.0.1:8080/fault/hang"]
URLS = sys.argv[1:] or [
    *(f"http://127.0.0.1:8080/site/{name}" for name in NAMES),
    *FAILING,
]
TIMEOUT = aiohttp.ClientTimeout(total=1)  # seconds, from the request to the last byte


# ANCHOR: fetch_page
async def fetch_page(session, url):
    async with session.get(url) as response:
        response.raise_for_status()
        return len(await response.text())
# ANCHOR_END: fetch_page


# ANCHOR: fetch_all
async def fetch_all(session, urls):
    pages = (fetch_page(session, url) for url in urls)
    return await asyncio.gather(*pages, return_exceptions=True)
# ANCHOR_END: fetch_all


# ANCHOR: main
async def main():
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        results = await fetch_all(session, URLS)
    for url, result in zip(URLS, results):
        # Not `Exception`: a CancelledError isn't one.
        if isinstance(result, BaseException):
            print(f"Failed to fetch {url}: {type(result).__name__}: {result}")
        else:
            print(f"{url}: {result} bytes")
# ANCHOR_END: main


asyncio.run(main())
