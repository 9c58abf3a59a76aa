//! The page that lists what the program serves.

use super::port::{DOWN, OwnPort};
use super::{endpoints, wait};
use crate::fault::{Fault, Kind, Parameter, catalogue};
use crate::site::Site;
use crate::timeline::escape;
#[cfg(feature = "tls")]
use crate::tls::Tls;

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

/// What the page lists, and the address that it's at.
pub(crate) struct Index<'web> {
    pub sites: &'web [Site],
    pub own_ports: &'web [OwnPort],
    pub scheme: &'static str,
    /// Name and port, as the client knows them.
    pub host: &'web str,
    pub has_live_page: bool,
    #[cfg(feature = "tls")]
    pub https: Option<&'web HttpsPorts>,
}

/// The ports of a program that has https.
#[cfg(feature = "tls")]
#[derive(Clone)]
pub(crate) struct HttpsPorts {
    pub ports: Vec<(Tls, u16)>,
    /// The certificate of the authority.
    pub ca_pem: String,
}

/// The page.
pub(crate) fn index_page(index: &Index<'_>) -> String {
    let Index { sites, own_ports, scheme, host, has_live_page, .. } = *index;
    let address = &format!("{scheme}://{host}");
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
        .map(|kind| Row {
            path: format!("/fault/{}", kind.example),
            says: kind.behaviour.to_owned(),
            parameters: kind.parameters,
            curl: if kind.concerns_request_body() { "-T FILE " } else { "" },
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
        Row {
            curl: "-X POST ",
            ..row(
                DOWN,
                "Takes the last of the ports above down for so many ms (for, 1 to 600000, 1000 unless set): its connections are \
                 closed, and new ones refused. Answers when that's done. Wants POST.",
            )
        },
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
    let ports: Vec<_> = own_ports.iter().map(|port| row(&port.url, port.says)).collect();
    let note = "What concerns a port needs one of its own. They're new each time the program starts.";
    section(&mut page, "Ports", note, &ports, address);
    section(&mut page, "The rest", "", &others, address);
    https_section(&mut page, index);
    page + "</body>\n</html>\n"
}

#[cfg(feature = "tls")]
fn https_section(page: &mut String, index: &Index<'_>) {
    let Some(HttpsPorts { ports, .. }) = index.https else { return };
    // An address of IPv6 has colons, too, but not behind its bracket.
    let name = index.host.rsplit_once(':').filter(|(_, port)| !port.contains(']'));
    let name = name.map_or(index.host, |(name, _)| name);
    *page += "<h2>https</h2>\n<p>Each port has all of the above. The certificates are made when the program starts: \
              <a href=\"/ca.pem\">/ca.pem</a> is the authority that a client should trust.</p>\n";
    *page += &format!("<pre>curl -o ca.pem '{}://{}/ca.pem'</pre>\n<dl>\n", index.scheme, index.host);
    for (case, port) in ports {
        let behaviour = escape(case.behaviour());
        *page += &format!("<dt>{case}</dt>\n<dd>{behaviour}");
        *page += &format!("<pre>curl -i --cacert ca.pem 'https://{name}:{port}/'</pre></dd>\n");
    }
    *page += "</dl>\n";
}

#[cfg(not(feature = "tls"))]
fn https_section(page: &mut String, _: &Index<'_>) {
    *page += "<h2>https</h2>\n<p>This program was built without https. A build with the feature <code>tls</code> has a port \
              for each way in which TLS can fail, and needs a C compiler:</p>\n\
              <pre>cargo install --path mock-server --features tls</pre>\n";
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
        // A port has a URL of its own.
        let origin = if path.starts_with('/') { address } else { "" };
        *page += &format!("<dt><a href=\"{path}\">{path}</a></dt>\n<dd>{says}");
        for parameter in *parameters {
            *page += &format!("<small>{}</small>", escape(&parameter.to_string()));
        }
        let ca = if origin.starts_with("https:") { "--cacert ca.pem " } else { "" };
        *page += &format!("<pre>curl -i {ca}{curl}'{origin}{path}'</pre></dd>\n");
    }
    *page += "</dl>\n";
}
