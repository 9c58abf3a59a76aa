// Prints a digest of each lab's logs with 1,000 random settings, or as many as the argument says. The browser's test
// compares these with its own.
import { webcrypto } from "node:crypto";
import { host, labs, wasm } from "./labs.mjs";
import "./random.js";

// Node 18 has this only in a module.
globalThis.crypto ??= webcrypto;
const runs = Number(process.argv[2] ?? 1000);
const digests = {};
for (const lab of labs) {
    digests[lab.name] = await globalThis.labRandom.digest((words) => host.call(wasm, words), lab, runs);
}
console.log(JSON.stringify(digests));
