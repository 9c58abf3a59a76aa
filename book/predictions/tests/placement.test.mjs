// Where the introduction's questions send a reader.
import assert from "node:assert/strict";
import { test } from "node:test";
import "../page/placement.js";

const { start } = globalThis.predictionPlacement;

const pages = ["introduction", "01-sync", "02-runtime", "02-1-in", "03-futures", "03-1-what", "04-1-select", "04-tasks"];
const named = pages.map((name) => ({ name }));
const states = (...all) => all.map((state, index) => ({ start: ["01-sync", "02-runtime", "03-futures"][index], state }));

test("a reader starts with the page of the first question that's wrong or open", () => {
    assert.equal(start(named, states("right", "wrong", "wrong")).name, "02-runtime");
    assert.equal(start(named, states("right", "right", "open")).name, "03-futures");
    assert.equal(start(named, states("open", "open", "open")).name, "01-sync");
});

test("if all are right, a reader starts with the chapter after the last question's", () => {
    assert.equal(start(named, states("right", "right", "right")).name, "04-tasks");
});

test("without a next chapter there's no page to start with", () => {
    assert.equal(start(named.slice(0, 6), states("right", "right", "right")), null);
    assert.equal(start(named, []).name, "01-sync");
});
