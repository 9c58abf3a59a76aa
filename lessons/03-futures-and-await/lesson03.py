"""Lesson 03 in Python: coroutines that await coroutines, and two chains of them at once.

In one terminal:  cargo run -p mock-server
In another:       python lessons/03-futures-and-await/lesson03.py

Your own URLs go on the command line. Needs: pip install -r lessons/requirements.txt
"""

import asyncio
import sys

import aiohttp

NAMES = ["codeswithpankaj.com", "python.org"]
URLS = sys.argv[1:] or [f"http://127.0.0.1:8080/site/{name}" for name in NAMES]
TIMEOUT = aiohttp.ClientTimeout(total=5)  # seconds, for a whole page


# ANCHOR: chain
async def fetch_content(session, url):
    print(f"Fetching {url}")
    async with session.get(url) as response:
        response.raise_for_status()
        return await response.text()


async def count_words(session, url):
    content = await fetch_content(session, url)
    words = len(content.split())
    print(f"Processed {url}")
    return words
# ANCHOR_END: chain


async def main():
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        counted = await asyncio.gather(
            *(count_words(session, url) for url in URLS), return_exceptions=True
        )
    for url, words in zip(URLS, counted):
        if isinstance(words, BaseException):
            print(f"{url}: failed: {words!r}")
        else:
            print(f"{url}: {words} words")


asyncio.run(main())
