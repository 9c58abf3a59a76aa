//! A documentation site as a generator of documentation writes it: each page has the table of contents of the whole
//! site, one of its own, a link at each heading, references to sections of other pages, and code with a `<span>` around
//! each word.

use std::fmt::{self, Write};

/// How many pages a site has, besides its start page.
pub const PAGES: usize = 100;
/// How many sections a page of the site has.
pub const SECTIONS: usize = 30;
/// How many references to other pages a section has.
const REFERENCES: usize = 4;
/// How many lines of code a section has.
const LINES: usize = 6;
/// Each page whose number is a multiple of this has a link to an anchor that's missing, and one to a page that is.
const FLAWED: usize = 10;
/// How many URLs are broken on the whole site.
pub const BROKEN: usize = 2 * PAGES / FLAWED;

/// The start page, with a link to every page.
pub fn index() -> String {
    let mut page = String::new();
    write_index(&mut page).expect("writing to a String succeeds");
    page
}

/// The page with this number and with this many sections. It links to pages with as many sections as [`SECTIONS`].
pub fn page(number: usize, sections: usize) -> String {
    let mut page = String::new();
    write_page(&mut page, number, sections).expect("writing to a String succeeds");
    page
}

fn write_index(page: &mut String) -> fmt::Result {
    write_head(page, "Contents")?;
    write_contents(page)?;
    page.write_str("</body></html>\n")
}

fn write_page(page: &mut String, number: usize, sections: usize) -> fmt::Result {
    write_head(page, &format!("Module {number}"))?;
    let (previous, next) = ((number + PAGES - 1) % PAGES, (number + 1) % PAGES);
    writeln!(
        page,
        "<div class=\"related\" role=\"navigation\"><ul><li class=\"right\"><a href=\"page{next}.html\" \
         accesskey=\"N\">next</a></li><li class=\"right\"><a href=\"page{previous}.html\" accesskey=\"P\">previous</a>\
         </li><li class=\"nav-item\"><a href=\"/\">Contents</a></li></ul></div>"
    )?;
    write_contents(page)?;
    writeln!(page, "<div class=\"sphinxsidebar\"><ul>")?;
    for section in 0..sections {
        writeln!(
            page,
            "<li><a class=\"reference internal\" href=\"#section-{section}\">Function {section}</a></li>"
        )?;
    }
    writeln!(page, "</ul></div>\n<div class=\"body\" role=\"main\">")?;
    for section in 0..sections {
        write_section(page, number, section)?;
    }
    if number.is_multiple_of(FLAWED) {
        writeln!(
            page,
            "<p><a href=\"page{next}.html#gone-{number}\">moved</a>, <a href=\"gone{number}.html\">gone</a></p>"
        )?;
    }
    page.write_str("</div></body></html>\n")
}

fn write_head(page: &mut String, title: &str) -> fmt::Result {
    writeln!(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"></head>\n<body>"
    )
}

/// The table of contents of the whole site.
fn write_contents(page: &mut String) -> fmt::Result {
    writeln!(page, "<ul class=\"current\">")?;
    for number in 0..PAGES {
        writeln!(
            page,
            "<li class=\"toctree-l1\"><a class=\"reference internal\" href=\"page{number}.html\">Module {number}</a></li>"
        )?;
    }
    writeln!(page, "</ul>")
}

fn write_section(page: &mut String, number: usize, section: usize) -> fmt::Result {
    writeln!(
        page,
        "<section id=\"section-{section}\">\n<h2>Function {section}<a class=\"headerlink\" href=\"#section-{section}\" \
         title=\"Permalink to this heading\">¶</a></h2>"
    )?;
    for reference in 1..=REFERENCES {
        // Some other page and section, different for each reference.
        let to = (number + 7 * section + 31 * reference) % PAGES;
        let its_section = (section + 11 * reference) % SECTIONS;
        writeln!(
            page,
            "<p>It takes what <a class=\"reference internal\" href=\"page{to}.html#section-{its_section}\">\
             <code class=\"xref py docutils literal notranslate\"><span class=\"pre\">function_{its_section}()</span>\
             </code></a> returns &mdash; <em>even</em> if that is empty &mdash; and fails for everything else.</p>"
        )?;
    }
    writeln!(page, "<div class=\"highlight\"><pre><span></span>")?;
    for line in 0..LINES {
        writeln!(
            page,
            "<span class=\"n\">value_{line}</span> <span class=\"o\">=</span> <span class=\"n\">function_{section}</span>\
             <span class=\"p\">(</span><span class=\"s1\">&#39;name&#39;</span><span class=\"p\">,</span> \
             <span class=\"mi\">{line}</span><span class=\"p\">)</span>  <span class=\"c1\"># a comment</span>"
        )?;
    }
    writeln!(page, "</pre></div>\n</section>")
}
