// Made by `cargo run -p book -- predictions` from book/predictions and the captured runs.
"use strict";

/** @type {PredictionPage[]} */
const predictionPages = [
{"name":"program-of-your-own","title":"A program of your own","isReadThrough":true,"predictions":[]},
{"name":"rust-you-will-need","title":"The Rust you will need","isReadThrough":true,"predictions":[]},
{"name":"01-sync-vs-async","title":"Sync and async","isReadThrough":true,"predictions":[]},
{"name":"02-runtime-and-join","title":"The runtime and join","isReadThrough":true,"predictions":[]},
{"name":"02-1-in-and-out-of-the-runtime","title":"In and out of the runtime","isReadThrough":true,"predictions":[]},
{"name":"03-futures-and-await","title":"Futures and await","isReadThrough":true,"predictions":[]},
{"name":"03-1-what-a-future-is-made-of","title":"What a future is made of","isReadThrough":true,"predictions":[]},
{"name":"04-tasks","title":"Tasks","isReadThrough":true,"predictions":[]},
{"name":"04-1-select","title":"`select!`","isReadThrough":true,"predictions":[]},
{"name":"04-2-cancel-safety","title":"Cancel safety and futurelock","isReadThrough":true,"predictions":[]},
{"name":"05-gather","title":"Gather","isReadThrough":true,"predictions":[]},
{"name":"05-1-channels-and-workers","title":"Channels and workers","isReadThrough":true,"predictions":[]},
{"name":"05-2-streams-and-rates","title":"Streams and rates","isReadThrough":true,"predictions":[]},
{"name":"06-errors","title":"Errors","isReadThrough":true,"predictions":[]},
{"name":"06-1-trying-again","title":"Trying again","isReadThrough":true,"predictions":[]},
{"name":"07-cleanup","title":"Cleanup","isReadThrough":true,"predictions":[]},
{"name":"07-1-shutdown","title":"Shutdown","isReadThrough":true,"predictions":[]},
{"name":"08-scraping","title":"Scraping","isReadThrough":true,"predictions":[]},
{"name":"08-1-hostile-pages","title":"Hostile pages","isReadThrough":true,"predictions":[]},
{"name":"08-2-from-page-to-page","title":"From page to page","isReadThrough":true,"predictions":[]},
{"name":"09-best-practices","title":"Best practices","isReadThrough":true,"predictions":[]},
{"name":"09-1-sharing-state","title":"Sharing state","isReadThrough":true,"predictions":[]},
{"name":"09-2-reference-cards","title":"Reference cards","isReadThrough":true,"predictions":[]},
{"name":"10-capstone","title":"The capstone","isReadThrough":true,"predictions":[]},
{"name":"10-1-circles-and-stopping","title":"Circles and stopping","isReadThrough":true,"predictions":[]},
{"name":"10-2-the-whole-program","title":"The whole program","isReadThrough":true,"predictions":[]},
];

Object.assign(globalThis, { predictionPages });
