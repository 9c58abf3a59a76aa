// Requests each URL with Node's fetch: all URLs at the same time, each of them TIMES times in turn.
//
//     node clients.mjs [--upload BYTES] TIMES SECONDS URL...
//
// A request may take SECONDS. With `--upload`, each request is a PUT with a body of BYTES. Prints the result of each request, in
// the order of the URLs: how many bytes it got, the status if it was an upload or failed, or the error with its causes.

import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({ options: { upload: { type: "string" } }, allowPositionals: true });
const [times, seconds, ...urls] = positionals;
const upload = values.upload && { method: "PUT", body: new Uint8Array(Number(values.upload)) };

/** A name, a code if there is one, and a message, of the error and of each cause. */
function inWords(error) {
    const code = typeof error.code === "string" ? ` [${error.code}]` : "";
    const words = `${error.name}${code}: ${error.message}`.replaceAll("\n", " ");
    return error.cause instanceof Error ? `${words}: ${inWords(error.cause)}` : words;
}

async function ask(url) {
    try {
        const response = await fetch(url, { ...upload, signal: AbortSignal.timeout(seconds * 1000) });
        const body = await response.arrayBuffer();
        return upload || !response.ok ? `status ${response.status}` : `${body.byteLength} bytes`;
    } catch (error) {
        return inWords(error);
    }
}

async function inTurn(url) {
    const results = [];
    while (results.length < times) {
        results.push(await ask(url));
    }
    return results;
}

const results = await Promise.all(urls.map(inTurn));
console.log(results.flat().join("\n"));
