// This program writes a line for each page into a report. If a page fails, the
// function returns its error, as it should. But the report is empty then: the
// lines of the pages before it are missing, although they were written.
//
// Make sure that the lines are in the file no matter how the function returns.
// An error of a page should still reach the caller, and so should an error of
// the file, such as a full disk. You don't need to go on after a failed page.

use std::path::Path;

use exercises::{show, urls};
use mock_server::{Fault, MockWeb};
use reqwest::Client;
use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};

async fn page_size(client: &Client, url: &str) -> reqwest::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// TODO: Which lines of this function run if a page fails?
async fn write_report(
    client: &Client,
    urls: &[&str],
    file: &Path,
) -> anyhow::Result<()> {
    let mut report = BufWriter::new(File::create(file).await?);
    for url in urls {
        let line = format!("{} bytes\n", page_size(client, url).await?);
        report.write_all(line.as_bytes()).await?;
    }
    report.shutdown().await?;
    Ok(())
}

fn main() {
    let file = std::env::temp_dir().join("exercise-report.txt");
    let web = MockWeb::builder().fault("w3schools.com", Fault::Refused);
    show(web, async |web, client| {
        if let Err(error) = write_report(client, &urls(web), &file).await {
            println!("failed: {error:#}");
        }
        let report = std::fs::read_to_string(&file);
        println!("the report: {report:?}");
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{check, quick_tutorial};

    /// The report of a run, which is a file with this name, and its result.
    fn report(name: &str, web: mock_server::Builder) -> (String, bool) {
        let name = format!("exercise-{name}-{}.txt", std::process::id());
        let file = std::env::temp_dir().join(name);
        let mut written = false;
        check(web, async |web, client| {
            written = write_report(client, &urls(web), &file).await.is_ok();
        });
        let report = std::fs::read_to_string(&file).expect("there is a file");
        std::fs::remove_file(&file).expect("it can be removed");
        (report, written)
    }

    #[test]
    fn the_lines_before_a_failed_page_are_in_the_report() {
        let web = quick_tutorial().fault("w3schools.com", Fault::Refused);
        let (report, written) = report("failed", web);
        assert_eq!(report, "15000 bytes\n50321 bytes\n", "the report");
        assert!(!written, "the page failed, and the caller gets no error");
    }

    #[test]
    fn without_a_failure_all_lines_are_in_the_report() {
        let (report, written) = report("whole", quick_tutorial());
        assert_eq!(report, "15000 bytes\n50321 bytes\n45000 bytes\n");
        assert!(written);
    }

    // Linux has a file that is always on a full disk.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error() {
        check(quick_tutorial(), async |web, client| {
            let full = Path::new("/dev/full");
            let written = write_report(client, &urls(web), full).await;
            assert!(written.is_err(), "nothing could be written");
        });
    }
}
