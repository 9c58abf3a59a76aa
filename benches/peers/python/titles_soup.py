"""Titles by BeautifulSoup, on the parser that the first argument names: html.parser or lxml."""

import sys

from bs4 import BeautifulSoup

from peer import report_titles

PARSER = sys.argv[1]


def title_of(page):
    # What the encoding is, is said, as a page's header says it; to find it out takes longer.
    return BeautifulSoup(page, PARSER, from_encoding="utf-8").title.string.strip()


report_titles(title_of)
