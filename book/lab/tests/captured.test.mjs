// Each lab reproduces the chapter's own runs: the same lines in the same order, the same number of requests, and as
// many of them in flight. Only the times differ, because a real network and a real clock add a little.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { host, labs, mostInFlight, printed, project, settingsOf, wasm } from "./labs.mjs";

/** How much longer a real run may take, in seconds and as a fraction of the time. */
const SLACK = { seconds: 0.06, part: 0.02 };

/** The lines between an anchor and its end, without a heading and without the line that says what the server saw. */
function captured({ file, anchor, timeline }) {
    const lines = readFileSync(project(`book/src/out/${file}.txt`), "utf8").split(/\r?\n/);
    const [start, end] = [`ANCHOR: ${anchor}`, `ANCHOR_END: ${anchor}`].map((line) => lines.indexOf(line));
    assert(start >= 0 && start < end, `${file}.txt has no anchor ${anchor}`);
    return lines.slice(start + 1, end).filter((line) => line && !line.startsWith("---") && !(timeline && line.startsWith(`${timeline}: `)));
}

/** A line with its times replaced, and these times in seconds. */
function withoutTimes(line) {
    const times = [];
    const words = line.replace(/(\d+(?:\.\d+)?) (s|ms|seconds)\b/g, (_, number, unit) => {
        times.push(unit === "ms" ? number / 1000 : Number(number));
        return "<time>";
    });
    return [words.replace(/ +/g, " "), times];
}

function assertSameLines(actual, expected) {
    const [actualLines, expectedLines] = [actual.map(withoutTimes), expected.map(withoutTimes)];
    assert.deepEqual(actualLines.map(([words]) => words), expectedLines.map(([words]) => words));
    for (const [index, [words, times]] of actualLines.entries()) {
        for (const [position, time] of times.entries()) {
            const real = expectedLines[index][1][position];
            const most = time + SLACK.seconds + SLACK.part * time;
            assert(real >= time - 0.006 && real <= most, `${words}: ${time} s here, ${real} s in the chapter`);
        }
    }
}

/** The lines of the lab and of the chapter that are compared; `Compare` in `src/controls.rs` describes each way. */
const compared = {
    lines: (actual, expected) => [actual, expected],
    last: (actual, expected) => [actual.slice(-expected.length), expected],
    starting(actual, expected, words) {
        const isCompared = (line) => words.some((word) => line.startsWith(word));
        const lines = [actual, expected].map((lines) => lines.filter(isCompared));
        assert(lines[1].length > 0, `the chapter has no line that starts with ${words}`);
        return lines;
    },
};

/** The numbers of the line that says what the server saw. */
function summary({ file, timeline }) {
    const lines = readFileSync(project(`book/src/out/${file}.txt`), "utf8").split(/\r?\n/);
    const line = lines.find((line) => line.startsWith(`${timeline}: `));
    assert(line, `${file}.txt has no line for ${timeline}`);
    if (line.includes("the server saw no request")) return { requests: 0, inFlight: 0 };
    const [, requests] = line.match(/ ([\d,]+) requests?\b/);
    const inFlight = line.match(/at most ([\d,]+) in flight/);
    return { requests: Number(requests.replace(",", "")), inFlight: inFlight && Number(inFlight[1].replace(",", "")) };
}

for (const lab of labs) {
    test(`${lab.name} has captured runs for each of its versions`, () => {
        const version = lab.controls.find((control) => control.name === "version");
        const versions = version ? version.options.map(([name]) => name) : [undefined];
        const covered = new Set(lab.captured.map(({ settings }) => settingsOf(settings).version));
        // Settings without a version mean the first version.
        if (covered.delete(undefined)) covered.add(versions[0]);
        assert.deepEqual([...covered].sort(), versions.sort());
    });

    for (const run of lab.captured) {
        test(`${lab.name} with ${run.settings || "its defaults"} does what ${run.file}.txt shows`, () => {
            const events = host.run(wasm, lab.name, settingsOf(run.settings));
            const lines = captured(run);
            assertSameLines(...compared[run.compare.type](printed(events), lines, run.compare.words));
            if (run.timeline) {
                const { requests, inFlight } = summary(run);
                assert.equal(events.filter((event) => event.kind === "request").length, requests);
                if (inFlight !== null) assert.equal(mostInFlight(events), inFlight);
            }
        });
    }
}
