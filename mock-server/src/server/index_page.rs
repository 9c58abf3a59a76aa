//! The page that lists what the program serves.

use super::{endpoints, wait};
use crate::fault::{Fault, Kind, Parameter, catalogue};
use crate::site::Site;
use crate::timeline::escape;

const STYLE: &str = "\
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 0 auto; padding: 1rem; }
dt { margin-top: 1rem; font-weight: 600; }
dd { margin: 0; }
pre { margin: 0.2rem 0; overflow-x: auto; }
small { display: block; }
";

/// What is at a path: a link to try, a sentence, and what can be set.
struct Row<'row> {
    path: String,
    says: String,
    parameters: &'row [Parameter],
    /// More than `curl` and the address.
    curl: &'static str,
}

/// The page, for a program that answers at `address`.
pub(crate) fn index_page(sites: &[Site], address: &str, has_live_page: bool) -> String {
    let row = |path: &str, says: &str| Row {
        path: path.to_owned(),
        says: says.to_owned(),
        parameters: &[],
        curl: "",
    };
    let sites: Vec<_> = sites
        .iter()
        .map(|site| {
            row(&format!("/site/{}", site.name), &format!("Answers after {} ms.", site.delay.as_millis()))
        })
        .collect();
    let faults: Vec<_> = catalogue()
        .filter(|kind| !needs_own_port(kind))
        .map(|Kind { behaviour, parameters, example, .. }| Row {
            path: format!("/fault/{example}"),
            says: (*behaviour).to_owned(),
            parameters,
            curl: "",
        })
        .collect();
    let endpoints: Vec<_> = endpoints::ALL
        .iter()
        .map(|endpoint| Row { curl: endpoint.curl, ..row(endpoint.path, endpoint.says) })
        .collect();
    let others = [
        row("/delay/500", "A short answer after so many milliseconds, 0 to 600000."),
        row(
            "/gate/4?wait=2000",
            "Held until so many (1 to 100000) are in flight at once, then all go. If they are not within the wait (1 to 600000 ms), 425 for these and all later ones.",
        ),
        row(
            "/counted?key=orders",
            "How many requests asked for work under a key of lost-answer, and how often it was done.",
        ),
        row(
            wait::EXAMPLE,
            "Answers when exactly so many requests are in flight (in-flight, 0 to 100000), at least so many have arrived \
             (requests, 0 to 20000), and so many clients have left (gone, 0 to 20000); each can be left out. 504 after the time \
             (within, 0 to 600000 ms, 2000 unless set). It's not in the timeline itself.",
        ),
        row("/timeline", "What the server saw, as text."),
        row("/timeline.svg", "As a picture."),
        row("/timeline.json", "As data."),
        Row {
            curl: "-X POST ",
            ..row(
                "/reset-record",
                "Forgets what it saw, shuts the gates, and has the faults that count begin again. Wants POST.",
            )
        },
    ];
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>A web that misbehaves</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <h1>A web that misbehaves</h1>\n"
    );
    if has_live_page {
        page += "<p>A live page shows the requests as they come, and lets you give the sites faults. Its address is only \
                 in the terminal where this program runs, because other web pages mustn't know it.</p>\n";
    }
    section(&mut page, "Sites", "", &sites, address);
    let note = "Each takes <code>site=NAME</code> too, for the page of another site; none has the delay of its site.";
    section(&mut page, "Faults", note, &faults, address);
    section(&mut page, "Endpoints", "", &endpoints, address);
    section(&mut page, "The rest", "", &others, address);
    page + "</body>\n</html>\n"
}

fn needs_own_port(kind: &Kind) -> bool {
    kind.example.parse().is_ok_and(|fault: Fault| fault.needs_own_port())
}

fn section(page: &mut String, title: &str, note: &str, rows: &[Row<'_>], address: &str) {
    *page += &format!("<h2>{title}</h2>\n");
    if !note.is_empty() {
        *page += &format!("<p>{note}</p>\n");
    }
    *page += "<dl>\n";
    for Row { path, says, parameters, curl } in rows {
        let (path, says) = (escape(path), escape(says));
        *page += &format!("<dt><a href=\"{path}\">{path}</a></dt>\n<dd>{says}");
        for parameter in *parameters {
            *page += &format!("<small>{}</small>", escape(&parameter.to_string()));
        }
        *page += &format!("<pre>curl -i {curl}'http://{address}{path}'</pre></dd>\n");
    }
    *page += "</dl>\n";
}
