// This program wants only the titles of its pages, and reads every page to its
// end. The title is near the beginning. The rest costs time and memory, and it
// may never end.
//
// Change `title` so that it stops reading when it has the title, or when it has
// read more than `LARGEST` bytes without one. Then it returns `None`. You don't
// need to change `title_in`. The tests check that the client leaves. They also
// send a page byte by byte, and a letter of its title has two bytes.

use exercises::show;
use mock_server::{MockWeb, Site};
use reqwest::Client;

const LARGEST: usize = 10_000;

// We keep the bytes, and after each chunk we look whether they have a whole
// title. Both `return`s drop `response`, and the server sees the client leave.
//
// The common wrong answer looks for the title in each chunk alone. But a chunk
// may end in the middle of `</title>`. It may even end in the middle of a
// letter, so it's also wrong to make a string of each chunk and to join the
// strings: half a letter becomes a `�`.
//
// This reads the beginning again for each chunk, which is fine for a few
// kilobytes. A parser such as `lol_html` remembers where it was.
async fn title(client: &Client, url: &str) -> reqwest::Result<Option<String>> {
    let mut response = client.get(url).send().await?.error_for_status()?;
    let mut start = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        start.extend_from_slice(&chunk);
        let title = title_in(&start);
        if title.is_some() || start.len() > LARGEST {
            return Ok(title);
        }
    }
    Ok(None)
}

/// The title, if all of it is in these bytes.
fn title_in(page: &[u8]) -> Option<String> {
    let page = String::from_utf8_lossy(page);
    let (_, rest) = page.split_once("<title>")?;
    let (title, _) = rest.split_once("</title>")?;
    Some(title.to_owned())
}

fn main() {
    let dribble = "dribble?chunks=30&over=1500".parse().expect("it is a fault");
    let web = MockWeb::builder().sites([
        Site::new("small.example"),
        Site::new("slow.example").fault(dribble),
    ]);
    show(web, async |web, client| {
        for (name, url) in web.sites() {
            match title(client, url).await {
                Ok(title) => println!("{name}: {title:?}"),
                Err(error) => println!("{name}: {error}"),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{PATIENCE, check, sees};
    use mock_server::{Builder, Fault, page};
    use tokio::time::timeout;

    fn site(page: String, fault: Fault) -> Builder {
        let site = Site::new("a.example").page(page).fault(fault);
        MockWeb::builder().sites([site])
    }

    #[test]
    fn the_client_leaves_when_it_has_the_title() {
        let page = page("Café crème", 600, 60);
        let byte_by_byte =
            "dribble?chunk=1&pause=2".parse().expect("it is a fault");
        check(site(page, byte_by_byte), async |web, client| {
            let title = title(client, web.url("a.example")).await;
            let title = title.expect("the page arrives");
            assert_eq!(title.as_deref(), Some("Café crème"));
            let left = sees(web, |record| record.client_gone() == 1).await;
            assert!(left, "the client reads on after the title");
        });
    }

    #[test]
    fn an_endless_page_without_a_title_has_none() {
        let page = "<p>There is no title here.</p>\n".to_owned();
        let endless =
            "endless?chunk=1000&pause=5".parse().expect("it is a fault");
        check(site(page, endless), async |web, client| {
            let looking = title(client, web.url("a.example"));
            let title = timeout(PATIENCE, looking).await;
            let title = title.expect("it waits for the end of an endless page");
            assert_eq!(title.expect("the page begins"), None);
            let left = sees(web, |record| record.client_gone() == 1).await;
            assert!(left, "the client reads on");
        });
    }

    #[test]
    fn a_small_page_without_a_title_has_none() {
        let page = "<p>There is no title here.</p>\n".to_owned();
        let dribble =
            "dribble?chunk=10&pause=1".parse().expect("it is a fault");
        check(site(page, dribble), async |web, client| {
            let title = title(client, web.url("a.example")).await;
            assert_eq!(title.expect("the page arrives"), None);
        });
    }

    #[test]
    fn a_page_that_breaks_off_before_its_title_is_an_error() {
        let page = page("A page", 600, 60);
        let web = site(page, Fault::Truncate { after: 50 });
        check(web, async |web, client| {
            let title = title(client, web.url("a.example")).await;
            assert!(title.is_err(), "{title:?}");
        });
    }
}
