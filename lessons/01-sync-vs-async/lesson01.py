"""Lesson 01 in Python: the same pages one after another with requests, then all at once with aiohttp.

In one terminal:  cargo run -p mock-server
In another:       python lessons/01-sync-vs-async/lesson01.py

Your own URLs go on the command line. Needs: pip install -r lessons/requirements.txt
"""

import asyncio
import sys
import time

import aiohttp
import requests

NAMES = ["codeswithpankaj.com", "python.org", "w3schools.com"]
URLS = sys.argv[1:] or [f"http://127.0.0.1:8080/site/{name}" for name in NAMES]
TIMEOUT = 5  # seconds: for a whole page in aiohttp, for each wait for more data in requests


# ANCHOR: fetch_page
def fetch_page(session, url):
    print(f"Fetching {url}")
    response = session.get(url, timeout=TIMEOUT)
    response.raise_for_status()
    print(f"Fetched {url}")
    return len(response.text)
# ANCHOR_END: fetch_page


# ANCHOR: one_after_another
def one_after_another(urls):
    pages = []
    with requests.Session() as session:
        session.trust_env = False  # proxy variables would apply to this machine too
        for url in urls:
            try:
                pages.append(fetch_page(session, url))
            except requests.RequestException as error:
                pages.append(error)
    return pages
# ANCHOR_END: one_after_another


# ANCHOR: fetch_page_async
async def fetch_page_async(session, url):
    print(f"Fetching {url}")
    async with session.get(url) as response:
        response.raise_for_status()
        text = await response.text()
    print(f"Fetched {url}")
    return len(text)
# ANCHOR_END: fetch_page_async


# ANCHOR: all_at_once
async def all_at_once(urls):
    timeout = aiohttp.ClientTimeout(total=TIMEOUT)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        pages = (fetch_page_async(session, url) for url in urls)
        return await asyncio.gather(
            *pages, return_exceptions=True
        )
# ANCHOR_END: all_at_once


def report(pages, start):
    for url, page in zip(URLS, pages):
        print(f"{url}: failed: {page!r}" if isinstance(page, BaseException) else f"{url}: {page} bytes")
    print(f"Total time: {time.perf_counter() - start:.2f} seconds\n")


if __name__ == "__main__":
    print("--- one after another ---")
    start = time.perf_counter()
    report(one_after_another(URLS), start)

    print("--- async: all at once on one thread ---")
    start = time.perf_counter()
    report(asyncio.run(all_at_once(URLS)), start)
