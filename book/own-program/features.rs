//! Needs features that are off. The page lists the compiler's words for each.

async fn read() -> anyhow::Result<Vec<String>> {
    let address = tokio::fs::read_to_string("address.txt").await?;
    reqwest::blocking::get(&address)?;
    Ok(reqwest::get(&address).await?.json().await?)
}

fn main() {}
