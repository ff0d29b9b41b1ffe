//! Silences: alerts that nobody is told of until a time.

use model::alert::{Matcher, Silence};
use model::audit::AuditAction;
use model::clock::{DAY, Millis};
use model::view::SilenceView;
use model::{Action, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::SilenceRow;

use crate::failure::from_json;
use crate::{Caller, Control};

/// Those that are over are shown for so long.
const SHOWN_FOR: Millis = 7 * DAY;

/// A silence as a form sends it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SilenceInput {
    pub domain: String,
    #[serde(default)]
    pub matcher: Matcher,
    /// Absent for now.
    #[serde(default)]
    pub from: Option<Millis>,
    pub to: Millis,
    pub reason: String,
}

impl Control {
    /// The silences of the caller's domains, and those that were over in the past week.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn silences(&self, caller: &Caller) -> Result<Vec<SilenceView>, Problem> {
        let all = self.store.silences(self.host.now() - SHOWN_FOR).await?;
        let mut views = Vec::new();
        for row in all.into_iter().filter(|row| caller.can(Action::See, &row.domain)) {
            let silence = row.decoded()?;
            views.push(SilenceView { id: row.id, domain: row.domain, silence });
        }
        Ok(views)
    }

    /// Silences alerts of a domain; gives the id.
    ///
    /// # Errors
    /// Fields out of bounds.
    pub async fn new_silence(&self, caller: &Caller, input: &SilenceInput) -> Result<String, Problem> {
        let domain = &input.domain;
        caller.authorise(Action::EditAlert, domain)?;
        let there = self.store.domain(domain).await?;
        there.ok_or_else(|| Problem::field("domain", "Domain not found. Choose another domain."))?;
        let now = self.host.now();
        let silence = Silence {
            matcher: input.matcher.clone(),
            from: input.from.unwrap_or(now),
            to: input.to,
            by: caller.email().into(),
            reason: input.reason.trim().into(),
        };
        let errors = silence.errors(now);
        if !errors.is_empty() {
            return Err(Problem::fields(errors));
        }
        let text = serde_json::to_string(&silence).map_err(|error| from_json(&error))?;
        let row = SilenceRow { id: self.host.id(), domain: domain.clone(), silence: text.clone(), to_ms: silence.to };
        let mut tx = self.write(caller).await?;
        tx.insert_silence(&row).await?;
        self.note(&mut tx, AuditAction::SilenceMade, (domain, domain), None, Some(text)).await?;
        self.commit(tx).await?;
        Ok(row.id)
    }

    /// Ends a silence now.
    ///
    /// # Errors
    /// Where the domain has no such silence.
    pub async fn end_silence(&self, caller: &Caller, domain: &str, id: &str) -> Result<(), Problem> {
        caller.authorise(Action::EditAlert, domain)?;
        let row = self.store.silence(id).await?.filter(|row| row.domain == domain);
        let row = row.ok_or_else(|| Problem::not_found("silence"))?;
        let silence = row.decoded()?;
        let ended = Silence { to: silence.to.min(self.host.now()), ..silence };
        let text = serde_json::to_string(&ended).map_err(|error| from_json(&error))?;
        let mut tx = self.write(caller).await?;
        tx.set_silence(&SilenceRow { silence: text.clone(), to_ms: ended.to, ..row.clone() }).await?;
        self.note(&mut tx, AuditAction::SilenceEnded, (domain, domain), Some(row.silence), Some(text)).await?;
        self.commit(tx).await
    }
}
