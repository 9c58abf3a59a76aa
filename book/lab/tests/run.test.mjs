// What the page says about a run: its steps in words, its numbers, and how it ends.
import assert from "node:assert/strict";
import { test } from "node:test";
import { host, labs, mostInFlight, wasm } from "./labs.mjs";
import "../page/timeline.js";
import "../page/run.js";
import "../page/words.js";

const { labRun, labWords } = globalThis;

const run = (name, settings = {}) => host.run(wasm, name, settings);
const poll = (at, task, ready, ...during) => [
    { at, kind: "poll", task },
    ...during,
    { at, kind: "polled", task, ready },
];
const wait = (thing, ready = false) => ({ at: 0, kind: "wait", task: 0, thing, ready });
const wordsOf = (events) => labRun.steps(events).map(labWords.sentences);

for (const { name } of labs) {
    test(`every event of ${name} has words, and each poll is a step`, () => {
        const events = run(name);
        const steps = labRun.steps(events);
        assert.equal(steps.length, events.filter(({ kind }) => kind === "poll").length);
        assert.equal(
            steps.reduce((sum, step) => sum + step.events.length, 0),
            events.length,
        );
        for (const step of steps) {
            const words = labWords.sentences(step);
            assert(words.length >= 2 && words.length <= 12, words.join("\n"));
            assert(
                words.every((sentence) => !/undefined|null|doesn't know/.test(sentence)),
                words.join("\n"),
            );
        }
    });

    test(`the numbers of ${name} are those that the other tests count`, () => {
        const events = run(name);
        assert.equal(
            labRun.measure(events, { type: "requests" }),
            events.filter(({ kind }) => kind === "request").length,
        );
        assert.equal(labRun.measure(events, { type: "in_flight" }), mostInFlight(events));
    });

    test(`the question of ${name} has an answer`, () => {
        const { question } = labs.find((lab) => lab.name === name);
        assert.equal(typeof labRun.measure(run(name), question.measure), "number");
    });
}

test("a step says who was woken, what was there, and what the poll returned", () => {
    const words = wordsOf(run("bounded", { version: "join_set", pages: "1" }));
    assert.deepEqual(words[0].slice(1), [
        "Main spawns task 1 (bounded.rs:108).",
        "Main is pending. It gives up the thread until something wakes it.",
    ]);
    assert.deepEqual(words[2], [
        "The runtime wakes task 1.",
        "Task 1 is polled.",
        "The response of codeswithpankaj.com has started.",
        "Body data from codeswithpankaj.com has arrived.",
        "codeswithpankaj.com has sent its whole response: 15,000 bytes.",
        "Task 1 wakes main.",
        "Task 1 is ready: it has finished.",
    ]);
    assert.deepEqual(words[3], [
        "Main is polled.",
        "Main prints: results in the order of the pages, total 0.80 s",
        "Main is ready: it has finished.",
        "The program ends.",
    ]);
});

test("a poll that takes time has held the thread", () => {
    const events = [
        { at: 100, kind: "poll", task: 0 },
        { at: 400, kind: "polled", task: 0, ready: true },
        { at: 400, kind: "finish" },
    ];
    assert.deepEqual(wordsOf(events), [
        [
            "Main is polled.",
            "Main has held the thread for 300 ms.",
            "Main is ready: it has finished.",
            "The program ends.",
        ],
    ]);
});

test("a step that holds the thread has a moment for whatever happens in it", () => {
    const events = [
        ...poll(0, 0, false),
        { at: 100, kind: "poll", task: 0 },
        { at: 200, kind: "print", line: "one" },
        { at: 200, kind: "print", line: "two" },
        { at: 400, kind: "polled", task: 0, ready: true },
        { at: 400, kind: "finish" },
    ];
    const steps = labRun.steps(events);
    const moments = labRun.moments(steps);
    assert.deepEqual(
        moments.map(({ step, now }) => [step, now]),
        [
            [0, 0],
            [1, 100],
            [1, 200],
            [1, 400],
        ],
    );
    const words = moments.map((moment) => labWords.sentences(labRun.upTo(steps, moment)[moment.step]));
    assert.deepEqual(words[1], ["Main is polled."]);
    assert.deepEqual(words[2], ["Main is polled.", "Main prints 2 lines."]);
    assert.equal(words[3].length, 5);
});

test("many events of a poll are cut short, and what the poll returned is still said", () => {
    const [words] = wordsOf(poll(0, 0, false, ...Array.from({ length: 40 }, (_, index) => wait(`thing ${index}`))));
    assert.equal(words.length, 12);
    assert.match(words[10], /^And \d+ more/);
    assert.match(words[11], /^Main is pending/);
});

test("an event of a kind that's new to the page doesn't stop it", () => {
    const [words] = wordsOf(poll(0, 0, false, { at: 0, kind: "hiccup", task: 0 }));
    assert(words.includes("This page doesn't know an event of this kind: hiccup."), words.join("\n"));
});

test("a deadlock says what each future waits for", () => {
    const ending = labWords.ending(run("circle", { version: "send_then_receive", patience: "never" }));
    assert.equal(
        ending,
        "Deadlock: nothing will ever wake any task. Main waits for room in channel 2 and room in channel 1.",
    );
});

test("in a deadlock a task that's done isn't mentioned, and a future that isn't polled any more is", () => {
    const spawn = (task) => ({ at: 0, kind: "spawn", task, by: 0, place: "a.rs:2" });
    const waits = [
        { task: 0, thing: "the lock (a.rs:1)", polled: 0 },
        { task: 0, thing: "the next tick (a.rs:2)", polled: 10 },
        ...[2, 3, 4].map((task) => ({ task, thing: "the response of python.org", polled: 5 })),
    ];
    const events = [
        ...poll(0, 0, false, wait("the lock (a.rs:1)"), ...[1, 2, 3, 4, 5].map(spawn)),
        ...poll(0, 1, true),
        ...poll(5, 2, false),
        ...poll(5, 3, false),
        ...poll(5, 4, false),
        ...poll(5, 5, false),
        ...poll(10, 0, false),
        {
            at: 7_200_000,
            kind: "exchange",
            request: 0,
            site: "python.org",
            start: 5,
            pieces: [],
            end: 7_200_000,
            outcome: "in_flight",
        },
        { at: 7_200_000, kind: "deadlock", waits },
    ];
    const expected = [
        "Deadlock: nothing will ever wake any task.",
        "Main waits for the lock (a.rs:1) (in a future that was last polled at 0 ms) and the next tick (a.rs:2).",
        "Tasks 2 to 4 wait for the response of python.org.",
        "Task 5 waits for something that labs don't track, such as a task or a message.",
    ];
    assert.equal(labWords.ending(events), expected.join(" "));
    assert.equal(labRun.endOf(events), 10, "the time until it was noticed doesn't count");
    assert.equal(labRun.measure(events, { type: "total" }), null);
    assert.match(labWords.summary(events), /doesn't finish/);
});

test("a deadlock says which future has been given the lock and isn't polled any more", () => {
    const lock = host.run(wasm, "futurelock", { patience: "never" });
    const given = "the lock (which was given to a future that was last polled at 0 ms, and that future isn't polled any more)";
    const words = `Deadlock: nothing will ever wake any task. Main waits for ${given} and the lock.`;
    assert.equal(labWords.ending(lock), words);
});

test("a thread that's blocked for good is a deadlock, and nothing follows", () => {
    const waits = [{ task: 1, thing: "the timer (a.rs:3)", polled: 0 }];
    const events = [
        ...poll(0, 0, false, { at: 0, kind: "spawn", task: 1, by: 0, place: "a.rs:2" }),
        ...poll(0, 1, false),
        { at: 0, kind: "poll", task: 0 },
        { at: 0, kind: "blocked", task: 0, thing: "std's lock", waits },
    ];
    const words = "Deadlock: main blocks the only thread while it waits for std's lock, so nothing else can run.";
    assert.equal(labWords.ending(events), `${words} Task 1 waits for the timer (a.rs:3).`);
    assert.equal(labWords.sentences(labRun.steps(events)[2])[1], words);
});

test("a lock of std's that main holds itself is a deadlock that a watchdog notices", () => {
    const events = run("guard");
    const [first, second] = labWords.ending(events).split(". ");
    assert.equal(
        first,
        "Deadlock: main blocks the only thread while it waits for a lock of the standard library, so nothing else can run",
    );
    assert.equal(second, "Main has another future that waits for a connection to codeswithpankaj.com.");
    assert.match(labWords.summary(events), /doesn't finish/);
    const words = labWords.sentences(labRun.steps(events)[0]);
    assert.equal(
        words[words.length - 1],
        "The watchdog prints: watchdog: it hangs; last line: python.org wants the lock",
    );
});

test("what happens earlier than the next poll belongs to the poll before it", () => {
    const steps = labRun.steps(run("detach", { version: "with_join_set" }));
    const cancelled = steps.find(({ events }) => events.some(({ kind }) => kind === "cancel"));
    assert.equal(cancelled.at, 300);
});

test("a site that never responds isn't a deadlock", () => {
    const deadlock = (...things) => ({
        at: 9,
        kind: "deadlock",
        waits: things.map((thing) => ({ task: 0, thing, polled: 0 })),
    });
    const ending = (...things) => labWords.ending([...poll(0, 0, false), deadlock(...things)]);
    assert.equal(
        ending("the response of python.org"),
        "The program hangs: nothing will ever wake any task. Main waits for the response of python.org.",
    );
    assert.match(ending("the response of python.org", "a permit"), /^Deadlock: /);
    assert.match(ending(), /^Deadlock: /);
});

test("a run without an end, a panic and a full log are said plainly", () => {
    const ending = (event) => labWords.ending([...poll(0, 0, false), { at: 0, ...event }]);
    assert.match(ending({ kind: "endless" }), /doesn't end/);
    assert.equal(ending({ kind: "panic", message: "no" }), "The program panics: no");
    assert.match(ending({ kind: "full" }), /more events/);
    assert.equal(labWords.ending(run("bounded")), null);
});

test("numbers of a run", () => {
    const spawn = (task) => ({ at: 0, kind: "spawn", task, by: 0, place: "a.rs:1" });
    const print = (line) => ({ at: 0, kind: "print", line });
    const events = [
        ...poll(0, 0, false, spawn(1), spawn(2)),
        ...poll(1, 1, true),
        ...poll(2, 0, true, spawn(3), { at: 2, kind: "cancel", task: 2 }, print("one"), print("2 hits, 1,234 misses")),
        { at: 2, kind: "finish" },
    ];
    const measure = (type, prefix) => labRun.measure(events, { type, prefix });
    assert.equal(measure("total"), 2);
    assert.equal(measure("tasks"), 2);
    assert.equal(measure("lines"), 2);
    assert.equal(measure("printed", "2 hits, "), 1234);
    assert.equal(measure("printed", "nothing"), null);
    assert.equal(measure("weight"), null);
});

test("a request whose end isn't in the log is in flight until the run ends", () => {
    const events = [
        ...poll(0, 0, false, { at: 0, kind: "request", request: 0, site: "python.org" }),
        ...poll(70, 0, false),
    ];
    assert.deepEqual(labRun.exchanges(events), [
        { site: "python.org", start: 0, pieces: [], end: 70, outcome: "in_flight", bytes: 0 },
    ]);
});
