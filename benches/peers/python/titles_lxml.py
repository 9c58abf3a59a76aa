"""Titles with lxml, from a tree of each page."""

from lxml import html

from peer import measure_titles

PARSER = html.HTMLParser(encoding="utf-8")


def title_of(page):
    return html.document_fromstring(page, parser=PARSER).findtext(".//title").strip()


measure_titles(title_of)
