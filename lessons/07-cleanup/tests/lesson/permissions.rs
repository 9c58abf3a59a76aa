//! Who may read a downloaded file. Unix only, because elsewhere the folder
//! decides that.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use reqwest::Client;
use testkit::{quick_tutorial, start};

use crate::examples::half_file;
use crate::support::folder;

#[tokio::test]
async fn a_file_that_was_temporary_is_for_its_owner_alone() {
    let (_web, sites, _watchdog) = start(quick_tutorial());
    let (_folder, page) = folder();
    let client = Client::new();
    let response = half_file::get(&client, &sites[1]).await.expect("it begins");
    half_file::save_whole(response, &page).await.expect("it is saved");
    let mode = fs::metadata(&page).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
