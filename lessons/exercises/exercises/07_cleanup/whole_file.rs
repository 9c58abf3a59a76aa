// A program fetches some pages and writes a line about each to a report. If the
// program gives up in between, half a report is left, under the name of a whole
// one.
//
// Write the lines to a file with the extension `part` in the same folder, and
// rename it once it's whole. If `write_report` fails or is dropped before that,
// remove the file. `std::fs::remove_file` takes no `.await`, so it can run in a
// `drop`. The tests look into the folder.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs, process};

use exercises::{show, urls};
use mock_server::{Fault, MockWeb};
use reqwest::Client;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// TODO: When is it fine for the file to have this name?
async fn write_report(
    client: &Client,
    urls: &[&str],
    report: &Path,
) -> anyhow::Result<()> {
    let mut file = File::create(report).await?;
    for url in urls {
        let bytes = page_size(client, url).await?;
        file.write_all(format!("{bytes} bytes\n").as_bytes()).await?;
        file.flush().await?;
    }
    Ok(())
}

fn main() {
    let web = MockWeb::builder().fault("python.org", Fault::Hang);
    show(web, async |web, client| {
        let folder = Folder::new("run");
        let (report, urls) = (folder.report(), urls(web));
        let work = write_report(client, &urls, &report);
        match timeout(Duration::from_secs(2), work).await {
            Ok(report) => println!("{report:?}"),
            Err(_elapsed) => println!("gave up"),
        }
        println!("in the folder: {:?}", folder.files());
    });
}

// A folder that is removed when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let name = format!("whole_file-{}-{name}", process::id());
        let folder = env::temp_dir().join(name);
        fs::create_dir(&folder).expect("a new folder");
        Folder(folder)
    }

    fn report(&self) -> PathBuf {
        self.0.join("report.txt")
    }

    // The name of each file, and what's in it.
    fn files(&self) -> Vec<(String, String)> {
        let files = self.0.read_dir().expect("the folder is there");
        let name_and_text = |file: fs::DirEntry| {
            let name = file.file_name().to_string_lossy().into_owned();
            (name, fs::read_to_string(file.path()).expect("a text"))
        };
        files.map(|file| name_and_text(file.expect("a file"))).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It only takes up space.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{check, sees, sites};
    use futures::future::{Either, select};
    use std::pin::pin;

    #[test]
    fn a_report_that_is_done_has_its_name_and_all_its_lines() {
        check(sites(["a.example", "b.example"]), async |web, client| {
            let folder = Folder::new("done");
            let (report, urls) = (folder.report(), urls(web));
            let done = write_report(client, &urls, &report).await;
            done.expect("it is written");
            let text = "1000 bytes\n1000 bytes\n".to_owned();
            assert_eq!(folder.files(), [("report.txt".to_owned(), text)]);
        });
    }

    #[test]
    fn a_report_that_is_cancelled_leaves_nothing_behind() {
        let web =
            sites(["a.example", "b.example"]).fault("b.example", Fault::Hang);
        check(web, async |web, client| {
            let (folder, urls) = (Folder::new("cancelled"), urls(web));
            let report = folder.report();
            let work = Box::pin(write_report(client, &urls, &report));
            let second =
                pin!(sees(web, |record| record.requests("b.example") == 1));
            match select(work, second).await {
                Either::Left((done, _)) => panic!("a page hangs: {done:?}"),
                Either::Right((second, work)) => {
                    assert!(second, "the second page is requested");
                    drop(work);
                }
            }
            assert_eq!(folder.files(), [], "what a cancelled report leaves");
        });
    }

    #[test]
    fn a_report_that_fails_leaves_nothing_behind() {
        check(sites(["a.example"]), async |web, client| {
            let (folder, url) = (Folder::new("failed"), web.url("a.example"));
            let (report, missing) = (folder.report(), format!("{url}missing"));
            let done = write_report(client, &[url, &missing], &report).await;
            done.expect_err("there is no second page");
            assert_eq!(folder.files(), [], "what a failed report leaves");
        });
    }
}
