"""What a program is given, and what it reports: as src/program.rs says for those in Rust."""

import sys
import time


def given():
    """So many requests at a time, or passes; and a line for each page."""
    return int(sys.argv[-1]), sys.stdin.read().splitlines()


def files(lines):
    pages = []
    for line in lines:
        with open(line, "rb") as file:
            pages.append(file.read())
    return pages


def report(seconds, lines):
    sys.stdout.write(f"seconds {seconds:.9f}\n" + "".join(f"{line}\n" for line in lines))


def report_titles(title_of):
    """Goes through the pages as often as it is told, and reports the time of a pass."""
    passes, lines = given()
    pages = files(lines)
    start = time.perf_counter()
    for _ in range(passes):
        titles = [title_of(page) for page in pages]
    report((time.perf_counter() - start) / passes, titles)
