"""Lesson 08 in Python: titles of pages, with aiohttp and BeautifulSoup.

In one terminal:  cargo run -p mock-server
In another:       python lessons/08-scraping/lesson08.py

Your own URLs go on the command line. It needs: pip install -r lessons/requirements.txt
"""

import asyncio
import sys

import aiohttp
from bs4 import BeautifulSoup

NAMES = ["codeswithpankaj.com", "python.org", "w3schools.com"]
URLS = sys.argv[1:] or [f"http://127.0.0.1:8080/site/{name}" for name in NAMES]
TIMEOUT = aiohttp.ClientTimeout(total=2)  # seconds, for the whole page


# ANCHOR: fetch_title
async def fetch_title(session, url):
    async with session.get(url) as response:
        response.raise_for_status()
        html = await response.text()
    soup = BeautifulSoup(html, "html.parser")
    title = soup.title.string if soup.title else "No title"
    print(f"Fetched {url}")
    return title


async def fetch_all(session, urls):
    titles = (fetch_title(session, url) for url in urls)
    return await asyncio.gather(*titles, return_exceptions=True)
# ANCHOR_END: fetch_title


# ANCHOR: main
async def main():
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        titles = await fetch_all(session, URLS)
    for url, title in zip(URLS, titles):
        if isinstance(title, BaseException):
            print(f"Failed to fetch {url}: {title!r}")
        else:
            print(f"{url}: {title}")
# ANCHOR_END: main


asyncio.run(main())
