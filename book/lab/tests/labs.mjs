// Code that the tests share: it loads the book's WebAssembly, and counts things in a run.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import "../page/host.js";

/** A path of the project, from its root. */
export const project = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export const host = globalThis.labHost;
export const wasm = new WebAssembly.Module(readFileSync(project("book/src/lab/lab.wasm")));
export const labs = host.describe(wasm);

/** The settings of a link, such as `version=join_all`. */
export const settingsOf = (link) => Object.fromEntries(link.split("&").filter(Boolean).map((part) => part.split("=")));

/** The lines that a run printed. */
export const printed = (events) => events.filter((event) => event.kind === "print").map((event) => event.line);

/** How many requests were in flight at the same time, at most. What happened at the same time is in the order of the log. */
export function mostInFlight(events) {
    const steps = [];
    const starts = [];
    for (const [index, event] of events.entries()) {
        if (event.kind === "request") {
            starts[event.request] = index;
            steps.push([event.at, index, 1]);
        } else if (event.kind === "exchange") {
            // An exchange may be logged later than it ended. If so, it ended before the next request arrived.
            steps.push([event.end, event.end === event.at ? index : starts[event.request], -1]);
        }
    }
    steps.sort((a, b) => a[0] - b[0] || a[1] - b[1] || b[2] - a[2]);
    let [now, most] = [0, 0];
    for (const [, , step] of steps) most = Math.max(most, (now += step));
    return most;
}
