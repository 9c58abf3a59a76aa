// @ts-check
// Draws what a server saw as a timeline: the same picture as `mock-server/src/timeline/svg.rs` draws, and a test compares
// the two. A page can also show how it was at an earlier moment, or only a part of the time.
//
// The file is in `mock-server/src/watch/page`, for its live page, and a copy is in `book/lab/page`, for the labs.
"use strict";

/**
 * A request and its response. Times are in milliseconds.
 * @typedef {object} TimelineExchange
 * @property {string} site  and its path, unless that's `/`
 * @property {number} start  when the request arrived
 * @property {(number | [number, number])[]} pieces  when bytes were sent: moments, or from when to when
 * @property {number} end  when the exchange ended, or until when it's known to have been in flight
 * @property {"complete" | "cut" | "reset" | "client_left" | "in_flight"} outcome
 * @property {number} bytes  how many were sent
 * @property {number} [received]  how many bytes of the request's body had come
 * @property {number} [connection]  the number of its connection, if connections are counted
 *
 * @typedef {object} TimelinePanel
 * @property {string} title
 * @property {TimelineExchange[]} exchanges
 * @property {number} inFlight  the most that were in flight at the same time
 * @property {string} [headline]  the line above it; otherwise that's the title and the figures of these exchanges
 *
 * @typedef {object} TimelineView
 * @property {number} [from]  where the axis starts; otherwise that's the first request of each panel
 * @property {number} [to]  where it ends; otherwise that's the last end
 * @property {boolean} [hasStyle]  whether it brings its own style, which a page with `STYLE` in a style sheet doesn't need
 * @property {number} [now]  only what has happened by then is drawn, on the same axis
 * @property {number} [arrived]  only this many requests are drawn, because several may arrive at the same moment
 *
 * An axis of time.
 * @typedef {object} TimelineAxis
 * @property {number} length  in milliseconds
 * @property {(time: number) => number} x  where a time is in the picture, in pixels
 * @property {(max: number) => number} step  the smallest round step that divides the axis into at most `max` parts
 * @property {(max: number) => number[]} ticks  the multiples of that step
 * @property {(time: number) => string} label  what is written at a tick
 * @property {(time: number) => string} format  a time as it's written elsewhere
 */

