"""Sends a body to each URL with aiohttp, once as it is and once with `Expect: 100-continue`: all at the same time.

    python uploads.py BYTES SECONDS URL...

A request may take SECONDS. Prints two lines for each URL, in their order: the status, or the exception and its message.
"""

import asyncio
import sys

import aiohttp


async def upload(session, url, body, expect100):
    try:
        async with session.put(url, data=body, expect100=expect100) as response:
            await response.read()
            return response.status
    except Exception as error:
        return f"{type(error).__name__}: {error}".replace("\n", " ")


async def main(size, seconds, urls):
    body = bytes(size)
    limit = aiohttp.ClientTimeout(total=seconds)
    async with aiohttp.ClientSession(timeout=limit) as session:
        uploads = (upload(session, url, body, expect100) for url in urls for expect100 in (False, True))
        for result in await asyncio.gather(*uploads):
            print(result)


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
