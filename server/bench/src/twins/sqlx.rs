//! The hand-written twin: axum and sqlx, one row by key out of PostgreSQL, with as many connections as the product has.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgPool, PgPoolOptions};

const CONNECTIONS: u32 = 16;

#[derive(Deserialize)]
struct Key {
    id: String,
}

#[derive(Serialize, sqlx::FromRow)]
struct Record {
    id: String,
    number: Option<i64>,
    ratio: Option<f64>,
    text: Option<String>,
}

async fn record(State(pool): State<PgPool>, Query(key): Query<Key>) -> Result<Json<Record>, StatusCode> {
    let found =
        sqlx::query_as("SELECT id, number, ratio, text FROM records WHERE id = $1 LIMIT 2").bind(key.id).fetch_optional(&pool).await;
    match found {
        Ok(Some(record)) => Ok(Json(record)),
        Ok(None) => Err(StatusCode::NOT_FOUND),
        Err(_) => Err(StatusCode::SERVICE_UNAVAILABLE),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind(std::env::args().nth(1).ok_or("an address")?).await?;
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).connect(&std::env::args().nth(2).ok_or("a database")?).await?;
    Ok(axum::serve(listener, Router::new().route("/", get(record)).with_state(pool)).await?)
}
