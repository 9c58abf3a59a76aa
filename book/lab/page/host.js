// @ts-check
// Runs the labs' WebAssembly, with a clock that the page controls. It stands still until the program sleeps, and then
// jumps to the time at which the program wants to wake up. So a run takes milliseconds, and is the same every time.
//
// This is a script and not a module, because browsers don't load modules from files. It works in Node, too.
"use strict";

/**
 * An event of a run; `event-log/src/lib.rs` describes each kind.
 * @typedef {{ at: number, kind: string, task?: number, by?: number | null, place?: string, thing?: string,
 *     ready?: boolean, line?: string, request?: number, site?: string, start?: number, pieces?: number[], end?: number,
 *     outcome?: "complete" | "cut" | "reset" | "client_left" | "in_flight", status?: number, bytes?: number, message?: string,
 *     waits?: { task: number, thing: string, polled: number, given?: boolean }[] }} LabEvent
 */

const labHost = (() => {
    const SUCCESS = 0;
    const BAD_DESCRIPTOR = 8;
    const CLOCK = 0;
    const ABSOLUTE = 1;
    const STANDARD_OUTPUT = 1;
    const STANDARD_ERROR = 2;

    /** Ends the program from within. */
    class Exit extends Error {
        /** @param {number} status */
        constructor(status) {
            super(`the lab exits with status ${status}`);
            this.status = status;
        }
    }

    /**
     * Runs the program with these arguments, and returns what it printed.
     * @param {WebAssembly.Module} module
     * @param {string[]} words
     * @returns {string}
     */
    function call(module, words) {
        /** The page's clock, in nanoseconds. */
        let now = 0n;
        let random = 1;
        /** @type {{ [descriptor: number]: string }} */
        const printed = { [STANDARD_OUTPUT]: "", [STANDARD_ERROR]: "" };
        const decoders = { [STANDARD_OUTPUT]: new TextDecoder(), [STANDARD_ERROR]: new TextDecoder() };
        const args = ["lab", ...words].map((word) => new TextEncoder().encode(word + "\0"));
        /** @type {WebAssembly.Memory} */
        let memory;
        const view = () => new DataView(memory.buffer);

        const system = {
            /** @type {(list: number, bytes: number) => number} */
            args_get(list, bytes) {
                for (const arg of args) {
                    view().setUint32(list, bytes, true);
                    new Uint8Array(memory.buffer).set(arg, bytes);
                    list += 4;
                    bytes += arg.length;
                }
                return SUCCESS;
            },
            /** @type {(count: number, size: number) => number} */
            args_sizes_get(count, size) {
                view().setUint32(count, args.length, true);
                view().setUint32(size, args.reduce((sum, arg) => sum + arg.length, 0), true);
                return SUCCESS;
            },
            environ_get: () => SUCCESS,
            /** @type {(count: number, size: number) => number} */
            environ_sizes_get(count, size) {
                view().setUint32(count, 0, true);
                view().setUint32(size, 0, true);
                return SUCCESS;
            },
            // Hash maps need random numbers. These are the same in every run.
            /** @type {(start: number, length: number) => number} */
            random_get(start, length) {
                for (let at = start; at < start + length; at++) {
                    random = (random * 48271) % 2147483647;
                    view().setUint8(at, random & 0xff);
                }
                return SUCCESS;
            },
            /** @type {(id: number, precision: bigint, time: number) => number} */
            clock_time_get(id, precision, time) {
                view().setBigUint64(time, now, true);
                return SUCCESS;
            },
            // The program sleeps until one of these moments.
            /** @type {(subscriptions: number, events: number, count: number, written: number) => number} */
            poll_oneoff(subscriptions, events, count, written) {
                let earliest = null;
                let user = 0n;
                for (let index = 0; index < count; index++) {
                    const at = subscriptions + 48 * index;
                    if (view().getUint8(at + 8) !== CLOCK) continue;
                    const time = view().getBigUint64(at + 24, true);
                    const isAbsolute = view().getUint16(at + 40, true) & ABSOLUTE;
                    const moment = isAbsolute ? time : now + time;
                    if (earliest === null || moment < earliest) {
                        earliest = moment;
                        user = view().getBigUint64(at, true);
                    }
                }
                if (earliest === null) throw new Error("the lab waits for something that isn't a clock");
                if (earliest > now) now = earliest;
                view().setBigUint64(events, user, true);
                view().setUint16(events + 8, SUCCESS, true);
                view().setUint8(events + 10, CLOCK);
                view().setUint32(written, 1, true);
                return SUCCESS;
            },
            /** @type {(descriptor: number, buffers: number, count: number, written: number) => number} */
            fd_write(descriptor, buffers, count, written) {
                if (descriptor !== STANDARD_OUTPUT && descriptor !== STANDARD_ERROR) return BAD_DESCRIPTOR;
                let length = 0;
                for (let at = buffers; at < buffers + 8 * count; at += 8) {
                    const bytes = new Uint8Array(memory.buffer, view().getUint32(at, true), view().getUint32(at + 4, true));
                    printed[descriptor] += decoders[descriptor].decode(bytes, { stream: true });
                    length += bytes.length;
                }
                view().setUint32(written, length, true);
                return SUCCESS;
            },
            // There's nothing to read.
            /** @type {(descriptor: number, buffers: number, count: number, read: number) => number} */
            fd_read(descriptor, buffers, count, read) {
                view().setUint32(read, 0, true);
                return SUCCESS;
            },
            /** @type {(status: number) => never} */
            proc_exit(status) {
                throw new Exit(status);
            },
        };

        const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: system });
        memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
        try {
            /** @type {() => void} */ (instance.exports._start)();
        } catch (error) {
            if (!(error instanceof Exit)) throw error;
            if (error.status !== 0) throw new Error(printed[STANDARD_ERROR] || error.message);
        }
        return printed[STANDARD_OUTPUT];
    }

    return {
        /**
         * All labs, with their controls.
         * @param {WebAssembly.Module} module
         */
        describe: (module) => JSON.parse(call(module, ["describe"])),
        /**
         * Runs a lab, and returns its events.
         * @param {WebAssembly.Module} module
         * @param {string} name
         * @param {{ [control: string]: string | number }} settings  those that differ from the defaults
         * @returns {LabEvent[]}
         */
        run(module, name, settings) {
            const words = Object.entries(settings).map(([control, value]) => `${control}=${value}`);
            return JSON.parse(call(module, ["run", name, ...words]));
        },
        call,
    };
})();

Object.assign(globalThis, { labHost });
