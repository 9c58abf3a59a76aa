// The WebAssembly logs the same events as a native build on Tokio's paused clock, for random settings of each lab. Labs
// whose code blocks its thread or reads std's clock are left out, because a paused clock doesn't work for them.
//
// LAB_RUNS=20 node --test book/lab/tests/differential.test.mjs    # 1,000 random settings for each lab otherwise
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { host, labs, project, wasm } from "./labs.mjs";
import "./random.js";

const RUNS = Number(process.env.LAB_RUNS ?? 1000);
const folder = project("book/lab");
execFileSync("cargo", ["build", "--quiet", "--locked", "--release"], { cwd: folder, stdio: "inherit" });

for (const lab of labs.filter((lab) => !lab.blocks)) {
    test(`${lab.name} logs the same natively and as WebAssembly, with ${RUNS} settings`, async () => {
        const runs = Array.from({ length: RUNS }, (_, run) => globalThis.labRandom.words(lab, run));
        const native = spawn(project("book/lab/target/release/lab"), ["batch"], { stdio: ["pipe", "pipe", "inherit"] });
        native.stdin.end(runs.map((words) => words.join(" ") + "\n").join(""));
        let compared = 0;
        for await (const line of createInterface({ input: native.stdout })) {
            const words = runs[compared];
            const printed = host.call(wasm, ["run", ...words]).trimEnd();
            if (printed !== line) assert.deepEqual(JSON.parse(printed), JSON.parse(line), words.join(" "));
            compared += 1;
        }
        assert.equal(compared, RUNS);
    });
}

test("most labs are compared", () => {
    assert(labs.filter((lab) => !lab.blocks).length > labs.length / 2);
});
