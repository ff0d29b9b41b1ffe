//! A client of `/admin/v1`, with a personal token of one of the demo's people.

use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};

use super::Sluice;

/// One person at `/admin/v1`.
#[derive(Clone)]
pub struct Admin {
    http: reqwest::Client,
    url: String,
    pub token: String,
}

impl Admin {
    /// Signs one of the demo's people in, as their browser would, and makes a token.
    pub async fn demo(server: &Sluice, email: &str) -> Self {
        let browser = Self::browser(server, email).await;
        let form_token = Self::form_token(&browser, server).await;
        let made: Json = post_form(&browser, server, "new-token", &[("name", "a test"), ("days", "1"), ("form_token", &form_token)]).await;
        Self { http: reqwest::Client::new(), url: server.url.clone(), token: made["secret"].as_str().unwrap().to_owned() }
    }

    /// The same person, by the same token, at another server over the same metadata.
    #[must_use]
    pub fn at(&self, server: &Sluice) -> Self {
        Self { url: server.url.clone(), ..self.clone() }
    }

    /// Waits until none of the datasets is being built, such as those that the demo begins with.
    pub async fn built(&self) {
        let began = std::time::Instant::now();
        loop {
            let datasets = self.get("/datasets").await;
            let states =
                datasets.as_array().unwrap().iter().flat_map(|dataset| dataset["versions"].as_array().cloned().unwrap_or_default());
            if states.into_iter().all(|version| version["state"] != "building") {
                return;
            }
            assert!(began.elapsed() < std::time::Duration::from_secs(120), "builds do not end: {datasets}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// A signed-in browser without a window: its cookies are kept.
    pub async fn browser(server: &Sluice, email: &str) -> reqwest::Client {
        let http = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let response = http
            .post(format!("{}/fn/sign-in-demo", server.url))
            .header("origin", &server.url)
            .form(&[("email", email), ("next", "/")])
            .send()
            .await
            .unwrap();
        assert!(response.status().is_success() || response.status().is_redirection(), "{email}: {}", response.status());
        http
    }

    /// What the forms of a signed-in browser carry that set a role or a secret.
    pub async fn form_token(browser: &reqwest::Client, server: &Sluice) -> String {
        let me = post_form(browser, server, "me", &[]).await;
        me["form_token"].as_str().unwrap().to_owned()
    }

    pub async fn call(&self, method: Method, path: &str, body: Option<Json>) -> (StatusCode, Json) {
        let mut request = self.http.request(method, format!("{}/admin/v1{path}", self.url)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        (status, response.json().await.unwrap_or(Json::Null))
    }

    pub async fn get(&self, path: &str) -> Json {
        let (status, body) = self.call(Method::GET, path, None).await;
        assert!(status.is_success(), "GET {path}: {status} {body}");
        body
    }

    pub async fn post(&self, path: &str, body: Json) -> Json {
        let (status, answer) = self.call(Method::POST, path, Some(body)).await;
        assert!(status.is_success(), "POST {path}: {status} {answer}");
        answer
    }

    /// Builds a dataset and waits for its end; gives the dataset version as it ended.
    pub async fn build(&self, domain: &str, name: &str) -> Json {
        let number = self.post(&format!("/datasets/{domain}/{name}/build"), json!({"environment": "prod"})).await;
        let began = std::time::Instant::now();
        loop {
            let dataset = self.get(&format!("/datasets/{domain}/{name}")).await;
            let version = dataset["versions"].as_array().unwrap().iter().find(|version| version["number"] == number).unwrap().clone();
            if version["state"] != "building" {
                return version;
            }
            assert!(began.elapsed() < std::time::Duration::from_secs(300), "the build does not end: {version}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// A source of the demo's domain, made or changed, bound alike in both environments; `binding` has its config and secrets.
    /// Gives the id of the request, where the change of production waits for somebody else.
    pub async fn put_source(&self, name: &str, driver: &str, binding: Json) -> Option<String> {
        let mut source = json!({"name": name, "domain": "travel", "driver": driver, "bindings": {"test": binding, "prod": binding}});
        let (status, known) = self.call(Method::GET, &format!("/sources/{name}"), None).await;
        if status.is_success() {
            source["edit"] = known["edit"].clone();
        }
        let (status, body) = self.call(Method::PUT, &format!("/sources/{name}"), Some(source)).await;
        assert!(status.is_success(), "{body}");
        body["request"].as_str().map(str::to_owned)
    }

    /// Approves somebody else's request.
    pub async fn approve(&self, request: &str) {
        self.post(&format!("/requests/{request}/decide"), json!({"approve": true, "accept_costs": true})).await;
    }

    /// Makes an API live: sent by this person, approved by another; answers once the gateway serves it.
    pub async fn publish(&self, approver: &Admin, domain: &str, name: &str, spec: Json) {
        let request = self.send_api(domain, name, spec).await;
        approver.post(&format!("/requests/{request}/decide"), json!({"approve": true, "accept_costs": true})).await;
        self.served().await;
    }

    /// Waits for the gateway to serve the revision that the metadata is at.
    pub async fn served(&self) {
        let revision = self.get("/me").await["revision"].as_i64().unwrap();
        let began = std::time::Instant::now();
        loop {
            let ready: Json = self.http.get(format!("{}/readyz", self.url)).send().await.unwrap().json().await.unwrap();
            if ready["revision"].as_i64().unwrap() >= revision {
                return;
            }
            assert!(began.elapsed() < std::time::Duration::from_secs(20), "the gateway does not reach revision {revision}: {ready}");
            tokio::task::yield_now().await;
        }
    }

    /// Makes an API out of a definition and sends it for review; gives the request's id.
    pub async fn send_api(&self, domain: &str, name: &str, spec: Json) -> String {
        self.post("/apis", json!({"domain": domain, "name": name, "spec": spec})).await;
        self.submit(domain, name).await
    }

    /// Sends the draft of an API for review as it is now; gives the request's id.
    pub async fn submit(&self, domain: &str, name: &str) -> String {
        let edit = self.get(&format!("/apis/{domain}/{name}/draft")).await["edit"].clone();
        let sent = json!({"environment": "prod", "reason": "a test", "edit": edit});
        self.post(&format!("/apis/{domain}/{name}/submit"), sent).await.as_str().unwrap().to_owned()
    }
}

async fn post_form(http: &reqwest::Client, server: &Sluice, function: &str, form: &[(&str, &str)]) -> Json {
    let response = http
        .post(format!("{}/fn/{function}", server.url))
        .header("origin", &server.url)
        .header("accept", "application/json")
        .form(form)
        .send()
        .await
        .unwrap();
    assert!(response.status().is_success(), "{function}: {}", response.status());
    response.json().await.unwrap()
}

/// The code of a problem, and its detail for the message of a failed test.
#[must_use]
pub fn problem_code(body: &Json) -> (&str, &str) {
    (body["code"].as_str().unwrap_or_default(), body["detail"].as_str().unwrap_or_default())
}
