"""What the browser tests share: they watch a page for errors, and note everything that isn't as it should be."""

from axe_playwright_python.sync_playwright import Axe

PATIENCE = 120_000  # milliseconds, for a machine that has much else to do

found = []


def watch(page, where):
    page.set_default_timeout(PATIENCE)

    def complain(words):
        found.append(f"{where()}: {words}")

    page.on("console", lambda message: message.type == "error" and complain(f"console: {message.text}"))
    page.on("pageerror", lambda error: complain(f"a script failed: {error}"))
    # What is under way when a page is left is aborted by that.
    page.on(
        "requestfailed",
        lambda request: request.failure == "net::ERR_ABORTED" or complain(f"not loaded: {request.url}"),
    )


def overflowing(page):
    return page.evaluate(
        """() => ['html', 'main', '.content', '.page'].filter(selector => {
            const element = document.querySelector(selector);
            return element && element.scrollWidth > element.clientWidth + 1;
        })"""
    )


def look_for_barriers(page, where):
    # What mdBook itself draws is its own affair; the text is ours.
    for violation in Axe().run(page, context="main").response["violations"]:
        for node in violation["nodes"]:
            found.append(f"{where}: {violation['id']}: {node['html'][:120]} {node['failureSummary'][:300]}")