const timeline = (() => {
    // All lengths are in the picture's own units, which are pixels at its natural size.
    const WIDTH = 780;
    const MARGIN = 16;
    const LABEL_WIDTH = 200;
    const AXIS_WIDTH = 330;
    const TITLE_HEIGHT = 34;
    const TICK_HEIGHT = 24;
    const ROW_HEIGHT = 26;
    const ARRIVALS_HEIGHT = 90;
    const GAP = 22;
    /** A bar that would be thinner couldn't be seen. */
    const THINNEST = 3;
    const TICKS = 5;
    /** The most exchanges that get a bar each. If there are more, the picture shows how many requests arrived when. */
    const ROWS = 60;
    /** The most parts of the axis for which arrivals are counted. */
    const PARTS = 16;
    /** The longest label that's drawn whole, in characters. */
    const LABEL = 26;
    /** An axis of this length or longer is labelled in whole seconds. */
    const LONG = 1_000_000;

    /** A page with its own theme sets the four colours on `.timeline`. */
    const STYLE = `\
.timeline { --text: #1f2328; --ground: #ffffff; --waiting: #cfe0f5; --bytes: #1f5fa8; }
@media (prefers-color-scheme: dark) {
  .timeline { --text: #e6edf3; --ground: #14181d; --waiting: #24405f; --bytes: #8fc1ff; }
}
.timeline { background: var(--ground); font: 13px system-ui, sans-serif; }
.timeline text { fill: var(--text); }
.timeline .title { font-weight: 600; font-size: 14px; }
.timeline .axis { stroke: var(--text); stroke-opacity: 0.25; }
.timeline .waiting { fill: var(--waiting); stroke: var(--bytes); }
.timeline .bytes, .timeline .arrivals { fill: var(--bytes); }
`;

    /** The marks at the end of a bar whose response isn't complete, in the order of the legend. */
    const MARKS = { cut: "✕ cut by the server", client_left: "← client left", in_flight: "… in flight" };

    /** @param {TimelineExchange} exchange */
    const markOf = ({ outcome }) => {
        if (outcome === "complete") return null;
        return outcome === "reset" ? MARKS.cut : MARKS[outcome];
    };

    /**
     * Whole digits in groups of three: `50,321`.
     * @param {number} number
     */
    const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

    /**
     * A number and its noun: `1 request`, `2 requests`.
     * @param {number} count
     * @param {string} noun
     */
    const counted = (count, noun) => `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;

    /** @type {{ [character: string]: string }} */
    const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

    /**
     * Text for XML and HTML, without characters that would reorder the text around them.
     * @param {string} text
     */
    const escape = (text) =>
        text
            .replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\ufffd")
            .replace(/[&<>"]/g, (character) => ENTITIES[character]);

    /** @param {string} label */
    const shortened = (label) => {
        const characters = [...label];
        return characters.length <= LABEL ? label : characters.slice(0, LABEL - 1).join("") + "…";
    };

    /**
     * An axis that starts at zero.
     * @param {number} length
     * @returns {TimelineAxis}
     */
    function axis(length) {
        length = Math.max(length, 1);
        const inSeconds = length >= 1_000;
        /** @param {number} time */
        const format = (time) => (inSeconds ? `${(time / 1_000).toFixed(2)} s` : `${time.toFixed(0)} ms`);
        /** @param {number} max */
        const step = (max) => {
            // Two ticks with the same label would mislead.
            const smallest = !inSeconds ? 1 : length < LONG ? 10 : 1_000;
            for (let power = 1; ; power *= 10) {
                for (const digit of [1, 2, 5]) {
                    const step = digit * power;
                    if (step >= smallest && length <= step * max) return step;
                }
            }
        };
        return {
            length,
            x: (time) => MARGIN + LABEL_WIDTH + (time / length) * AXIS_WIDTH,
            step,
            ticks: (max) => Array.from({ length: Math.floor(length / step(max)) + 1 }, (_, index) => index * step(max)),
            label: (time) => (length < LONG ? format(time) : `${grouped(Math.floor(time / 1_000))} s`),
            format,
        };
    }

    /**
     * @param {string} name
     * @param {number} x
     * @param {number} y
     * @param {string} words
     */
    const text = (name, x, y, words) =>
        `<text class="${name}" x="${x.toFixed(1)}" y="${y.toFixed(1)}">${escape(words)}</text>\n`;

    /**
     * @param {string} name
     * @param {number} x
     * @param {number} y
     * @param {number} width
     * @param {number} height
     */
    const rectangle = (name, x, y, width, height) =>
        `<rect class="${name}" x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}"/>\n`;

    /**
     * The lines and labels of the time axis.
     * @param {TimelineAxis} axis
     * @param {number} firstRow
     * @param {number} bottom
     */
    const ticks = (axis, firstRow, bottom) => {
        const lines = axis.ticks(TICKS).map((tick) => {
            const x = axis.x(tick).toFixed(1);
            const line = `<line class="axis" x1="${x}" x2="${x}" y1="${(firstRow - 6).toFixed(1)}" y2="${bottom.toFixed(1)}"/>\n`;
            return line + text("tick", axis.x(tick), firstRow - 10, axis.label(tick));
        });
        return lines.join("");
    };

    /**
     * A line at the current moment.
     * @param {number} x
     * @param {number} top
     * @param {number} bottom
     */
    const moment = (x, top, bottom) =>
        `<line class="moment" x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${top.toFixed(1)}" y2="${bottom.toFixed(1)}"/>\n`;

    /**
     * The parts of every picture.
     * @param {string} name
     * @param {string} title
     * @param {string} description
     * @param {number} height
     * @param {string} body
     * @param {boolean} [hasStyle]
     */
    const picture = (name, title, description, height, body, hasStyle = true) =>
        `<svg xmlns="http://www.w3.org/2000/svg" class="${name}" role="img" viewBox="0 0 ${WIDTH} ${height}" ` +
        `width="${WIDTH}" height="${height}">\n<title>${escape(title)}</title>\n<desc>${escape(description)}</desc>\n` +
        `${hasStyle ? `<style>\n${STYLE}</style>\n` : ""}${body}</svg>\n`;

    /**
     * When a piece was sent.
     * @param {number | [number, number]} piece
     * @returns {[number, number]}
     */
    const block = (piece) => (typeof piece === "number" ? [piece, piece] : piece);

    /**
     * How an exchange was at an earlier moment.
     * @param {TimelineExchange} exchange
     * @param {number} now
     * @returns {TimelineExchange}
     */
    function asOf(exchange, now) {
        if (exchange.end <= now) return exchange;
        const sent = exchange.pieces.map(block).filter(([first]) => first <= now);
        const bytes = Math.round((exchange.bytes * sent.length) / Math.max(exchange.pieces.length, 1));
        const pieces = sent.map(([first, last]) => /** @type {[number, number]} */ ([first, Math.min(last, now)]));
        return { ...exchange, pieces, bytes, received: 0, end: now, outcome: "in_flight" };
    }

    /**
     * What became of an exchange. If no byte of a response was sent, that's how much of the request's body had come.
     * @param {TimelineExchange} exchange
     */
    function progress({ outcome, bytes, received = 0 }) {
        if (received > 0 && bytes === 0 && outcome !== "complete") {
            const words = { cut: "cut", reset: "reset", client_left: "left", in_flight: "in flight" };
            return `${words[outcome]}, ${grouped(received)} B received`;
        }
        switch (outcome) {
            case "complete":
                return counted(bytes, "byte");
            case "cut":
                return `cut at ${grouped(bytes)} B`;
            case "reset":
                return `reset at ${grouped(bytes)} B`;
            case "client_left":
                return `left at ${grouped(bytes)} B`;
            default:
                return `in flight, ${grouped(bytes)} B`;
        }
    }

    /**
     * The line above a panel: the title, and the figures that sum it up.
     * @param {TimelinePanel} panel
     */
    function summary({ title, exchanges, inFlight, headline }) {
        if (headline !== undefined) return headline;
        if (exchanges.length === 0) return `${title}: the server saw no request`;
        const connections = new Set(exchanges.map((exchange) => exchange.connection));
        const on = connections.has(undefined) ? "" : ` on ${counted(connections.size, "connection")}`;
        return `${title}: ${counted(exchanges.length, "request")}${on}, at most ${inFlight} in flight`;
    }

    /**
     * A drawing of one panel: its headline, how high its rows are together, how they're drawn below a given height, and the same in words.
     * @param {TimelinePanel} panel
     * @param {number} start
     * @param {TimelineAxis} axis
     * @param {TimelineView} view
     */
    function drawing(panel, start, axis, { now = Infinity, arrived = Infinity }) {
        const { title, exchanges } = panel;
        const isThere = exchanges.map((exchange, index) => exchange.start <= now && index < arrived);
        if (exchanges.length === 0)
            return { headline: summary(panel), height: 0, draw: () => "", words: "", marks: [] };

        if (exchanges.length > ROWS) {
            const step = axis.step(PARTS);
            /** @type {number[]} */
            const counts = [];
            for (const [index, exchange] of exchanges.entries()) {
                const part = Math.floor((exchange.start - start) / step);
                while (counts.length <= part) counts.push(0);
                if (isThere[index]) counts[part] += 1;
            }
            const parts = counts.map((count, part) => `${count} from ${axis.label(part * step)}`).join(", ");
            return {
                headline: `${title}: ${counted(exchanges.length, "request")}, arrivals per ${axis.label(step)}`,
                height: ARRIVALS_HEIGHT,
                counts,
                words: ` ${parts.replace(" from", " arrived from")}.`,
                marks: [],
                /**
                 * @param {number} top
                 * @param {number} maxArrivals
                 */
                draw(top, maxArrivals) {
                    const columns = counts.map((count, part) => {
                        const height = (count / maxArrivals) * (ARRIVALS_HEIGHT - 16);
                        const [x, y] = [axis.x(part * step), top + ARRIVALS_HEIGHT - height];
                        const column = rectangle("arrivals", x, y, axis.x(step) - axis.x(0) - 1, height);
                        return count === 0 ? "" : column + text("count", x, y - 3, grouped(count));
                    });
                    return columns.join("");
                },
            };
        }

        const bars = exchanges.map((exchange) => asOf(exchange, now));
        const words = bars
            .filter((_, index) => isThere[index])
            .map((bar) => {
                const [from, to] = [bar.start, bar.end].map((time) => axis.format(time - start));
                return ` ${bar.site} from ${from} to ${to}, ${progress(bar)}.`;
            });
        return {
            headline: summary(panel),
            height: bars.length * ROW_HEIGHT,
            words: words.join(""),
            marks: bars.flatMap((bar, index) => (isThere[index] ? [markOf(bar)] : [])),
            /** @param {number} top */
            draw(top) {
                const rows = bars.map((bar, index) => {
                    const row = top + index * ROW_HEIGHT;
                    const label = text("label", MARGIN, row + 18, shortened(bar.site));
                    if (!isThere[index]) return `<g class="later">${label}</g>\n`;
                    const mark = markOf(bar);
                    /**
                     * @param {string} name
                     * @param {number} from
                     * @param {number} to
                     */
                    const part = (name, from, to) => {
                        if (to - start < 0 || from - start > axis.length) return "";
                        const left = axis.x(Math.max(0, from - start));
                        const right = axis.x(Math.min(axis.length, to - start));
                        return rectangle(name, left, row + 5, Math.max(right - left, THINNEST), ROW_HEIGHT - 10);
                    };
                    return (
                        part("waiting", bar.start, bar.end) +
                        bar.pieces
                            .map(block)
                            .map(([first, last]) => part("bytes", first, last))
                            .join("") +
                        (mark && bar.end - start >= 0 && bar.end - start <= axis.length
                            ? text("mark", axis.x(bar.end - start) + 5, row + 18, mark[0])
                            : "") +
                        label +
                        text(
                            "result",
                            axis.x(axis.length) + 20,
                            row + 18,
                            `${axis.format(bar.end - bar.start)}, ${progress(bar)}`,
                        )
                    );
                });
                return rows.join("");
            },
        };
    }

    /**
     * What the colours and the marks of the bars mean.
     * @param {TimelineAxis} axis
     * @param {(string | null)[]} marks
     * @param {number} baseline
     */
    function legend(axis, marks, baseline) {
        let body = "";
        let x = axis.x(0);
        for (const meaning of ["waiting", "bytes"]) {
            const [left, top] = [x, baseline - 9].map((length) => length.toFixed(1));
            body += `<rect class="${meaning}" x="${left}" y="${top}" width="14" height="10"/>\n`;
            body += text("legend", x + 20, baseline, meaning);
            x += 90;
        }
        for (const mark of Object.values(MARKS).filter((mark) => marks.includes(mark))) {
            body += text("legend", x, baseline, mark);
            x += 150;
        }
        return body;
    }

    /**
     * The panels as an SVG document, one below the other on the same scale.
     * @param {TimelinePanel[]} panels
     * @param {TimelineView} [view]
     */
    function svg(panels, view = {}) {
        const now = view.now ?? Infinity;
        const times = panels.map(({ exchanges }) => {
            const start = view.from ?? Math.min(...exchanges.map((exchange) => exchange.start));
            return { start, end: view.to ?? Math.max(...exchanges.map((exchange) => exchange.end)) };
        });
        const shared = axis(Math.max(0, ...times.map(({ start, end }) => end - start)));
        const drawings = panels.map((panel, index) => drawing(panel, times[index].start, shared, view));
        // What the tallest column counts. All panels share this scale, so that they can be compared.
        const maxArrivals = Math.max(1, ...drawings.flatMap((drawing) => drawing.counts ?? []));
        let body = "";
        let top = MARGIN;
        for (const [index, { headline, height, draw }] of drawings.entries()) {
            const { start } = times[index];
            const firstRow = top + TITLE_HEIGHT + TICK_HEIGHT;
            body += text("title", MARGIN, top + 14, headline);
            if (height > 0) body += ticks(shared, firstRow, firstRow + height) + draw(firstRow, maxArrivals);
            if (height > 0 && now - start < shared.length)
                body += moment(shared.x(now - start), firstRow, firstRow + height);
            top = (height > 0 ? firstRow + height : top + TITLE_HEIGHT) + GAP;
        }
        const hasBars = drawings.some((drawing) => drawing.height > 0 && !drawing.counts);
        if (hasBars)
            body += legend(
                shared,
                drawings.flatMap((drawing) => drawing.marks),
                top,
            );
        const title = `What the server saw: ${panels.map((panel) => panel.title).join("; ")}`;
        const words = drawings.map(({ headline, words }) => `${headline}.${words}`).join(" ");
        return picture("timeline", title, words, top + MARGIN, body, view.hasStyle);
    }

    /**
     * The exchanges of a record of the mock web, which it serves as JSON.
     * @param {any} record
     * @param {number} taken  when it was taken, in milliseconds since the start of the web
     * @returns {TimelineExchange[]}
     */
    function exchangesOf(record, taken) {
        return record.exchanges.map((/** @type {any} */ row) => {
            const starts = [row.first_byte, ...row.pauses.map((/** @type {[number, number]} */ pause) => pause[1])];
            const ends = [...row.pauses.map((/** @type {[number, number]} */ pause) => pause[0]), row.last_byte];
            return {
                site: row.path === "/" ? row.site : row.site + row.path,
                start: row.request_head,
                pieces: row.first_byte === null ? [] : starts.map((first, index) => [first, ends[index]]),
                end: Math.max(row.ended ?? taken, row.last_byte ?? 0, row.request_head),
                outcome: row.outcome === "client gone" ? "client_left" : row.outcome.replace(" ", "_"),
                bytes: row.bytes,
                received: row.received,
                connection: row.connection,
            };
        });
    }

    return {
        svg,
        exchangesOf,
        // For other pictures with the same axis.
        axis,
        ticks,
        moment,
        text,
        rectangle,
        picture,
        counted,
        grouped,
        MARGIN,
        LABEL_WIDTH,
        AXIS_WIDTH,
        THINNEST,
        STYLE,
    };
})();

Object.assign(globalThis, { timeline });
