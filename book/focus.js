// A block of code that is wider than the page can be scrolled with the keyboard, if it can be reached with it.
function reachable() {
    for (const code of document.querySelectorAll("pre > code")) {
        if (code.scrollWidth > code.clientWidth) {
            code.tabIndex = 0;
        } else {
            code.removeAttribute("tabindex");
        }
    }
}
addEventListener("load", reachable);
addEventListener("resize", reachable);
document.addEventListener("toggle", reachable, true);
