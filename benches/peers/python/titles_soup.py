"""Titles with BeautifulSoup, on the parser that the first argument names: html.parser or lxml."""

import sys

from bs4 import BeautifulSoup

from peer import measure_titles

PARSER = sys.argv[1]


def title_of(page):
    # BeautifulSoup would guess the encoding, which takes longer.
    return BeautifulSoup(page, PARSER, from_encoding="utf-8").title.string.strip()


measure_titles(title_of)
