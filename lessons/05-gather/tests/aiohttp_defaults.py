"""What chapter 5 says about the defaults of an aiohttp session, on one URL.

Prints how many of 300 gathered requests got a page.
"""

import asyncio
import sys

import aiohttp

REQUESTS = 300


async def status(session, url):
    async with session.get(url) as response:
        await response.read()
        return response.status


async def main():
    async with aiohttp.ClientSession() as session:
        # Seconds; `None` is no limit.
        timeout = session.timeout
        assert (timeout.total, timeout.sock_connect) == (300, 30), timeout
        assert (timeout.connect, timeout.sock_read) == (None, None), timeout
        # Connections; 0 is no limit.
        connector = session.connector
        assert (connector.limit, connector.limit_per_host) == (100, 0)

        url = sys.argv[1]
        statuses = await asyncio.gather(*(status(session, url) for _ in range(REQUESTS)))
    print(f"{statuses.count(200)} of {REQUESTS} pages")


asyncio.run(main())
