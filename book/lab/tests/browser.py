"""The labs log the same events in a browser as in Node: with 1,000 random settings each, or as many as the argument says.

python book/lab/tests/browser.py chromium-headless-shell 1000

It needs the packages of book/requirements.txt, and Node.
"""

import functools
import http.server
import json
import pathlib
import shutil
import subprocess
import sys
import threading

from playwright.sync_api import sync_playwright

BROWSER = shutil.which(sys.argv[1])
RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
BOOK = pathlib.Path(__file__).parents[2]
PATIENCE = 1_200_000  # milliseconds for one lab, even on a busy machine


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def digests_in_browser(url):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER)
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{url}/lab/tests/labs.mjs")  # Any file of this site.
        for script in ["page/host.js", "tests/random.js"]:
            page.add_script_tag(path=BOOK / "lab" / script)
        page.evaluate(
            """async url => {
                globalThis.wasm = await WebAssembly.compileStreaming(fetch(url));
                globalThis.labs = labHost.describe(wasm);
            }""",
            f"{url}/src/lab/lab.wasm",
        )
        digests = {}
        for index, name in enumerate(page.evaluate("labs.map(lab => lab.name)")):
            digests[name] = page.evaluate(
                "([index, runs]) => labRandom.digest(words => labHost.call(wasm, words), labs[index], runs)", [index, RUNS]
            )
        browser.close()
        return digests


def digests_in_node():
    program = [shutil.which("node"), BOOK / "lab/tests/digests.mjs", str(RUNS)]
    return json.loads(subprocess.run(program, check=True, stdout=subprocess.PIPE).stdout)


handler = functools.partial(Quiet, directory=str(BOOK))
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
browser = digests_in_browser(f"http://127.0.0.1:{server.server_port}")
node = digests_in_node()
differing = [name for name in node if node[name] != browser.get(name)]
if differing or browser.keys() != node.keys():
    sys.exit(f"different in the browser: {', '.join(differing) or 'the list of labs'}")
print(f"{len(node)} labs log the same in the browser and in Node, with {RUNS} settings each")
