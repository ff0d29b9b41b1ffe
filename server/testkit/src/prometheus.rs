//! A throw-away Prometheus that scrapes what its configuration says: its own folder, its own port, gone with its value.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tempfile::TempDir;

use crate::free_port;

/// A running server, asked over its own HTTP API.
pub struct Prometheus {
    child: Child,
    url: String,
    /// Its configuration and what it has scraped.
    _folder: TempDir,
}

impl Prometheus {
    /// Starts it with a configuration file, and waits until it is ready.
    pub async fn start(config: &str) -> Self {
        let (folder, address) = (super::folder(), format!("127.0.0.1:{}", free_port()));
        let file = folder.path().join("prometheus.yml");
        std::fs::write(&file, config).unwrap();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .arg("--log.level=error")
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("prometheus is installed by scripts/setup.sh test");
        let mut server = Self { child, url: format!("http://{address}"), _folder: folder };
        server.wait_until_ready().await;
        server
    }

    async fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        let ready = format!("{}/-/ready", self.url);
        while !reqwest::get(&ready).await.is_ok_and(|response| response.status().is_success()) {
            assert!(Instant::now() < deadline, "Prometheus did not start");
            assert!(self.child.try_wait().unwrap().is_none(), "Prometheus ended: its configuration may be wrong");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The series that a query gives now.
    async fn ask(&self, query: &str) -> Vec<Json> {
        let request = reqwest::Client::new().get(format!("{}/api/v1/query", self.url)).query(&[("query", query)]);
        let text = request.send().await.unwrap().text().await.unwrap();
        let answer: Json = serde_json::from_str(&text).unwrap();
        assert_eq!(answer["status"], "success", "{query}: {answer}");
        answer["data"]["result"].as_array().unwrap().clone()
    }

    /// The value of a query that gives one series; nothing where it gives none.
    pub async fn value(&self, query: &str) -> Option<f64> {
        let series = self.ask(query).await;
        assert!(series.len() <= 1, "{query}: {series:?}");
        series.first().map(|one| number(&one["value"]))
    }

    /// All that was scraped of one series in a time such as `[10m]`, in its order.
    pub async fn samples(&self, query: &str) -> Vec<f64> {
        let series = self.ask(query).await;
        assert_eq!(series.len(), 1, "{query}: {series:?}");
        series[0]["values"].as_array().unwrap().iter().map(number).collect()
    }
}

/// Of a time and a value.
fn number(sample: &Json) -> f64 {
    sample[1].as_str().unwrap().parse().unwrap()
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // Before its folder goes.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
