"""requests, one after another, in one session."""

import time

import requests

from peer import given, report


def fetch(session, url):
    response = session.get(url)
    response.raise_for_status()
    return len(response.content)


_, urls = given()
start = time.perf_counter()
with requests.Session() as session:
    pages = [fetch(session, url) for url in urls]
report(time.perf_counter() - start, pages)
