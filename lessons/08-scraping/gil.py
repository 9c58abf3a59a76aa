"""examples/parse_blocks.rs in Python: does a thread free the event loop?

It fetches a page of 2 MB three times, parses each, and fetches the page that its
first link leads to. `html.parser`, which lesson08.py uses through BeautifulSoup, is
Python code: a thread that runs it holds the GIL and gives it up for a moment every
five milliseconds. lxml's parser is C code, and it runs without the GIL.

    cargo run -p lesson08 --example gil

starts a mock web and runs this program on it, once for each way to parse. By itself:

    python lessons/08-scraping/gil.py URL (here | html.parser | lxml)

It needs: pip install -r lessons/requirements.txt
"""

import asyncio
import sys
import time
from html.parser import HTMLParser
from urllib.parse import urljoin

import aiohttp
import lxml.html

URL, WAY = sys.argv[1:]
TASKS = 3


class FirstLink(HTMLParser):
    href = None

    def handle_starttag(self, tag, attributes):
        if tag == "a" and self.href is None:
            self.href = dict(attributes).get("href")


# ANCHOR: ways
def with_html_parser(html):
    parser = FirstLink()
    parser.feed(html)
    return parser.href


def with_lxml(html):
    # With a parser of its own: threads that share one take turns.
    tree = lxml.html.fromstring(html, parser=lxml.html.HTMLParser())
    return tree.find(".//a[@href]").get("href")


async def first_link(html):
    if WAY == "here":
        return with_html_parser(html)
    parse = with_lxml if WAY == "lxml" else with_html_parser
    return await asyncio.to_thread(parse, html)
# ANCHOR_END: ways


async def fetch(session, url):
    async with session.get(url) as response:
        response.raise_for_status()
        return await response.text()


async def visit(session):
    link = await first_link(await fetch(session, URL))
    await fetch(session, urljoin(URL, link))


async def ticks(gaps):
    """Wakes up every millisecond and notes how long that took."""
    last = time.perf_counter()
    while True:
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        gaps.append(now - last)
        last = now


async def main():
    gaps = []
    clock = asyncio.create_task(ticks(gaps))
    start = time.perf_counter()
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(visit(session) for _ in range(TASKS)))
    seconds = time.perf_counter() - start
    # The clock has to see the last gap end.
    await asyncio.sleep(0.002)
    clock.cancel()
    print(f"nothing else ran for up to {max(gaps) * 1000:.0f} ms")
    print(f"Total time: {seconds:.2f} seconds")


asyncio.run(main())
