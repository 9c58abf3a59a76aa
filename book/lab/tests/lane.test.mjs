// The picture of what's polled and what wakes it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { host, labs, wasm } from "./labs.mjs";
import "../page/timeline.js";
import "../page/run.js";
import "../page/words.js";
import "../page/lane.js";

const { labRun, labLane } = globalThis;

/** The lane of these events right after a step; without one, after the last. */
function laneOf(events, step) {
    const steps = labRun.steps(events);
    step ??= steps.length - 1;
    return labLane.svg(events, steps, { step, now: steps[step].end });
}

/** How many elements have these classes. */
const count = (svg, names) => svg.split(`class="${names}"`).length - 1;
const texts = (svg, name) =>
    [...svg.matchAll(new RegExp(`<text class="${name}"[^>]*>([^<]*)<`, "g"))].map(([, words]) => words);
const bounded = (version, pages) => host.run(wasm, "bounded", { version, pages });

for (const { name } of labs) {
    test(`the lane of ${name} has no number that isn't one, after any step`, () => {
        const events = host.run(wasm, name, {});
        for (const step of labRun.steps(events).keys()) {
            const svg = laneOf(events, step);
            assert(!/NaN|Infinity|undefined/.test(svg), svg);
        }
    });
}

test("main and each task have a row, with a mark for each poll", () => {
    const svg = laneOf(bounded("join_set", 3));
    assert.deepEqual(texts(svg, "label"), ["the runtime", "main", "task 1", "task 2", "task 3"]);
    assert.deepEqual(texts(svg, "result"), ["4 polls, ready", "2 polls, ready", "2 polls, ready", "2 polls, ready"]);
    // One more of each is in the legend; the current one is main's last.
    assert.equal(count(svg, "pending"), 6 + 1);
    assert.equal(count(svg, "ready"), 3 + 1);
    assert.equal(count(svg, "ready current"), 1);
    // The runtime wakes three tasks, and these wake main.
    assert.equal(count(svg, "wake") + count(svg, "wake current"), 6);
    assert.match(svg, /<desc>main: 4 polls, ready\. task 1: 2 polls, ready\./);
});

test("before its step a task is only a name", () => {
    const svg = laneOf(bounded("join_set", 3), 1);
    assert.deepEqual(texts(svg, "result"), ["1 poll", "1 poll", "0 polls", "0 polls"]);
    assert.equal(count(svg, "ready"), 1, "only the legend's");
});

test("many tasks share a row", () => {
    const spawns = Array.from({ length: 100 }, (_, index) => ({
        at: 0,
        kind: "spawn",
        task: index + 1,
        by: 0,
        place: "a.rs:1",
    }));
    const last = [
        { at: 5, kind: "poll", task: 100 },
        { at: 5, kind: "polled", task: 100, ready: false },
    ];
    const labels = texts(
        laneOf([
            { at: 0, kind: "poll", task: 0 },
            ...spawns,
            { at: 0, kind: "polled", task: 0, ready: false },
            ...last,
        ]),
        "label",
    );
    assert.equal(labels.length, 2 + 24 + 1);
    assert.equal(labels[26], "76 more tasks");
});

test("a poll that takes time is a bar, and a poll that never returns is one, too", () => {
    const events = [
        { at: 0, kind: "poll", task: 0 },
        { at: 300, kind: "polled", task: 0, ready: false },
        { at: 400, kind: "poll", task: 0 },
        { at: 400, kind: "blocked", task: 0, thing: "the lock (a.rs:1)" },
        { at: 400, kind: "deadlock" },
    ];
    const svg = laneOf(events);
    const bars = [...svg.matchAll(/class="pending(?: current)? holding" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)];
    assert.equal(bars.length, 2 + 1, "and one in the legend");
    assert.equal(Number(bars[0][2]), 330 * 0.75, "three quarters of the axis");
    assert(Number(bars[1][2]) > 10);
});

test("a task that's dropped ends with a mark", () => {
    const events = [
        { at: 0, kind: "poll", task: 0 },
        { at: 0, kind: "spawn", task: 1, by: 0, place: "a.rs:1" },
        { at: 0, kind: "cancel", task: 1 },
        { at: 0, kind: "polled", task: 0, ready: true },
        { at: 0, kind: "finish" },
    ];
    const svg = laneOf(events);
    assert.equal(count(svg, "dropped"), 1 + 1);
    assert.deepEqual(texts(svg, "result"), ["1 poll, ready", "0 polls, dropped"]);
});

test("a run that takes no time is drawn step by step, and only the last of its steps", () => {
    const events = host.run(wasm, "circle", { version: "send_or_receive" });
    const svg = laneOf(events, 99);
    assert.equal(count(svg, "pending") + count(svg, "pending current"), 16 + 1);
    assert.deepEqual(texts(svg, "tick").slice(0, 2), ["step 86", "step 91"]);
});
