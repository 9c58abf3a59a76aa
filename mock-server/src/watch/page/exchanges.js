// @ts-check
// What the live page knows of a run: its exchanges, as far as the server has sent them, and how many were in flight at each
// moment.
"use strict";

/**
 * An exchange as `/timeline.json` has it. Times are in milliseconds since the start of its web.
 * @typedef {object} Row
 * @property {number} id
 * @property {number} connection
 * @property {string} site
 * @property {string} path
 * @property {number} request_head
 * @property {number | null} last_byte
 * @property {number | null} ended
 * @property {number | null} status
 * @property {string} outcome
 *
 * What the server sends when exchanges have begun, changed, or been forgotten.
 * @typedef {{ type: "exchanges", run: number, now: number, in_flight: number, max_in_flight: number, is_new: boolean,
 *     exchanges: Row[], forgotten: number[] }} ExchangesEvent
 */

const watchExchanges = (() => {
    /** The most points of the curve that are kept, and how many are dropped when there are more. */
    const POINTS = 100_000;
    const DROPPED = 50_000;
    /** The most paths of a site that are noted, and the longest one. */
    const PATHS = 30;
    const LONGEST_PATH = 200;

    /** How many requests were in flight at each moment. It's exact, and added to as events come in. */
    class Curve {
        /** @type {{ time: number, change: 1 | -1 }[]} */
        #events = [];
        /**
         * How many were in flight after each event, as far as that has been counted.
         * @type {number[]}
         */
        #counts = [];
        #isSorted = true;
        /** How many were in flight before the first event. */
        #before = 0;
        #max = 0;

        /**
         * @param {number} time
         * @param {1 | -1} change
         */
        add(time, change) {
            const last = this.#events.at(-1);
            if (last && last.time > time) this.#isSorted = false;
            this.#events.push({ time, change });
        }

        #count() {
            if (!this.#isSorted) {
                // A request that ends at the moment at which it arrives has arrived first.
                this.#events.sort((one, other) => one.time - other.time || other.change - one.change);
                [this.#isSorted, this.#counts, this.#max] = [true, [], 0];
            }
            for (let index = this.#counts.length; index < this.#events.length; index++) {
                const count = (this.#counts[index - 1] ?? this.#before) + this.#events[index].change;
                this.#counts.push(count);
                this.#max = Math.max(this.#max, count);
            }
            if (this.#events.length > POINTS) {
                this.#before = this.#counts[DROPPED - 1];
                this.#events.splice(0, DROPPED);
                this.#counts.splice(0, DROPPED);
            }
        }

        /** The first event at or after this time. */
        #find(/** @type {number} */ time) {
            let [first, after] = [0, this.#events.length];
            while (first < after) {
                const middle = (first + after) >> 1;
                if (this.#events[middle].time < time) first = middle + 1;
                else after = middle;
            }
            return first;
        }

        /**
         * The curve as the path of a picture, with the most, the least and the last number of each pixel. `most` is the
         * highest number on this axis.
         * @param {TimelineAxis} axis
         * @param {number} from  where the axis starts
         * @param {number} top
         * @param {number} bottom
         */
        path(axis, from, top, bottom) {
            this.#count();
            const max = Math.max(1, this.#max);
            const y = (/** @type {number} */ count) => (bottom - (count / max) * (bottom - top)).toFixed(1);
            const pixel = (/** @type {number} */ index) => Math.round(axis.x(this.#events[index].time - from));
            const after = this.#find(from + axis.length + 0.001);
            let index = this.#find(from);
            let count = this.#counts[index - 1] ?? this.#before;
            let mostOfAll = count;
            let path = `M${axis.x(0)} ${bottom}V${y(count)}`;
            while (index < after) {
                const x = pixel(index);
                let [least, most] = [count, count];
                for (; index < after && pixel(index) === x; index++) {
                    count = this.#counts[index];
                    least = Math.min(least, count);
                    most = Math.max(most, count);
                }
                mostOfAll = Math.max(mostOfAll, most);
                path += `H${x}V${y(most)}V${y(least)}V${y(count)}`;
            }
            // A run that has ended may be shorter than the axis.
            if (count > 0) path += `H${axis.x(axis.length)}`;
            return { most: mostOfAll, path: `${path}V${bottom}Z` };
        }
    }

    /**
     * Adds to a count, and drops it when it's zero.
     * @template Key
     * @param {Map<Key, number>} counts
     * @param {Key} key
     * @param {number} change
     */
    function count(counts, key, change) {
        const sum = (counts.get(key) ?? 0) + change;
        if (sum > 0) counts.set(key, sum);
        else counts.delete(key);
    }

    class Exchanges {
        /**
         * In the order of their ids.
         * @type {Row[]}
         */
        rows = [];
        /** @type {Map<number, Row>} */
        #byId = new Map();
        /**
         * How many exchanges each connection carried.
         * @type {Map<number, number>}
         */
        connections = new Map();
        /** @type {Map<string, number>} */
        outcomes = new Map();
        /**
         * The paths of each site that were requested, without their queries.
         * @type {Map<string, Set<string>>}
         */
        paths = new Map();
        inFlight = 0;
        maxInFlight = 0;
        curve = new Curve();
        /** The server's clock minus the page's. */
        #offset = -Infinity;
        /** The time of the latest event of an exchange. */
        #latest = 0;
        /** The server's clock when it last sent something. */
        #sent = 0;

        /** @param {ExchangesEvent} event */
        receive(event) {
            if (event.is_new) {
                [this.rows, this.#byId, this.curve, this.#latest] = [[], new Map(), new Curve(), 0];
                [this.connections, this.outcomes] = [new Map(), new Map()];
            }
            [this.inFlight, this.maxInFlight, this.#sent] = [event.in_flight, event.max_in_flight, event.now];
            // The event that took the least time on its way shows the difference of the clocks.
            this.#offset = Math.max(this.#offset, event.now - performance.now());
            if (event.forgotten.length > 0) this.#forget(new Set(event.forgotten));
            for (const row of event.exchanges) this.#add(row);
        }

        /** @param {Row} row */
        #add(row) {
            const known = this.#byId.get(row.id);
            if (known) {
                count(this.outcomes, known.outcome, -1);
                if (known.ended === null && row.ended !== null) this.curve.add(row.ended, -1);
                Object.assign(known, row);
            } else {
                this.rows.push(row);
                this.#byId.set(row.id, row);
                count(this.connections, row.connection, 1);
                this.curve.add(row.request_head, 1);
                if (row.ended !== null) this.curve.add(row.ended, -1);
                this.#notePath(row);
            }
            count(this.outcomes, row.outcome, 1);
            this.#latest = Math.max(this.#latest, row.request_head, row.last_byte ?? 0, row.ended ?? 0);
        }

        /** @param {Row} row */
        #notePath({ site, path }) {
            const paths = this.paths.get(site) ?? new Set();
            const withoutQuery = path.split("?")[0];
            if (withoutQuery.length <= LONGEST_PATH && paths.size < PATHS) paths.add(withoutQuery);
            this.paths.set(site, paths);
        }

        /** @param {Set<number>} ids */
        #forget(ids) {
            this.rows = this.rows.filter((row) => {
                if (!ids.has(row.id)) return true;
                this.#byId.delete(row.id);
                count(this.connections, row.connection, -1);
                count(this.outcomes, row.outcome, -1);
                return false;
            });
        }

        /**
         * How long nothing has happened while a request is in flight, in milliseconds.
         * @param {number} now  the page's clock
         */
        quiet(now) {
            return this.inFlight > 0 ? Math.max(0, now + this.#offset - this.#latest) : 0;
        }

        /**
         * The server's clock or, without requests in flight, the time of the latest event.
         * @param {number | null} now  the page's clock, or nothing if the run has ended
         */
        end(now) {
            if (this.inFlight === 0) return this.#latest;
            return Math.max(this.#latest, now === null ? this.#sent : now + this.#offset);
        }

        /** When the first request arrived. */
        start() {
            return this.rows[0]?.request_head ?? 0;
        }
    }

    /** The longest label that a timeline draws whole, in characters. */
    const LABEL = 26;

    /**
     * The rows for a timeline whose labels have the status of each response that isn't a success. A long name is cut
     * off here, because the timeline would cut off the status.
     * @param {Row[]} rows
     */
    const withStatus = (rows) =>
        rows.map((row) => {
            if (row.status === null || (row.status >= 200 && row.status < 300)) return row;
            const status = ` → ${row.status}`;
            const name = [...row.site, ...(row.path === "/" ? "" : row.path)];
            const most = LABEL - status.length;
            const label = name.length <= most ? name.join("") : name.slice(0, most - 1).join("") + "…";
            return { ...row, site: label + status, path: "/" };
        });

    return { Exchanges, withStatus };
})();

Object.assign(globalThis, { watchExchanges });
