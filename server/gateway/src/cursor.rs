//! Cursors: where the next page of a list begins, as a text that its caller carries back.
//!
//! A cursor of a keyset holds the values that rows are sorted by, which may be hidden from the app that pages. So it is
//! sealed: nobody but this program's nodes can read or make one, and it opens for the same app, the same version of the
//! same API and the same parameters alone. What is sealed is `o40` for an offset, or `k[...]` with values as JSON. The
//! console has no app: whoever tries a definition sees all of it, and gets the same text each time.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect::seal::Sealer;
use connect::vault::Vault;
use model::statement::Arguments;
use sha2::{Digest, Sha256};

use crate::plan::Plan;

/// Seals and opens the cursors of one program.
#[derive(Clone)]
pub(crate) struct Cursors(Sealer);

impl Cursors {
    pub(crate) fn new(vault: &Vault) -> Self {
        Self(Sealer::new(vault, "cursors of pages"))
    }

    /// `app` by its id; `None` for the console.
    pub(crate) fn seal(&self, plan: &Plan, app: Option<&str>, arguments: &Arguments, plain: &str) -> Option<String> {
        match app {
            None => Some(URL_SAFE_NO_PAD.encode(plain)),
            Some(app) => self.0.seal(plain.as_bytes(), &place(plan, app, arguments)).map(|sealed| URL_SAFE_NO_PAD.encode(sealed)),
        }
    }

    /// The reverse of [`Cursors::seal`]; `None` for a text that is not a cursor of this app's same question.
    pub(crate) fn open(&self, plan: &Plan, app: Option<&str>, arguments: &Arguments, text: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let plain = match app {
            None => bytes,
            Some(app) => self.0.open(&bytes, &place(plan, app, arguments))?,
        };
        String::from_utf8(plain).ok()
    }
}

/// What a cursor belongs to.
fn place(plan: &Plan, app: &str, arguments: &Arguments) -> Vec<u8> {
    let api = &plan.api;
    let mut hash = Sha256::new();
    for part in [api.id.as_str(), api.domain.as_str(), api.name.as_str(), api.environment.key(), app] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.update(api.version.to_le_bytes());
    // Values of our own types always serialise.
    hash.update(serde_json::to_vec(arguments).unwrap_or_default());
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use model::Value;
    use model::spec::ApiKind;

    use super::*;

    #[tokio::test]
    async fn cursors_by_chance_open_for_their_own_question_alone() {
        let vault = Vault::from_base64("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=").unwrap();
        let (cursors, plan) = (Cursors::new(&vault), crate::parameters::tests::plan(model::ApiSpec::empty(ApiKind::Sql)));
        let asked = |carrier: &str| Arguments::from([("carrier".to_owned(), Value::Text(carrier.to_owned()))]);
        testkit::Chance::run("cursors", |chance| {
            let plain = String::from_utf8_lossy(&chance.text()).into_owned();
            let sealed = cursors.seal(&plan, Some("a"), &asked("UA"), &plain).unwrap();
            assert_eq!(cursors.open(&plan, Some("a"), &asked("UA"), &sealed).as_deref(), Some(plain.as_str()));
            assert_eq!(cursors.open(&plan, Some("b"), &asked("UA"), &sealed), None);
            assert_eq!(cursors.open(&plan, Some("a"), &asked("DL"), &sealed), None);
            let mut spoiled = sealed.clone().into_bytes();
            chance.spoil(&mut spoiled);
            let spoiled = String::from_utf8_lossy(&spoiled).into_owned();
            let opened = cursors.open(&plan, Some("a"), &asked("UA"), &spoiled);
            assert!(opened.is_none() || spoiled == sealed, "{spoiled} is {opened:?}");
            let foreign = String::from_utf8_lossy(&chance.text()).into_owned();
            assert_eq!(cursors.open(&plan, Some("a"), &asked("UA"), &foreign), None);
        });
    }
}
