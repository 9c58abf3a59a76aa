"""Lesson 09 in Python: the tutorial's five rules, kept.

In one terminal:  cargo run -p mock-server
In another:       python lessons/09-best-practices/lesson09.py

Give it URLs to fetch those instead. It needs: pip install -r lessons/requirements.txt
"""

import asyncio
import os
import sys
import tempfile
import time

import aiohttp

NAMES = ["codeswithpankaj.com", "python.org", "w3schools.com"]
FAILING = ["http://127.0.0.1:8080/fault/status?code=404", "http://127.0.0.1:9/"]
URLS = sys.argv[1:] or [
    *(f"http://127.0.0.1:8080/site/{name}" for name in NAMES),
    *FAILING,
]
TIMEOUT = aiohttp.ClientTimeout(total=2)  # seconds, for all of a page


def old_driver(line):
    time.sleep(0.2)


# ANCHOR: write_report
def write_report(file, lines):
    # 5. Close what you open: `with` does.
    with open(file, "w") as report:
        for line in lines:
            report.write(line)
# ANCHOR_END: write_report


# ANCHOR: fetch_page
async def fetch_page(session, url):
    # 2. Do not block: this goes to a thread.
    line = f"fetching {url}"
    await asyncio.to_thread(old_driver, line)
    # 4. Use async libraries: aiohttp, not requests.
    async with session.get(url) as response:
        response.raise_for_status()
        return len(await response.read())
# ANCHOR_END: fetch_page


# ANCHOR: main
async def main(file):
    # 5. Close what you open.
    session = aiohttp.ClientSession(timeout=TIMEOUT)
    async with session:
        # 3. Handle errors: a result for each.
        results = await asyncio.gather(
            *(fetch_page(session, url) for url in URLS),
            return_exceptions=True,
        )
    for url, result in zip(URLS, results):
        if isinstance(result, BaseException):
            name = type(result).__name__
            print(f"{url}: failed: {name}: {result}")
        else:
            print(f"{url}: {result} bytes")
    # 4. Files have no async, so this goes to a thread.
    lines = [f"{url}\n" for url in URLS]
    await asyncio.to_thread(write_report, file, lines)
    size = os.path.getsize(file)
    print(f"the report has {size} bytes")
# ANCHOR_END: main


# ANCHOR: run
with tempfile.TemporaryDirectory() as folder:
    report = os.path.join(folder, "report.txt")
    # 1. Start the loop properly: once, at the top.
    asyncio.run(main(report))
# ANCHOR_END: run
