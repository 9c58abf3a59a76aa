"""Titles with selectolax, on lexbor, from a tree of each page. It takes bytes as UTF-8."""

from selectolax.lexbor import LexborHTMLParser

from peer import measure_titles


def title_of(page):
    return LexborHTMLParser(page).css_first("title").text().strip()


measure_titles(title_of)
