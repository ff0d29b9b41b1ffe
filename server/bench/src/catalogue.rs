//! The search of the catalogue: 100,000 assets with 1,000,000 columns in the metadata of a node of its own, which builds its index and is
//! asked over HTTP.

use std::path::Path;
use std::time::Instant;

use model::asset_document::AssetDocument;
use reqwest::Method;
use serde_json::json;
use sqlx::{QueryBuilder, Sqlite, SqlitePool};
use testkit::{Admin, Sluice};

use crate::report::Report;
use generated::{DOMAINS, Numbers, asset, query, vocabulary};

#[path = "../../search/examples/generated/mod.rs"]
mod generated;

const ASSETS: usize = 100_000;
/// Rows of one statement.
const PORTION: usize = 500;
const QUERIES: usize = 500;
/// How often a change is made and waited for.
const CHANGES: usize = 5;

pub(crate) async fn run(report: &mut Report, binary: &Path) {
    let folder = testkit::folder();
    let data = folder.path();
    // Makes the tables and the people.
    let mut server = Sluice::start(binary, "demo", data, &[]);
    Admin::demo(&server, "owner@demo").await.built().await;
    server.kill();
    fill(&data.join("sluice.db")).await;
    let index = data.join("catalogue-index");
    std::fs::remove_dir_all(&index).unwrap();
    let began = Instant::now();
    let server = Sluice::start(binary, "demo", data, &[]);
    let owner = Admin::demo(&server, "owner@demo").await;
    while owner.get("/assets/search").await["building"] == true {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    report.at_most("catalogue_index_s", "s", vec![began.elapsed().as_secs_f64()], 30.0);
    let bytes: u64 = std::fs::read_dir(&index).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
    report.at_most("catalogue_index_mb", "MB", vec![bytes as f64 / 1_000_000.0], 200.0);
    let mut found = 0;
    let mut readings = Vec::new();
    let (mut numbers, words) = (Numbers(11), vocabulary());
    for _ in 0..QUERIES {
        let (_, asked) = query(&mut numbers, &words);
        let began = Instant::now();
        let results = owner.get(&format!("/assets/search{}", asked.address())).await;
        readings.push(began.elapsed().as_secs_f64() * 1_000.0);
        found += usize::from(results["total"] != 0);
    }
    assert!(found * 2 > QUERIES, "most words are in the catalogue: {found} of {QUERIES}");
    readings.sort_by(f64::total_cmp);
    report.at_most("catalogue_search_p95_ms", "ms", vec![readings[QUERIES * 95 / 100]], 20.0);
    let mut changes = Vec::new();
    for at in 0..CHANGES {
        changes.push(change(&owner, &format!("zyxwv{at}")).await);
    }
    report.at_most("catalogue_change_ms", "ms", changes, 1_000.0);
}

/// Milliseconds until a word is found that was just written.
async fn change(owner: &Admin, word: &str) -> f64 {
    const ASSET: &str = "/assets/api:travel%2Fplane";
    let edit = owner.get(ASSET).await["edit"].clone();
    let (status, body) = owner.call(Method::PUT, ASSET, Some(json!({"edit": edit, "description": word}))).await;
    assert!(status.is_success(), "{body}");
    let began = Instant::now();
    while owner.get(&format!("/assets/search?q={word}")).await["total"] != 1 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    began.elapsed().as_secs_f64() * 1_000.0
}

/// Writes the catalogue into the metadata, as scans and people would have.
async fn fill(database: &Path) {
    let pool = SqlitePool::connect(&format!("sqlite://{}", database.display())).await.unwrap();
    let mut tx = pool.begin().await.unwrap();
    for at in 0..DOMAINS {
        let (domain, owner) = (format!("domain-{at}"), "owner@demo");
        sqlx::query("INSERT INTO domains (name, title, created_at) VALUES ($1, '', 1)").bind(&domain).execute(&mut *tx).await.unwrap();
        sqlx::query("INSERT INTO members (user_id, domain, role) SELECT id, $1, 'owner' FROM users WHERE email = $2")
            .bind(&domain)
            .bind(owner)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    for at in 0..200 {
        sqlx::query(
            "INSERT INTO tags (id, name, name_key, colour, meaning, flows, masks, edit, updated_by, updated_at)
             VALUES ($1, $1, $1, 'slate', '', 0, 0, 1, '', 1)",
        )
        .bind(format!("tag-{at}"))
        .execute(&mut *tx)
        .await
        .unwrap();
    }
    let (mut numbers, words) = (Numbers(7), vocabulary());
    for portion in 0..ASSETS / PORTION {
        let assets: Vec<AssetDocument> = (0..PORTION).map(|at| asset(portion * PORTION + at, &mut numbers, &words)).collect();
        insert(&mut tx, &assets).await;
    }
    tx.commit().await.unwrap();
    pool.close().await;
}

async fn insert(tx: &mut sqlx::Transaction<'static, Sqlite>, assets: &[AssetDocument]) {
    const INTO: &str = "INSERT INTO assets (id, kind, path, parent_id, domain, name, data_type, position, created_at, seen_at, edit) ";
    let mut rows = QueryBuilder::<Sqlite>::new(INTO);
    rows.push_values(assets, |mut row, asset| {
        row.push_bind(&asset.id).push_bind(&asset.kind).push_bind(&asset.path).push("NULL").push_bind(&asset.domain).push_bind(&asset.name);
        row.push("NULL").push("NULL").push("1").push("1").push("1");
    });
    rows.build().execute(&mut **tx).await.unwrap();
    let columns: Vec<(usize, &AssetDocument, &str)> = assets
        .iter()
        .flat_map(|asset| asset.columns.iter().enumerate().map(move |(at, column)| (at, asset, column.name.as_str())))
        .collect();
    for part in columns.chunks(PORTION) {
        let mut rows = QueryBuilder::<Sqlite>::new(INTO);
        rows.push_values(part, |mut row, (at, asset, name)| {
            // Two columns may have been given the same name.
            row.push_bind(format!("{}-{at}", asset.id)).push("'column'").push_bind(format!("column:{}#{name}_{at}", asset.path));
            row.push_bind(&asset.id).push_bind(&asset.domain).push_bind(format!("{name}_{at}")).push("'text'").push_bind(*at as i64);
            row.push("1").push("1").push("1");
        });
        rows.build().execute(&mut **tx).await.unwrap();
    }
    let said: Vec<(&str, &str, &str)> = assets.iter().flat_map(said).collect();
    for part in said.chunks(PORTION) {
        let mut rows = QueryBuilder::<Sqlite>::new("INSERT INTO asset_values (asset_id, field, origin, value, by_whom, at) ");
        rows.push_values(part, |mut row, (id, field, value)| {
            row.push_bind(*id).push_bind(*field).push("'person'").push_bind(*value).push("'owner@demo'").push("1");
        });
        rows.build().execute(&mut **tx).await.unwrap();
    }
    let tags: Vec<(&str, &str)> = assets.iter().flat_map(|asset| asset.tags.iter().map(|tag| (asset.id.as_str(), tag.as_str()))).collect();
    for part in tags.chunks(PORTION) {
        let mut rows = QueryBuilder::<Sqlite>::new("INSERT OR IGNORE INTO asset_tags (asset_id, tag_id, origin, by_whom, at) ");
        rows.push_values(part, |mut row, (id, tag)| {
            row.push_bind(*id).push_bind(*tag).push("'person'").push("''").push("1");
        });
        rows.build().execute(&mut **tx).await.unwrap();
    }
}

/// What people have said of an asset.
fn said(asset: &AssetDocument) -> Vec<(&str, &str, &str)> {
    let id = asset.id.as_str();
    let optional = [("owner", &asset.owner), ("tier", &asset.tier), ("status", &asset.status)];
    let more = optional.into_iter().filter_map(|(field, value)| value.as_deref().map(|value| (id, field, value)));
    std::iter::once((id, "description", asset.description.as_str())).chain(more).collect()
}
