//! The bare twin over HTTP: an axum handler that answers with the same body, and does nothing else.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let body: &'static [u8] = Vec::leak(std::fs::read(std::env::args().nth(2).ok_or("the body's file")?)?);
    let listener = tokio::net::TcpListener::bind(std::env::args().nth(1).ok_or("an address")?).await?;
    let router = Router::new().fallback(get(move || async move { ([(CONTENT_TYPE, "application/json")], body) }));
    Ok(axum::serve(listener, router).await?)
}
