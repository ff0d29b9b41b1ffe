//! The demo: people, a source with the flights, two live APIs and an app with a key, made once by the same use cases
//! that people use, so that it goes through the same checks, review and audit.

mod flights;

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use control::access::GrantTerms;
use control::datasets::NewDataset;
use control::documents::ApplyRequest;
use control::{Caller, Control, Visitor};
use model::dataset::{Compression, StoreKind};
use model::mapping::Mapping;
use model::snapshot::Environment;
use model::table::TableRef;
use model::{Problem, Role, Scope};

const DOMAIN: &str = "travel";
const APP: &str = "demo-app";
const SOURCE: &str = "flights-db";
const DATASET: &str = "aircraft";
const PEOPLE: [(&str, &[Role]); 5] = [
    ("viewer@demo", &[Role::Viewer]),
    ("builder@demo", &[Role::Builder]),
    ("approver@demo", &[Role::Approver]),
    ("owner@demo", &[Role::Owner]),
    ("admin@demo", &[]),
];
const DOCUMENTS: &str = include_str!("documents.yaml");

/// The folder of the demo's source files, the one part of the data folder that sources read: whoever tries the demo may put files there.
pub(crate) fn source_folder(data_dir: &Path) -> PathBuf {
    data_dir.join("sources")
}

/// Where the demo app's key is written.
pub(crate) fn key_file(data_dir: &Path) -> PathBuf {
    data_dir.join("demo.key")
}

/// Makes what is missing of the demo; each step is skipped where it has been done.
///
/// # Errors
/// What keeps the demo from being made, in a sentence.
pub(crate) async fn prepare(control: &Control, data_dir: &Path) -> Result<(), String> {
    let database = source_folder(data_dir).join("flights.db");
    move_from(&data_dir.join("flights.db"), &database)?;
    flights::load(&database).await?;
    people(control).await.map_err(sentence)?;
    let builder = signed_in(control, "builder@demo").await?;
    let path = std::path::absolute(&database).map_err(|error| error.to_string())?;
    publish(control, &builder, &path.display().to_string())
        .await
        .map_err(|problem| format!("the APIs of the demo could not be created: {problem}"))?;
    app(control, &builder, data_dir).await
}

/// Before the folder of source files there was, the demo had its flights beside its own data; a link stays, for the source names them there.
fn move_from(before: &Path, database: &Path) -> Result<(), String> {
    if before.is_symlink() || !before.is_file() {
        return Ok(());
    }
    let target = std::path::absolute(database).map_err(|error| error.to_string())?;
    std::fs::rename(before, &target)
        .and_then(|()| std::os::unix::fs::symlink(&target, before))
        .map_err(|error| format!("{} cannot be moved: {error}", before.display()))
}

fn sentence(problem: Problem) -> String {
    problem.detail
}

async fn people(control: &Control) -> Result<(), Problem> {
    let system = Caller::system();
    if control.domains(&system).await?.iter().all(|domain| domain.name != DOMAIN) {
        control.new_domain(&system, DOMAIN, "Travel").await?;
    }
    let known = control.people(&system).await?;
    for (email, roles) in PEOPLE {
        if known.iter().any(|person| person.email == email) {
            continue;
        }
        control.new_person(&system, email, roles.is_empty()).await?;
        control.set_roles(&system, DOMAIN, email, roles).await?;
    }
    Ok(())
}

async fn signed_in(control: &Control, email: &str) -> Result<Caller, String> {
    let visitor = Visitor { request_id: String::new(), agent: "the demo".into(), address: None };
    let session = control.sign_in_demo(&visitor, email).await.map_err(sentence)?;
    let caller = control.caller_by_session(&session.secret, "").await.map_err(sentence)?;
    caller.ok_or_else(|| format!("{email} could not be signed in"))
}

/// The builder applies the documents, and the approver approves in the same call.
async fn publish(control: &Control, builder: &Caller, database: &str) -> Result<(), Problem> {
    if !control.apis(builder).await?.is_empty() {
        return Ok(());
    }
    let approver = signed_in(control, "approver@demo").await.map_err(|said| Problem::new(model::ErrorCode::Internal, said))?;
    let token = control.new_token(&approver, "First approval of the demo.", 1, Some(&[Scope::Read, Scope::Approve])).await?;
    let request = ApplyRequest {
        documents: DOCUMENTS.replace("{database}", database),
        environment: Environment::Prod,
        approver_token: Some(token.secret),
        accept_costs: true,
        reason: "First APIs of the demo.".into(),
        dry_run: false,
    };
    control.apply(builder, &request).await?;
    let dataset = NewDataset {
        domain: DOMAIN.into(),
        name: DATASET.into(),
        source: SOURCE.into(),
        table: TableRef::new("planes"),
        key: Vec::new(),
        store: StoreKind::Embedded,
        compression: Compression::Zstd,
        into: None,
        mapping: Mapping::default(),
        environment: Environment::Prod,
    };
    control.new_dataset(builder, &dataset).await?;
    control.build_dataset(builder, DOMAIN, DATASET, Environment::Prod).await?;
    control.revoke_token(&approver, &token.id).await?;
    control.sign_out(&approver).await?;
    Ok(())
}

async fn app(control: &Control, builder: &Caller, data_dir: &Path) -> Result<(), String> {
    let file = key_file(data_dir);
    if file.exists() {
        control.sign_out(builder).await.map_err(sentence)?;
        return Ok(());
    }
    if control.app(builder, DOMAIN, APP).await.is_err() {
        control.new_app(builder, DOMAIN, APP).await.map_err(sentence)?;
    }
    let owner = signed_in(control, "owner@demo").await?;
    for api in ["plane", "delays", "flight-day"] {
        control.grant(&owner, (DOMAIN, APP), (DOMAIN, api), &GrantTerms::default()).await.map_err(sentence)?;
    }
    let key = control.new_key(builder, DOMAIN, APP, Environment::Prod, None).await.map_err(sentence)?;
    let failed = |error: std::io::Error| format!("{} cannot be written: {error}", file.display());
    let mut opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file).map_err(failed)?;
    std::io::Write::write_all(&mut opened, key.secret.as_bytes()).map_err(failed)?;
    for person in [&owner, builder] {
        control.sign_out(person).await.map_err(sentence)?;
    }
    Ok(())
}
