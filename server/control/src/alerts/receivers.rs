//! Receivers: where notices go. Addresses of private networks are refused, unless the operator allows them.

use connect::address;
use connect::egress::{self, Peer};
use model::alert::{Notice, NoticeKind, ReceiverChannel, ReceiverKind, receiver_place};
use model::audit::AuditAction;
use model::view::{ReceiverSaved, ReceiverView};
use model::{Action, ErrorCode, FieldError, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{AlertDefinitionKind, NoticeRow, ReceiverRow, Tx};

use crate::failure::from_json;
use crate::identity::new_secret;
use crate::{Caller, Control};

/// A receiver as a form sends it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiverInput {
    /// The edit that was seen; absent for a new receiver.
    #[serde(default)]
    pub edit: Option<i64>,
    pub channel: ReceiverChannel,
    /// Makes another secret for a webhook that has one.
    #[serde(default)]
    pub new_secret: bool,
}

impl Control {
    /// The receivers of the caller's domains, never their secrets. Addresses of webhooks may hold secrets of others, so those who may not
    /// change receivers see their hosts alone.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn receivers(&self, caller: &Caller) -> Result<Vec<ReceiverView>, Problem> {
        let (health, now) = (self.store.receiver_health().await?, self.host.now());
        let mut views = Vec::new();
        for row in self.store.receivers().await?.into_iter().filter(|row| caller.can(Action::See, &row.domain)) {
            let channel = match row.decoded()? {
                ReceiverChannel::Webhook { url } if !caller.can(Action::EditReceiver, &row.domain) => {
                    ReceiverChannel::Webhook { url: address::host_of(&url) }
                }
                channel => channel,
            };
            let health = health.iter().find(|health| health.receiver_id == row.id);
            views.push(ReceiverView {
                channel,
                domain: row.domain,
                name: row.name,
                edit: row.edit,
                updated_by: row.updated_by,
                updated_at: row.updated_at,
                failures: health.map_or(0, |health| health.failures),
                open_until: health.map(|health| health.open_until).filter(|until| *until > now),
            });
        }
        Ok(views)
    }

    /// Makes a receiver or changes it. The secret of a webhook is shown this once.
    ///
    /// # Errors
    /// Fields out of bounds; an address that may not be dialled; a receiver that somebody else has changed.
    pub async fn set_receiver(
        &self,
        caller: &Caller,
        (domain, name): (&str, &str),
        input: &ReceiverInput,
    ) -> Result<ReceiverSaved, Problem> {
        caller.authorise(Action::EditReceiver, domain)?;
        self.check_place(domain, name).await?;
        Self::refuse_channel(&input.channel)?;
        let before = self.store.receiver(domain, name).await?;
        if before.is_none() && input.edit.is_some() {
            return Err(Problem::not_found(format!("receiver {domain}/{name}")));
        }
        let mut tx = self.write(caller).await?;
        let secret = self.write_receiver(&mut tx, caller, (domain, name), (input, before)).await?;
        self.commit(tx).await?;
        Ok(ReceiverSaved { secret })
    }

    /// What of a channel may not be.
    pub(crate) fn refuse_channel(channel: &ReceiverChannel) -> Result<(), Problem> {
        let mut errors = channel.errors();
        if errors.is_empty() {
            errors.extend(address_error(channel));
        }
        if errors.is_empty() { Ok(()) } else { Err(Problem::fields(errors)) }
    }

    /// Writes a receiver that was checked; gives its secret, where it has a new one.
    pub(crate) async fn write_receiver(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        (domain, name): (&str, &str),
        (input, before): (&ReceiverInput, Option<ReceiverRow>),
    ) -> Result<Option<String>, Problem> {
        let (row, secret) = self.receiver_row(caller, (domain, name), input, before.as_ref())?;
        match input.edit {
            Some(_) => tx.change_receiver(&row).await?,
            None => tx.insert_receiver(&row).await?,
        }
        let subject = format!("{domain}/{name}");
        self.note(tx, AuditAction::ReceiverSet, (domain, &subject), before.map(|row| row.channel), Some(row.channel)).await?;
        Ok(secret)
    }

    fn receiver_row(
        &self,
        caller: &Caller,
        (domain, name): (&str, &str),
        input: &ReceiverInput,
        before: Option<&ReceiverRow>,
    ) -> Result<(ReceiverRow, Option<String>), Problem> {
        let id = before.map_or_else(|| self.host.id(), |row| row.id.clone());
        let kept = before.map(|row| row.secret.clone()).filter(|secret| !secret.is_empty() && !input.new_secret);
        let (sealed, secret) = match (input.channel.kind(), kept) {
            (ReceiverKind::Portal | ReceiverKind::Email, _) => (Vec::new(), None),
            (ReceiverKind::Webhook, Some(sealed)) => (sealed, None),
            (ReceiverKind::Webhook, None) => {
                let secret = new_secret(&*self.host);
                (self.seal_bytes(secret.as_bytes(), &receiver_place(&id))?, Some(secret))
            }
        };
        let row = ReceiverRow {
            id,
            domain: domain.into(),
            name: name.into(),
            channel: serde_json::to_string(&input.channel).map_err(|error| from_json(&error))?,
            secret: sealed,
            edit: input.edit.unwrap_or(1),
            updated_by: caller.email().into(),
            updated_at: self.host.now(),
        };
        Ok((row, secret))
    }

    /// Deletes a receiver, with what waits for it.
    ///
    /// # Errors
    /// Where there is none, or rules and objectives still name it.
    pub async fn delete_receiver(&self, caller: &Caller, domain: &str, name: &str) -> Result<(), Problem> {
        caller.authorise(Action::EditReceiver, domain)?;
        let row = self.known_receiver(domain, name).await?;
        let used = self.users_of_receiver(domain, name).await?;
        if !used.is_empty() {
            let detail = format!("{} still names this receiver. Take it out there first.", used.join(", "));
            return Err(Problem::new(ErrorCode::Conflict, detail));
        }
        let mut tx = self.write(caller).await?;
        tx.delete_receiver(&row.id).await?;
        self.note(&mut tx, AuditAction::ReceiverDeleted, (domain, &format!("{domain}/{name}")), Some(row.channel), None).await?;
        self.commit(tx).await
    }

    /// Sends a notice that says it is a test. How that went is in the list of notices.
    ///
    /// # Errors
    /// Where there is no such receiver.
    pub async fn test_receiver(&self, caller: &Caller, domain: &str, name: &str) -> Result<(), Problem> {
        caller.authorise(Action::EditReceiver, domain)?;
        let row = self.known_receiver(domain, name).await?;
        let now = self.host.now();
        let condition = format!("{} tries this receiver", caller.email());
        let notice = Notice::new(NoticeKind::Test, (domain, name), &condition, Vec::new(), now);
        let text = serde_json::to_string(&notice).map_err(|error| from_json(&error))?;
        let mut tx = self.write(caller).await?;
        tx.insert_notice(&NoticeRow::waiting(self.host.id(), (&row.id, domain), text, now)).await?;
        self.note(&mut tx, AuditAction::ReceiverTested, (domain, &format!("{domain}/{name}")), None, None).await?;
        self.commit(tx).await
    }

    async fn known_receiver(&self, domain: &str, name: &str) -> Result<ReceiverRow, Problem> {
        self.store.receiver(domain, name).await?.ok_or_else(|| Problem::not_found(format!("receiver {domain}/{name}")))
    }

    async fn users_of_receiver(&self, domain: &str, name: &str) -> Result<Vec<String>, Problem> {
        let mut used = Vec::new();
        for row in self.store.alert_definitions(AlertDefinitionKind::Rule).await?.iter().filter(|row| row.domain == domain) {
            if row.rule()?.notify.receivers.iter().any(|of| of == name) {
                used.push(format!("The rule {}", row.name));
            }
        }
        for row in self.store.alert_definitions(AlertDefinitionKind::Objective).await?.iter().filter(|row| row.domain == domain) {
            if row.objective()?.notify.receivers.iter().any(|of| of == name) {
                used.push(format!("The objective {}", row.name));
            }
        }
        Ok(used)
    }
}

/// What of an address that is written as a number can be known now. A name is judged whenever it is dialled.
fn address_error(channel: &ReceiverChannel) -> Option<FieldError> {
    let ReceiverChannel::Webhook { url } = channel else { return None };
    egress::check_text(url, Peer::Receiver).err().map(|_| {
        let message = "This address cannot be used: it is not a URL, in a private network, on this machine or link-local. Enter another address, or ask the operator to allow this one in the setting egress_allow.";
        FieldError::new("channel.webhook.url", message)
    })
}
