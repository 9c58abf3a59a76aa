// @ts-check
// Code or a table that is wider than the page can be scrolled with the keyboard, if it can be reached with it.
function reachable() {
    const wide = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("pre > code, .table-wrapper"));
    for (const element of wide) {
        if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
        else element.removeAttribute("tabindex");
    }
}
addEventListener("load", reachable);
addEventListener("resize", reachable);
document.addEventListener("toggle", reachable, true);
