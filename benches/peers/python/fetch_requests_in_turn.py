"""requests, one after another, in one session."""

import requests

from peer import measure


def fetch_page(session, url):
    response = session.get(url)
    response.raise_for_status()
    return len(response.content)


def fetch_all(_, urls):
    with requests.Session() as session:
        return [fetch_page(session, url) for url in urls]


measure(fetch_all)
