//! `sluice apply` and `sluice export`: a client of `/admin/v1` with a personal token.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value as Json, json};

use super::say;

/// Where the server is, and who asks.
#[derive(Args)]
pub(crate) struct Server {
    /// URL of the server.
    #[arg(long, env = "SLUICE_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// A personal token, created under your account in the portal.
    #[arg(long, env = "SLUICE_TOKEN", hide_env_values = true)]
    token: String,
}

#[derive(Args)]
pub(crate) struct ApplyArgs {
    /// A file with YAML documents; - is standard input. Repeat the flag for more files.
    #[arg(short = 'f', long = "file", required = true)]
    files: Vec<PathBuf>,
    /// Print the changes without making them.
    #[arg(long)]
    dry_run: bool,
    /// The environment that APIs are submitted for.
    #[arg(long, default_value = "prod", value_parser = ["test", "prod"])]
    environment: String,
    /// The personal token of an approver, to approve and release in the same call. It must belong to someone else.
    #[arg(long, env = "SLUICE_APPROVER_TOKEN", hide_env_values = true)]
    approver_token: Option<String>,
    /// With --approver-token: accept costs that the checks report, such as a full-table read.
    #[arg(long)]
    accept_costs: bool,
    /// The reason for the changes, for the approver.
    #[arg(long, default_value = "")]
    reason: String,
    #[command(flatten)]
    server: Server,
}

#[derive(Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    server: Server,
}

pub(crate) async fn apply(args: ApplyArgs) -> Result<(), String> {
    let mut documents = String::new();
    for file in &args.files {
        let text = if file.as_os_str() == "-" { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(file) };
        documents.push_str("---\n");
        documents.push_str(&text.map_err(|error| format!("{} cannot be read: {error}", file.display()))?);
        documents.push('\n');
    }
    let body = json!({
        "documents": documents,
        "environment": args.environment,
        "dry_run": args.dry_run,
        "approver_token": args.approver_token,
        "accept_costs": args.accept_costs,
        "reason": args.reason,
    });
    let plan = args.server.call(reqwest::Method::POST, "/admin/v1/apply", Some(body)).await?;
    for change in plan["changes"].as_array().into_iter().flatten() {
        say(&format!("{:<16} {}", change["effect"].as_str().unwrap_or_default(), change["subject"].as_str().unwrap_or_default()));
    }
    say(if plan["applied"] == true { "Applied." } else { "Nothing was changed." });
    Ok(())
}

pub(crate) async fn export(args: ExportArgs) -> Result<(), String> {
    let text = args.server.call(reqwest::Method::GET, "/admin/v1/export", None).await?;
    say(text.as_str().unwrap_or_default().trim_end());
    Ok(())
}

impl Server {
    /// One call; a problem becomes its sentence and the fields at fault.
    async fn call(&self, method: reqwest::Method, path: &str, body: Option<Json>) -> Result<Json, String> {
        let url = format!("{}{path}", self.url.trim_end_matches('/'));
        let mut request = reqwest::Client::new().request(method, &url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.map_err(|error| format!("{} does not respond: {error}. Check --url", self.url))?;
        let ok = response.status().is_success();
        let answer: Json = response.json().await.map_err(|error| format!("{url} did not respond with JSON: {error}"))?;
        if ok {
            return Ok(answer);
        }
        let mut said = answer["detail"].as_str().unwrap_or("the server refused the request").to_owned();
        for error in answer["errors"].as_array().into_iter().flatten() {
            said.push_str(&format!(
                "\n  {}: {}",
                error["field"].as_str().unwrap_or_default(),
                error["message"].as_str().unwrap_or_default()
            ));
        }
        Err(format!("{said}\n  request {}", answer["request_id"].as_str().unwrap_or_default()))
    }
}
