// What readers may type, and how it's judged.
import assert from "node:assert/strict";
import { test } from "node:test";
import "../page/answers.js";

const { parseNumber, isNear, isAnswer, how, judge, state } = globalThis.predictionAnswers;

test("numbers may have a point or a comma, commas between thousands, and the question's unit", () => {
    for (const [text, unit, number] of [
        ["1.4", "seconds", 1.4],
        ["1,4", "seconds", 1.4],
        [".8", "seconds", 0.8],
        [",8", "seconds", 0.8],
        ["0,812", "seconds", 0.812],
        [" 12 ", "", 12],
        ["1.", "", 1],
        ["50,321", "bytes", 50321],
        ["50 321", "bytes", 50321],
        ["50\u00a0321", "bytes", 50321],
        ["1,000,000.5", "", 1000000.5],
        ["1.4 s", "seconds", 1.4],
        ["1.4 Seconds", "seconds", 1.4],
        ["400ms", "ms", 400],
    ]) {
        assert.equal(parseNumber(text, unit), number, text);
    }
});

test("nothing else is a number", () => {
    for (const [text, unit] of [
        ["", ""],
        [".", ""],
        ["two", "requests"],
        ["-1", ""],
        ["1 4", ""],
        ["1.4.2", ""],
        ["1,2,3", ""],
        ["1-2", ""],
        ["800 ms", "seconds"],
        ["1e3", ""],
        ["12 s", ""],
    ]) {
        assert.equal(parseNumber(text, unit), null, text);
    }
});

test("a number is judged exactly, or within some percent of the run's", () => {
    assert(isNear(0.8, 0.81, 20) && isNear(1.2, 1, 20) && isNear(0.8, 1, 20) && isNear(0.24, 0.2, 20));
    assert(!isNear(1.21, 1, 20) && !isNear(0.79, 1, 20));
    assert(isNear(12, 12) && isNear(0.1 + 0.2, 0.3) && !isNear(12, 13) && !isNear(50321.5, 50321));
    assert(isNear(0, 0) && isNear(0, 0, 20) && !isNear(0.1, 0, 20));
});

const number = {
    label: "Version A",
    kind: "number",
    key: "1,410",
    unit: "ms",
    within: 20,
    wrong: [
        { answer: "900", why: "It's a little more." },
        { answer: "800", why: "It isn't polled." },
    ],
};

test("a wrong number that readers often give has its reason", () => {
    assert.deepEqual(judge(number, "1400"), {
        isRight: true,
        given: "1400 ms",
        run: "1,410 ms",
        why: "",
    });
    assert.equal(judge(number, "1400 ms").given, "1400 ms");
    const { isRight, why } = judge(number, "840");
    assert(!isRight);
    assert.equal(why, "It isn't polled.");
    assert.equal(judge(number, "5").why, "");
    assert.equal(how({ kind: "number", key: "3" }), "exactly");
});

const choice = { label: "Which?", kind: "choice", right: 1, options: [{ text: "a", why: "It's b." }, { text: "b" }] };

test("a choice is right or has the reason of the option", () => {
    assert(judge(choice, "b").isRight);
    assert.deepEqual(judge(choice, "a"), { isRight: false, given: "a", run: "b", why: "It's b." });
});

const order = { label: "Order?", kind: "order", items: ["c", "a", "b"], right: [1, 2, 0], why: "Because." };

test("an order is right if every line is in its place", () => {
    assert.deepEqual(judge(order, ["a", "b", "c"]), {
        isRight: true,
        given: ["a", "b", "c"],
        run: ["a", "b", "c"],
        why: "",
    });
    assert.deepEqual(judge(order, ["a", "c", "b"]).why, "Because.");
});

test("answers that don't fit a question aren't answers to it", () => {
    const given = { row: "a", column: "b", kind: "given", text: "12" };
    assert(isAnswer(number, "1400") && isAnswer(choice, "a") && isAnswer(order, ["c", "b", "a"]) && isAnswer(given, null));
    for (const answer of [undefined, null, 1400, "many", ["1400"]]) assert(!isAnswer(number, answer), String(answer));
    for (const answer of [undefined, null, 0, "c", ["a"]]) assert(!isAnswer(choice, answer), String(answer));
    for (const answer of [undefined, null, "a,b,c", ["a", "b"], ["a", "b", "b"]]) {
        assert(!isAnswer(order, answer), String(answer));
    }
});

test("a prediction is right if all its answers are", () => {
    const prediction = { name: "a", title: "A", questions: [number, choice] };
    assert.equal(state(prediction, ["1400", "b"]), "right");
    assert.equal(state(prediction, ["1400", "a"]), "wrong");
    assert.equal(state(prediction, null), "open");
});
