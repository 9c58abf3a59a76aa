"""What the programs share: their input, the clock and the report. ../src/program.rs describes all three."""

import os
import sys
import time

if "uvloop" in sys.argv:
    from uvloop import run
else:
    from asyncio import run


def read_input():
    """Returns how many requests may be in flight, or how many passes to make, and a line for each page."""
    return int(sys.argv[-1]), sys.stdin.read().splitlines()


def read_files(lines):
    pages = []
    for line in lines:
        with open(line, "rb") as file:
            pages.append(file.read())
    return pages


def report(seconds, lines):
    sys.stdout.write(f"seconds {seconds:.9f}\n" + "".join(f"{line}\n" for line in lines))


def measure(fetch_all):
    """Takes the time of `fetch_all`, which returns the length of each page, with nothing left open."""
    number, urls = read_input()
    start = time.perf_counter()
    pages = fetch_all(number, urls)
    seconds = time.perf_counter() - start
    if left := open_sockets():
        sys.exit(f"{left} connections are open after the clock has stopped")
    report(seconds, pages)


def measure_async(fetch_all):
    """The same for a coroutine. The clock includes making the event loop and shutting it down."""
    measure(lambda number, urls: run(fetch_all(number, urls)))


def measure_titles(title_of):
    """Goes through the pages as often as the argument says, and reports the time of one pass."""
    passes, lines = read_input()
    pages = read_files(lines)
    start = time.perf_counter()
    for _ in range(passes):
        titles = [title_of(page) for page in pages]
    report((time.perf_counter() - start) / passes, titles)


def open_sockets():
    """How many connections this process has open; 0 where the system has no /proc."""
    if not os.path.isdir("/proc/self/fd"):
        return 0
    count = 0
    for file in os.listdir("/proc/self/fd"):
        try:
            count += os.readlink(f"/proc/self/fd/{file}").startswith("socket:")
        except FileNotFoundError:
            # The folder itself was open while it was listed.
            pass
    return count
