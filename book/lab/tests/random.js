// @ts-check
// Random settings for a lab, the same ones every time. The browser's test loads this script, too.
"use strict";

const labRandom = (() => {
    /**
     * Numbers below 1, from a number (mulberry32).
     * @param {number} seed
     */
    function numbers(seed) {
        return () => {
            seed = (seed + 0x6d2b79f5) | 0;
            let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
            mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
            return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
        };
    }

    /**
     * Words for a run, such as `["bounded", "version=buffered", "limit=3"]`.
     * @param {{ name: string, controls: any[] }} lab
     * @param {number} run  a number for each run
     */
    function words(lab, run) {
        const next = numbers([...lab.name].reduce((sum, letter) => 31 * sum + letter.charCodeAt(0), 7) + 1000003 * run);
        /** @param {number} count */
        const below = (count) => Math.floor(next() * count);
        const settings = lab.controls.map((control) => {
            const value =
                control.type === "choice"
                    ? control.options[below(control.options.length)][0]
                    : control.min + control.step * below(Math.floor((control.max - control.min) / control.step) + 1);
            return `${control.name}=${value}`;
        });
        return [lab.name, ...settings];
    }

    /**
     * A digest of what a lab prints in this many runs, as hexadecimal digits.
     * @param {(words: string[]) => string} call  runs the lab
     * @param {{ name: string, controls: any[] }} lab
     * @param {number} runs
     */
    async function digest(call, lab, runs) {
        let digest = new Uint8Array();
        for (let run = 0; run < runs; run++) {
            const printed = new TextEncoder().encode(call(["run", ...words(lab, run)]));
            const all = new Uint8Array(digest.length + printed.length);
            all.set(digest);
            all.set(printed, digest.length);
            digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
        }
        return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    }

    return { words, digest };
})();

Object.assign(globalThis, { labRandom });
