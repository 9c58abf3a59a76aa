"""Lesson 04 in Python: tasks from create_task, and wait to wait for them.

In one terminal:  cargo run -p mock-server
In another:       python lessons/04-tasks/lesson04.py

You can pass URLs as arguments. First: pip install -r lessons/requirements.txt
"""

import asyncio
import sys

import aiohttp

NAMES = ["codeswithpankaj.com", "w3schools.com"]
URLS = sys.argv[1:] or [f"http://127.0.0.1:8080/site/{name}" for name in NAMES]
TIMEOUT = aiohttp.ClientTimeout(total=5)  # seconds, from the request to the last byte
PAUSE = 1  # seconds


# ANCHOR: fetch_page
async def fetch_page(session, url):
    print(f"Fetching {url}")
    async with session.get(url) as response:
        response.raise_for_status()
        await asyncio.sleep(PAUSE)
        print(f"Fetched {url}")
        return len(await response.text())
# ANCHOR_END: fetch_page


# ANCHOR: schedule
def schedule(session, urls):
    return [asyncio.create_task(fetch_page(session, url)) for url in urls]
# ANCHOR_END: schedule


# ANCHOR: main
async def main():
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        tasks = schedule(session, URLS)
        print("Tasks scheduled")
        await asyncio.wait(tasks)
    for url, task in zip(URLS, tasks):
        if task.exception():
            print(f"{url}: failed: {task.exception()!r}")
        else:
            print(f"{url}: {task.result()} bytes")
# ANCHOR_END: main


asyncio.run(main())
