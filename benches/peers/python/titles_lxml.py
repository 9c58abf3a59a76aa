"""Titles by lxml, from a tree of each page."""

from lxml import html

from peer import report_titles

PARSER = html.HTMLParser(encoding="utf-8")


def title_of(page):
    return html.document_fromstring(page, parser=PARSER).findtext(".//title").strip()


report_titles(title_of)
