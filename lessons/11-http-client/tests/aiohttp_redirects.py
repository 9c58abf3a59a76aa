"""A redirect to a different origin with aiohttp: a token that was removed stays removed.

    python aiohttp_redirects.py ONE_HOP TWO_HOPS
"""

import asyncio
import sys

import aiohttp


async def main():
    async with aiohttp.ClientSession() as session:
        for hops, url in enumerate(sys.argv[1:], start=1):
            headers = {"Authorization": "Bearer secret", "X-Api-Key": "secret"}
            async with session.get(url, headers=headers) as response:
                assert len(response.history) == hops, response
                arrived = [header["name"] for header in (await response.json())["headers"]]
                assert "authorization" not in arrived, arrived
                assert "x-api-key" in arrived, arrived
    print("all true")


asyncio.run(main())
