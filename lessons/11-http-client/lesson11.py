"""Lesson 11 in Python: a client of a small shop that misbehaves.

In one terminal:  cargo run -p lesson11 --bin shop
In another:       the command that the shop prints, with its address

It needs: pip install -r lessons/requirements.txt
"""

import asyncio
import json
import random
import sys
import tempfile
import uuid

import aiohttp

if len(sys.argv) != 2:
    sys.exit("usage: lesson11.py URL (cargo run -p lesson11 --bin shop prints the whole command)")
URL = sys.argv[1]
PIECE, PICTURE = 65_536, 1_000_000  # bytes
USER, PASSWORD = "ada", "difference engine"


# ANCHOR: error
class ShopError(Exception):
    """A request that failed: no complete response, the shop's reason, or a body that isn't the shop's."""

    def __init__(self, request, words, code=None, status=None):
        super().__init__(f"{request} failed: {words}")
        self.request, self.code, self.status = request, code, status

    @property
    def is_temporary(self):
        return self.status in (None, 429, 502, 503, 504)


async def receive(session, method, path, **options):
    request = f"{method} {path}"
    try:
        async with session.request(method, path, **options) as response:
            status, body = response.status, await response.read()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ShopError(request, f"there is no complete response: {error!r}") from error
    if response.ok:
        return json.loads(body)
    try:
        reason = json.loads(body)["error"]
        code, message = reason["code"], reason["message"]
    except (ValueError, TypeError, KeyError):
        start = json.dumps(body.decode(errors="replace")[:60])
        raise ShopError(request, f"status {status} with a body that begins {start}", None, status) from None
    raise ShopError(request, f"{message} ({code}, status {status})", code, status)
# ANCHOR_END: error


# ANCHOR: retry
async def retry(one_try, notify=lambda error: None):
    for pause in [0.1, 0.2, 0.4, None]:
        try:
            return await one_try()
        except ShopError as error:
            if not error.is_temporary or pause is None:
                raise
            notify(error)
        await asyncio.sleep(pause * random.uniform(1, 2))
# ANCHOR_END: retry


# ANCHOR: rate
class RateLimit:
    """Gives each request its turn, at least a period after the one before."""

    def __init__(self, period):
        self.period, self.lock, self.next = period, asyncio.Lock(), 0

    async def turn(self):
        loop = asyncio.get_running_loop()
        async with self.lock:
            await asyncio.sleep(self.next - loop.time())
            self.next = loop.time() + self.period
# ANCHOR_END: rate


async def blocks(content):
    """Yields the blocks of a stream of server-sent events that are complete, each as a dictionary."""
    block = {}
    async for line in content:
        name, _, value = line.decode().rstrip("\n").partition(":")
        if name:
            block[name] = value.removeprefix(" ")
        elif block and not line.strip():
            yield block
            block = {}


