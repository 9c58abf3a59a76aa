// Links restore the settings of a lab. Settings that no control accepts are ignored.
import assert from "node:assert/strict";
import { test } from "node:test";
import { labs } from "./labs.mjs";
import "../page/settings.js";

const { labSettings } = globalThis;
const lab = labs.find(({ name }) => name === "bounded");

for (const lab of labs) {
    test(`each control of ${lab.name} comes back from a link`, () => {
        const values = labSettings.defaults(lab);
        for (const control of lab.controls) {
            values[control.name] =
                control.type === "range" ? String(control.max) : control.options[control.options.length - 1][0];
        }
        const link = labSettings.toLink(lab, values);
        assert(link.startsWith(`?lab=${lab.name}&`) && link.endsWith(`#lab-${lab.name}`), link);
        assert.deepEqual(labSettings.fromLink(lab, link.split("#")[0]), { values, ignored: [] });
    });
}

test("a link has only what differs from the defaults", () => {
    assert.equal(labSettings.toLink(lab, labSettings.defaults(lab)), "?lab=bounded#lab-bounded");
    assert.equal(
        labSettings.toLink(lab, { ...labSettings.defaults(lab), limit: "2" }),
        "?lab=bounded&limit=2#lab-bounded",
    );
});

test("what a control doesn't take is ignored, and listed", () => {
    const { values, ignored } = labSettings.fromLink(
        lab,
        "?lab=bounded&limit=99&pages=two&version=fast&size=1&a=50&highlight=join",
    );
    assert.deepEqual(values, { ...labSettings.defaults(lab), a: "50" });
    assert.deepEqual(ignored, ["limit=99", "pages=two", "version=fast", "size=1"]);
});

test("settings of another lab on the page are left alone", () => {
    assert.deepEqual(labSettings.fromLink(lab, "?lab=circle&limit=2"), {
        values: labSettings.defaults(lab),
        ignored: [],
    });
});
