// Code or a table that is wider than the page can be scrolled with the keyboard, if it can be reached with it.
function reachable() {
    for (const wide of document.querySelectorAll("pre > code, .table-wrapper")) {
        if (wide.scrollWidth > wide.clientWidth) {
            wide.tabIndex = 0;
        } else {
            wide.removeAttribute("tabindex");
        }
    }
}
addEventListener("load", reachable);
addEventListener("resize", reachable);
document.addEventListener("toggle", reachable, true);
