//! A site sets a cookie when you log in. Does the next request carry it?
//!
//! ```sh
//! cargo run -p lesson11 --example cookies
//! ```
//!
//! aiohttp's `ClientSession` keeps cookies. reqwest's client doesn't, unless
//! it's built with `cookie_store(true)`. In the wrong run the login works, and
//! the page behind it is refused. Clones of a client share its cookies, so each
//! user needs a client of their own. Look at the cookies that arrive.

// ANCHOR: use
use lesson_kit::{println, with_causes};
use mock_server::Site;
use reqwest::Client;
use serde::Deserialize;
// ANCHOR_END: use

/// A site with a page that wants a cookie.
pub fn sites() -> Vec<Site> {
    vec![Site::new("shop.example").endpoints()]
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example cookies",
        "a login with a cookie",
        sites,
    );
    let [site] = lesson.exact_sites();

    println!("--- version A ---");
    print(log_in(&Client::new(), &site.url, "ada").await);
    lesson.timeline("version A").await;

    println!("\n--- version B ---");
    print(log_in(&with_store()?, &site.url, "ada").await);
    lesson.timeline("version B").await;

    println!("\n--- wrong: a clone for the second user ---");
    print(ada_and_grace(&site.url).await);

    println!("\n--- right: a client for each user ---");
    let (ada, grace) = (with_store()?, with_store()?);
    print(log_in(&ada, &site.url, "ada").await);
    print(log_in(&grace, &site.url, "grace").await);
    print(who(&ada, &site.url).await);
    Ok(())
}

fn print(user: reqwest::Result<String>) {
    match user {
        Ok(user) => println!("the page is {user}'s"),
        Err(error) => println!("failed: {}", with_causes(&error.without_url())),
    }
}

// ANCHOR: with_store
/// Version B.
pub fn with_store() -> reqwest::Result<Client> {
    Client::builder().cookie_store(true).build()
}
// ANCHOR_END: with_store

// ANCHOR: shared
/// Two users log in, with a client and its clone.
pub async fn ada_and_grace(site: &str) -> reqwest::Result<String> {
    let client = with_store()?;
    log_in(&client, site, "ada").await?;
    log_in(&client.clone(), site, "grace").await?;
    who(&client, site).await
}
// ANCHOR_END: shared

// ANCHOR: log_in
/// Logs in, and returns whose page it gets.
pub async fn log_in(
    client: &Client,
    site: &str,
    user: &str,
) -> reqwest::Result<String> {
    let login = format!("{site}cookies/set?user={user}");
    client.get(login).send().await?.error_for_status()?;
    who(client, site).await
}

async fn who(client: &Client, site: &str) -> reqwest::Result<String> {
    let page =
        client.get(format!("{site}cookies/required?user")).send().await?;
    let Page { cookies: [user] } = page.error_for_status()?.json().await?;
    Ok(user.value)
}
// ANCHOR_END: log_in

// ANCHOR: page
/// A cookie's value is the user's name.
#[derive(Deserialize)]
struct Page {
    cookies: [Cookie; 1],
}

#[derive(Deserialize)]
struct Cookie {
    value: String,
}
// ANCHOR_END: page
