// Progress is kept in the browser's storage. Neither the storage nor its content can be trusted.
import assert from "node:assert/strict";
import { test } from "node:test";
import "../page/answers.js";
import "../page/memory.js";

const { NAME, parse, over } = globalThis.predictionMemory;

function storage() {
    const items = new Map();
    return {
        items,
        getItem: (name) => items.get(name) ?? null,
        setItem: (name, text) => items.set(name, text),
        removeItem: (name) => items.delete(name),
    };
}

const prediction = {
    name: "in_turn",
    title: "",
    questions: [
        { kind: "number", key: "1.41", unit: "seconds", within: 20 },
        { kind: "given", text: "12" },
    ],
};

test("answers and finished pages are there again when the page is opened the next time", () => {
    const browser = storage();
    const memory = over(() => browser);
    memory.remember(prediction, ["1.4", null]);
    memory.setFinished("01-sync-vs-async", true);
    memory.setFinished("02-runtime-and-join", true);
    memory.setFinished("02-runtime-and-join", false);

    const later = over(() => browser);
    assert.deepEqual(later.answers(prediction), ["1.4", null]);
    assert(later.isFinished("01-sync-vs-async") && !later.isFinished("02-runtime-and-join"));
    assert(later.lasts());
    assert.deepEqual([...browser.items.keys()], [NAME]);
});

test("one answer or everything can be forgotten", () => {
    const browser = storage();
    const memory = over(() => browser);
    const other = { ...prediction, name: "__proto__" };
    memory.remember(prediction, ["1.4", null]);
    memory.remember(other, ["0.8", null]);
    memory.forget(prediction);
    assert.equal(memory.answers(prediction), null);
    assert.deepEqual(memory.answers(other), ["0.8", null]);
    memory.forgetEverything();
    assert.equal(memory.answers(other), null);
    assert.equal(browser.items.size, 0);
});

test("tabs don't overwrite each other's answers", () => {
    const browser = storage();
    const [one, two] = [over(() => browser), over(() => browser)];
    one.remember(prediction, ["1.4", null]);
    two.setFinished("01-sync-vs-async", true);
    assert.deepEqual(one.answers(prediction), ["1.4", null]);
    assert(one.isFinished("01-sync-vs-async"));
});

test("if the browser stores nothing, progress lasts as long as the page", () => {
    const refuse = () => {
        throw new Error("no storage");
    };
    const full = { ...storage(), setItem: refuse };
    for (const browser of [refuse, () => full]) {
        const memory = over(browser);
        memory.remember(prediction, ["1.4", null]);
        memory.setFinished("01-sync-vs-async", true);
        assert.deepEqual(memory.answers(prediction), ["1.4", null]);
        assert(memory.isFinished("01-sync-vs-async"));
        assert(!memory.lasts());
        memory.forgetEverything();
        assert.equal(memory.answers(prediction), null);
    }
});

test("a text that something else has written is ignored", () => {
    for (const text of [
        "",
        "{",
        "null",
        "5",
        '"words"',
        "[]",
        "{}",
        '{"version":2,"answers":{"in_turn":["1.4",null]}}',
        '{"version":1,"answers":null,"finished":7}',
        '{"version":1,"answers":{"in_turn":"1.4"},"finished":{}}',
    ]) {
        const { answers, finished } = parse(text);
        assert.equal(answers.size + finished.size, 0, text);
        const browser = storage();
        browser.setItem(NAME, text);
        const memory = over(() => browser);
        assert.equal(memory.answers(prediction), null, text);
        memory.remember(prediction, ["1.4", null]);
        assert.deepEqual(memory.answers(prediction), ["1.4", null], text);
    }
});

test("answers to a prediction that has changed don't count", () => {
    const browser = storage();
    const memory = over(() => browser);
    memory.remember(prediction, ["many", null]);
    assert.equal(memory.answers(prediction), null);
    memory.remember(prediction, ["1.4"]);
    assert.equal(memory.answers(prediction), null);
});
