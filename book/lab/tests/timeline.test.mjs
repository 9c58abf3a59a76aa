// JavaScript draws the same timelines as Rust. The pictures are in mock-server, and a test there keeps them up to date.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { project } from "./labs.mjs";
import "../page/timeline.js";

const { timeline } = globalThis;

/** An SVG, an element a line, and its numbers. Rust and JavaScript round a half differently. */
function parts(svg) {
    const numbers = [];
    const words = svg.replace(/\d+\.\d+/g, (number) => {
        numbers.push(Number(number));
        return "#";
    });
    return [words.split("\n"), numbers];
}

const lines = readFileSync(project("mock-server/src/timeline/pictures.jsonl"), "utf8").split("\n").filter(Boolean);
for (const { panels, svg } of lines.map((line) => JSON.parse(line))) {
    test(`a picture of ${panels.map(({ title }) => title).join(" and ")} is the same as in Rust`, () => {
        const own = panels.map(({ title, taken, record }) => ({
            title,
            exchanges: timeline.exchangesOf(record, taken),
            inFlight: record.max_in_flight,
        }));
        const [words, numbers] = parts(timeline.svg(own));
        const [expectedWords, expectedNumbers] = parts(svg);
        assert.deepEqual(words, expectedWords);
        for (const [index, number] of numbers.entries())
            assert(Math.abs(number - expectedNumbers[index]) < 0.11, words[index]);
    });
}

const exchange = (site, start, end, more) => ({
    site,
    start,
    pieces: [end],
    end,
    outcome: "complete",
    bytes: 10,
    ...more,
});

test("at an earlier moment a request that hasn't ended is in flight, and one that hasn't begun is only a name", () => {
    const exchanges = [exchange("a.example", 0, 100), exchange("b.example", 0, 400), exchange("c.example", 300, 400)];
    const svg = timeline.svg([{ title: "earlier", exchanges, inFlight: 2 }], { now: 200 });
    assert.match(
        svg,
        /a\.example from 0 ms to 100 ms, 10 bytes\. b\.example from 0 ms to 200 ms, in flight, 0 B\.<\/desc>/,
    );
    assert.match(svg, /<g class="later"><text class="label"[^>]*>c\.example/);
    assert.match(svg, /class="moment"/);
    const whole = timeline.svg([{ title: "earlier", exchanges, inFlight: 2 }]);
    assert.deepEqual(svg.match(/class="tick" x="[^"]+"/g), whole.match(/class="tick" x="[^"]+"/g), "the axis stays");
});

test("without connections the headline doesn't count them", () => {
    const svg = timeline.svg([
        { title: "run", exchanges: [exchange("a.example", 0, 100), exchange("a.example", 100, 200)], inFlight: 1 },
    ]);
    assert.match(svg, />run: 2 requests, at most 1 in flight</);
});

test("names from outside can't become markup or reorder the words around them", () => {
    const svg = timeline.svg([{ title: "run", exchanges: [exchange('<img src="x">\u202e', 0, 100)], inFlight: 1 }]);
    assert(!svg.includes("<img") && !svg.includes("\u202e"));
});
