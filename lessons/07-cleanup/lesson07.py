"""Lesson 07 in Python: a page, fetched in a session that is closed on every way out.

In one terminal:  cargo run -p mock-server
In another:       python lessons/07-cleanup/lesson07.py

It takes a URL of your own as an argument. It needs: pip install -r lessons/requirements.txt
"""

import asyncio
import sys
from contextlib import asynccontextmanager

import aiohttp

URL = sys.argv[1] if sys.argv[1:] else "http://127.0.0.1:8080/site/codeswithpankaj.com"
URL = URL.rstrip("/")
TIMEOUT = aiohttp.ClientTimeout(total=2)  # seconds, for each whole response


# ANCHOR: session
async def post(client, path):
    async with client.post(f"{URL}/{path}") as response:
        response.raise_for_status()


@asynccontextmanager
async def session():
    async with aiohttp.ClientSession(timeout=TIMEOUT) as client:
        await post(client, "login")
        try:
            yield client
        finally:
            await post(client, "logout")
# ANCHOR_END: session


# ANCHOR: fetch_page
async def get(client, path=""):
    async with client.get(f"{URL}/{path}") as response:
        response.raise_for_status()
        return len(await response.text())


async def fetch_page(path=""):
    async with session() as client:
        return await get(client, path)


async def fetch_with_bug():
    async with session() as client:
        await get(client)
        raise RuntimeError("a bug")
# ANCHOR_END: fetch_page


# ANCHOR: main
async def main():
    print("success:", await fetch_page(), "bytes")
    try:
        await fetch_page("missing")
    except aiohttp.ClientResponseError as error:
        print("error:", error.status)
    try:
        await fetch_with_bug()
    except RuntimeError as error:
        print("bug:", error)
    task = asyncio.create_task(fetch_page())
    await asyncio.sleep(0.5)
    task.cancel()
    try:
        print("too quick:", await task, "bytes")
    except asyncio.CancelledError:
        print("cancelled")
# ANCHOR_END: main


asyncio.run(main())
