// A reader downloads one file with all labs, and the scripts. Servers compress both.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { project } from "./labs.mjs";

test("all labs together take less than 300 KB", () => {
    const scripts = readdirSync(project("book/lab/page")).filter((name) => name.endsWith(".js"));
    const files = ["book/src/lab/lab.wasm", ...scripts.map((name) => `book/lab/page/${name}`)];
    const sizes = files.map((name) => [name, gzipSync(readFileSync(project(name))).length]);
    const total = sizes.reduce((sum, [, size]) => sum + size, 0);
    assert(total < 300_000, `${total} bytes: ${sizes.join("; ")}`);
});
