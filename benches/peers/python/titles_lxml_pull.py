"""Titles with lxml's pull parser, which gets each page piece by piece up to the end of its title."""

from lxml import etree

from peer import measure_titles

CHUNK = 16_384


def title_of(page):
    parser = etree.HTMLPullParser(events=("end",), tag="title", encoding="utf-8")
    for start in range(0, len(page), CHUNK):
        parser.feed(page[start : start + CHUNK])
        for _, element in parser.read_events():
            return element.text.strip()
    return ""


measure_titles(title_of)
