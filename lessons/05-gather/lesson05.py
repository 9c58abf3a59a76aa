"""Lesson 05 in Python: many pages at once, of which some will not come.

In one terminal:  cargo run -p mock-server
In another:       python lessons/05-gather/lesson05.py

URLs of one's own come as arguments. It wants: pip install -r lessons/requirements.txt
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
TIME_LIMIT = aiohttp.ClientTimeout(total=1)  # seconds, for all of a page


# ANCHOR: fetch_page
async def fetch_page(session, url):
    print(f"Fetching {url}")
    async with session.get(url) as response:
        response.raise_for_status()
        text = await response.text()
    print(f"Fetched {url}")
    return len(text)
# ANCHOR_END: fetch_page


# ANCHOR: fetch_all
async def fetch_all(session, urls):
    pages = (fetch_page(session, url) for url in urls)
    return await asyncio.gather(*pages, return_exceptions=True)
# ANCHOR_END: fetch_all


# ANCHOR: main
async def main():
    async with aiohttp.ClientSession(timeout=TIME_LIMIT) as session:
        results = await fetch_all(session, URLS)
    for url, result in zip(URLS, results):
        if isinstance(result, Exception):
            print(f"Failed to fetch {url}: {reason(result)}")
        else:
            print(f"{url}: {result} bytes")
# ANCHOR_END: main


# ANCHOR: reason
def reason(error):
    if isinstance(error, asyncio.TimeoutError):
        return f"no answer within {TIME_LIMIT.total} s"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "cannot connect to host"
    if isinstance(error, aiohttp.TooManyRedirects):
        return "too many redirects"
    # One that has a cause says that the answer was not HTTP.
    is_response = isinstance(error, aiohttp.ClientResponseError)
    if is_response and error.__cause__ is None:
        return f"the site answered {error.status} {error.message}"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer broke off"
    if isinstance(error, aiohttp.ClientError):
        return "no proper answer"
    return repr(error)
# ANCHOR_END: reason


asyncio.run(main())
