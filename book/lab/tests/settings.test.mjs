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
        assert.deepEqual(labSettings.fromLink(lab, link.split("#")[0]), { values, ignored: [], isNew: false });
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
        isNew: false,
    });
});

for (const lab of labs) {
    test(`new numbers for ${lab.name} are valid and differ from the chapter's`, () => {
        for (let run = 0; run < 100; run++) {
            const { values, ignored, isNew } = labSettings.fromLink(lab, `?lab=${lab.name}&new-numbers`);
            assert(isNew && ignored.length === 0);
            assert(Object.keys(labSettings.changes(lab, values)).length > 0);
            for (const control of lab.controls) assert(labSettings.isValid(control, values[control.name]), control.name);
        }
    });
}

test("new numbers are drawn again if they are the chapter's", () => {
    let draws = 0;
    const defaults = lab.controls.map((control) => {
        if (control.type === "choice") return 0;
        const steps = Math.floor((control.max - control.min) / control.step) + 1;
        return ((control.default - control.min) / control.step + 0.5) / steps;
    });
    const random = () => defaults[draws++] ?? 0.99;
    const { values } = labSettings.fromLink(lab, "?lab=bounded&new-numbers", random);
    assert.equal(draws, 2 * lab.controls.length);
    assert.notDeepEqual(values, labSettings.defaults(lab));
});
