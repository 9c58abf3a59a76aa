// The live page's numbers, without a browser: node --test mock-server/tests/page.test.mjs
import assert from "node:assert/strict";
import { test } from "node:test";
import "../src/watch/page/exchanges.js";

const { Exchanges } = globalThis.watchExchanges;

/** Random numbers that are the same in every run. */
function random(seed) {
    return (below) => {
        seed = (seed * 48271) % 2147483647;
        return seed % below;
    };
}

/** Exchanges that begin in the order of their ids. A few begin and end at the same moment. */
function someExchanges(number, count) {
    let start = 0;
    return Array.from({ length: count }, (_, index) => {
        start += number(4);
        const ended = start + number(60);
        const outcome = ["complete", "cut", "reset", "client gone"][number(4)];
        const [connection, path] = [number(20), `/${number(5)}?${index}`];
        return { id: index + 1, connection, site: "a.example", path, request_head: start, last_byte: ended, ended, outcome };
    });
}

/** How an exchange was at a moment. */
const asOf = (row, now) => (row.ended <= now ? row : { ...row, last_byte: null, ended: null, outcome: "in flight" });

/** What the server sends, in as many events as there are looks at the record. */
function events(number, rows) {
    const sent = [];
    let before = -1;
    for (let now = 0; before < rows.at(-1).ended + 60; now += 1 + number(30)) {
        const changed = rows.filter((row) => row.request_head <= now && (row.request_head > before || row.ended > before));
        const exchanges = changed.map((row) => asOf(row, now));
        sent.push({ run: 1, now, in_flight: 0, max_in_flight: 0, is_new: before < 0, exchanges, forgotten: [] });
        before = now;
    }
    return sent;
}

/** The number at each time at which it changes, as it's drawn with a pixel for each time. */
function drawn(exchanges, length, max) {
    const { path } = exchanges.curve.path({ length, x: (time) => time }, 0, 0, 10_000);
    const steps = path.matchAll(/H(\d+)V[\d.]+V[\d.]+V([\d.]+)/g);
    return new Map([...steps].map(([, time, y]) => [Number(time), Math.round(((10_000 - y) / 10_000) * max)]));
}

for (let seed = 1; seed <= 20; seed++) {
    test(`the curve and the numbers are exact, however the events come (${seed})`, () => {
        const number = random(seed);
        const rows = someExchanges(number, 300);
        const length = rows.at(-1).ended + 60;
        const inFlight = (time) =>
            rows.filter((row) => row.request_head <= time && row.ended > time).length;
        const exchanges = new Exchanges();
        for (const event of events(number, rows)) exchanges.receive(event);

        // Requests that begin and end at the same moment count, as they do on the server.
        const { most } = exchanges.curve.path({ length, x: (time) => time }, 0, 0, 10_000);
        const times = [...new Set(rows.flatMap((row) => [row.request_head, row.ended]))];
        assert(most >= Math.max(...times.map(inFlight)));
        const numbers = drawn(exchanges, length, most);
        assert.deepEqual([...numbers.keys()].sort((one, other) => one - other), times.sort((one, other) => one - other));
        for (const time of times) assert.equal(numbers.get(time), inFlight(time), `at ${time}`);

        assert.equal(exchanges.rows.length, rows.length);
        assert.equal(exchanges.connections.size, new Set(rows.map((row) => row.connection)).size);
        const outcomes = new Map();
        for (const { outcome } of rows) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        assert.deepEqual([...exchanges.outcomes].sort(), [...outcomes].sort());
        assert.deepEqual([...exchanges.paths.get("a.example")].sort(), ["/0", "/1", "/2", "/3", "/4"]);
    });
}

test("what was forgotten is no longer counted, and a new beginning forgets everything", () => {
    const rows = someExchanges(random(1), 10);
    const exchanges = new Exchanges();
    const event = { run: 1, now: 0, in_flight: 0, max_in_flight: 3, is_new: true, exchanges: rows, forgotten: [] };
    exchanges.receive(event);
    exchanges.receive({ ...event, is_new: false, exchanges: [], forgotten: [1, 2, 3] });
    assert.deepEqual(exchanges.rows.map((row) => row.id), [4, 5, 6, 7, 8, 9, 10]);
    assert.equal([...exchanges.outcomes.values()].reduce((sum, count) => sum + count, 0), 7);
    exchanges.receive({ ...event, exchanges: rows.slice(9) });
    assert.equal(exchanges.rows.length, 1);
    assert.equal(exchanges.connections.size, 1);
});
