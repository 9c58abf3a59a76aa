"""Compares lesson10 with other link checkers: the time, CPU time and memory that each takes for the same site.

    python3 benches/link_checkers.py http://127.0.0.1:8000/

Serve the site first, from a server that takes little CPU time itself, such as nginx. The other programs are measured
if they're there: linkinator (`npm install -g linkinator`) and linkchecker (`pip install linkchecker`). `--linkinator`
and `--linkchecker` say where they are if they aren't in PATH.

All programs follow the links within the site, with 16 requests in flight, and leave out links to other sites.
linkchecker doesn't check fragments, and linkinator only in the row that says so; lesson10 always does. The programs run
in turn, round after round, so whatever slows the machine for a while slows all of them. Each figure is the median of
the rounds.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
TIME_LIMIT = 1_800  # seconds for one run of one program
# linkchecker sends at most ten requests per second unless its configuration says otherwise.
LINKCHECKER = "[checking]\nthreads=16\nmaxrequestspersecond=1000000\n"


def main():
    parser = argparse.ArgumentParser(description="compares lesson10 with other link checkers")
    parser.add_argument("url", help="where the site starts")
    parser.add_argument("--rounds", type=int, default=3, help="how often each program runs [default: 3]")
    parser.add_argument("--linkinator", default="linkinator", metavar="PROGRAM")
    parser.add_argument("--linkchecker", default="linkchecker", metavar="PROGRAM")
    arguments = parser.parse_args()
    built = build()
    with tempfile.TemporaryDirectory() as folder:
        # linkchecker gives up the rights of root before it reads its configuration.
        os.chmod(folder, 0o755)
        configuration = Path(folder, "linkchecker.conf")
        configuration.write_text(LINKCHECKER)
        programs = commands(arguments, built, configuration)
        runs = {name: [] for name in programs}
        for number in range(1, arguments.rounds + 1):
            for name, command in programs.items():
                print(f"round {number} of {arguments.rounds}: {name}", file=sys.stderr)
                runs[name].append(measure(built, command, Path(folder, "usage")))
    print_table(runs)


def build():
    """Builds lesson10, and the program that measures. Returns their folder."""
    build = ["cargo", "build", "--release", "-p", "lesson10", "-p", "peers", "--bin", "lesson10", "--bin", "peer-measure"]
    subprocess.run(build, cwd=ROOT, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"), "release")


def commands(arguments, built, configuration):
    """The command of each program that's there."""
    url = arguments.url
    site = "{0.scheme}://{0.netloc}/".format(urlsplit(url))
    linkinator = [arguments.linkinator, url, "--recurse", "--skip", f"^(?!{re.escape(site)})", "--concurrency", "16"]
    programs = {
        "lesson10": [built / "lesson10", url, "--no-external", "--pages", "1000000", "--per-host", "16"],
        "linkinator": linkinator,
        "linkinator, with fragments": [*linkinator, "--check-fragments"],
        "linkchecker": [arguments.linkchecker, url, "-f", configuration, "--no-robots", "--no-status"],
    }
    installed = {name: command for name, command in programs.items() if shutil.which(command[0])}
    for name in programs.keys() - installed.keys():
        print(f"LEFT OUT: {name}, because it isn't installed", file=sys.stderr)
    return installed


def measure(built, command, usage):
    """The seconds, the CPU seconds and the peak memory in bytes of one run."""
    arguments = [built / "peer-measure", usage, str(TIME_LIMIT), *command]
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    subprocess.run(arguments, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    wall, cpu, peak, end = usage.read_text().split(maxsplit=3)
    # Status 1 means that there are broken links.
    if end.strip() not in ("success", "exit status: 1"):
        sys.exit(f"{' '.join(map(str, command))}: {end.strip()}")
    return int(wall) / 1e6, int(cpu) / 1e6, int(peak)


def print_table(runs):
    print("| program | seconds | CPU seconds | × lesson10's CPU seconds | peak memory |")
    print("| --- | --- | --- | --- | --- |")
    for name, rounds in runs.items():
        seconds, cpu, peak = map(statistics.median, zip(*rounds))
        # Two programs of the same round are compared.
        ratio = statistics.median(own[1] / first[1] for own, first in zip(rounds, runs["lesson10"]))
        print(f"| {name} | {seconds:.1f} | {cpu:.1f} | {ratio:.1f} | {peak / 1e6:.0f} MB |")


if __name__ == "__main__":
    main()
