// All tests of the predictions' scripts: node --test book/predictions/tests/all.mjs
import { readdirSync } from "node:fs";

for (const name of readdirSync(new URL(".", import.meta.url))) {
    if (name.endsWith(".test.mjs")) await import(`./${name}`);
}
