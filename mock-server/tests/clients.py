"""Requests each URL with aiohttp: all URLs at the same time, each of them TIMES times in turn.

    python clients.py TIMES SECONDS [--ca FILE] URL...

A request may take SECONDS. With `--ca`, it trusts the certificate authority in FILE, and no other. Prints the result of each request, in the order of the URLs: how many bytes it got, or the
exception and its message.
"""

import argparse
import asyncio
import ssl

import aiohttp


async def fetch(session, url):
    try:
        async with session.get(url) as response:
            body = await response.read()
            response.raise_for_status()
            return f"{len(body)} bytes"
    except Exception as error:
        return f"{type(error).__name__}: {error}".replace("\n", " ")


async def in_turn(session, url, times):
    return [await fetch(session, url) for _ in range(times)]


async def main(times, seconds, ca, urls):
    limit = aiohttp.ClientTimeout(total=seconds)
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=ca) if ca else True)
    async with aiohttp.ClientSession(timeout=limit, connector=connector) as session:
        results = await asyncio.gather(*(in_turn(session, url, times) for url in urls))
    for result in results:
        print(*result, sep="\n")


parser = argparse.ArgumentParser()
parser.add_argument("times", type=int)
parser.add_argument("seconds", type=int)
parser.add_argument("--ca")
parser.add_argument("urls", nargs="+")
asyncio.run(main(**vars(parser.parse_args())))
