"""Titles by selectolax, on lexbor, from a tree of each page."""

from selectolax.lexbor import LexborHTMLParser

from peer import report_titles


def title_of(page):
    return LexborHTMLParser(page).css_first("title").text().strip()


report_titles(title_of)