class Shop:
    """A client of the shop whose user is logged in."""

    def __init__(self, session, token):
        self.session, self.token, self.lock = session, token, asyncio.Lock()
        self.rate = RateLimit(0.125)

    @classmethod
    async def log_in(cls, session):
        credentials = {"user": USER, "password": PASSWORD}
        answer = await receive(session, "POST", "/login", json=credentials)
        return cls(session, answer["token"])

    # ANCHOR: send
    async def send(self, method, path, headers=None, **options):
        async with self.lock:
            token = self.token
        try:
            return await self.send_with(token, method, path, headers, options)
        except ShopError as error:
            if error.code != "token-expired":
                raise
        token = await self.renewed(token)
        return await self.send_with(token, method, path, headers, options)

    async def send_with(self, token, method, path, headers, options):
        headers = {**(headers or {}), "Authorization": f"Bearer {token}"}
        return await receive(self.session, method, path, headers=headers, **options)

    async def renewed(self, expired):
        async with self.lock:
            if self.token == expired:
                print("the token has expired, so it's renewed")
                self.token = (await receive(self.session, "POST", "/token"))["token"]
            return self.token
    # ANCHOR_END: send

    # ANCHOR: products
    async def products(self):
        products, query = [], {"limit": 4}
        while True:
            page = await self.send("GET", "/products", params=query)
            products += page["products"]
            if page["next"] is None:
                return products
            query["cursor"] = page["next"]
    # ANCHOR_END: products

    async def describe(self, number):
        return await self.send("GET", f"/products/{number}")

    # ANCHOR: order
    async def order(self, product, quantity):
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        order = {"product": product, "quantity": quantity}

        def notify(error):
            print(f"{error.request} failed, so it's sent again with the same key")

        return await retry(lambda: self.send("POST", "/orders", headers, json=order), notify)
    # ANCHOR_END: order

    # ANCHOR: upload
    async def upload_picture(self, product, file, progress):
        async def pieces():
            read = 0
            while piece := file.read(PIECE):
                read += len(piece)
                progress(read)
                yield piece

        form = aiohttp.FormData({"product": str(product)})
        form.add_field("picture", pieces(), filename="picture.png", content_type="image/png")
        timeout = aiohttp.ClientTimeout(total=600)
        return await receive(self.session, "POST", "/upload", data=form, timeout=timeout)
    # ANCHOR_END: upload

    # ANCHOR: events
    async def events(self, query):
        """Yields events. If the connection breaks, it connects again, and resumes."""
        last_id, pause = None, 1
        timeout = aiohttp.ClientTimeout(total=None, sock_read=10)
        while True:
            headers = {"Accept": "text/event-stream"}
            if last_id is not None:
                headers["Last-Event-ID"] = last_id
            options = {"params": query, "headers": headers, "timeout": timeout}
            async with self.session.get("/events", **options) as response:
                if response.status == 204:
                    return
                response.raise_for_status()
                try:
                    async for event in blocks(response.content):
                        last_id = event.get("id", last_id)
                        pause = int(event["retry"]) / 1000 if "retry" in event else pause
                        if "data" in event:
                            yield json.loads(event["data"])
                except (aiohttp.ClientError, TimeoutError):
                    print("the connection broke; the last event was", last_id or "none")
            await asyncio.sleep(pause)
    # ANCHOR_END: events

    # ANCHOR: stock
    async def stock(self, product):
        async def one_try():
            await self.rate.turn()
            return await receive(self.session, "GET", "/stock", params={"product": product})

        return (await retry(one_try))["pieces"]
    # ANCHOR_END: stock


# ANCHOR: session
def new_session():
    return aiohttp.ClientSession(
        base_url=URL,
        headers={"User-Agent": "lesson11/0.1", "Accept": "application/json"},
        # Without `unsafe`, aiohttp keeps no cookies of an address such as 127.0.0.1.
        cookie_jar=aiohttp.CookieJar(unsafe=True),
        timeout=aiohttp.ClientTimeout(total=10, sock_connect=2),
    )
# ANCHOR_END: session


async def print_error(request):
    try:
        await request
    except ShopError as error:
        print(error)


def author_of(product):
    match product["details"]:
        case {"author": {"name": str(name)}}:
            return name


async def upload(shop):
    with tempfile.TemporaryFile() as file:
        file.write(bytes(byte % 251 for byte in range(PICTURE)))
        file.seek(0)
        quarters = 0

        def progress(read):
            nonlocal quarters
            if (now := read * 4 // PICTURE) > quarters:
                print(f"{now * 25}% of the picture")
                quarters = now

        for part in (await shop.upload_picture(2, file, progress))["parts"]:
            print(f"the shop got {part['name']}: {part['bytes']} bytes with CRC-32 {part['crc32']}")


async def main():
    async with new_session() as session:
        print("--- 1. log in ---")
        shop = await Shop.log_in(session)
        print(f"logged in as {USER}")

        print("\n--- 2. a list in pages ---")
        products = await shop.products()
        print(len(products), "products")
        for product in products:
            cents = product["price_cents"]
            print(f"{cents // 100}.{cents % 100:02}  {product['name']}")

        print("\n--- 3. errors that say why ---")
        await print_error(shop.describe(99))
        await print_error(shop.send("GET", "/recommendations"))

        print("\n--- 4. a token that expires ---")
        for described in await asyncio.gather(*(shop.describe(product["id"]) for product in products)):
            if author := author_of(described):
                print(author, "wrote", described["name"])

        print("\n--- 5. an order ---")
        order = await shop.order(2, 1)
        print("the shop took order", order["number"])
        print("it has", len((await shop.send("GET", "/order-list"))["orders"]), "in all")

        print("\n--- 6. an upload ---")
        await upload(shop)

        print("\n--- 7. events ---")
        # Six events, and the connection breaks after four of them.
        async for event in shop.events({"n": 6, "pause": 20, "cut": 4}):
            print(f"{event['id']}: {event['text']}")

        print("\n--- 8. a rate limit ---")
        print(sum(await asyncio.gather(*(shop.stock(product["id"]) for product in products))), "pieces in stock")


asyncio.run(main())
