"""requests in a pool of threads. A session isn't made for sharing, so each thread has its own."""

import threading
from concurrent.futures import ThreadPoolExecutor

import requests

from peer import measure

local = threading.local()
sessions = []


def open_session():
    local.session = requests.Session()
    sessions.append(local.session)


def fetch_page(url):
    response = local.session.get(url)
    response.raise_for_status()
    return len(response.content)


def fetch_all(limit, urls):
    with ThreadPoolExecutor(max_workers=limit, initializer=open_session) as pool:
        pages = list(pool.map(fetch_page, urls))
    for session in sessions:
        session.close()
    return pages


measure(fetch_all)
