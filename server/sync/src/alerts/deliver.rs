//! Sends the notices that wait: one at a time for each receiver, in their order, by whichever node takes it first. A retry goes only to
//! the receiver that failed; one that fails again and again is left alone for a while, and what cannot be sent is kept as dead.

use std::collections::HashMap;

use model::alert::{ReceiverChannel, receiver_place};
use model::clock::{MINUTE, Millis, SECOND};
use store::{NoticeRow, ReceiverHealthRow, ReceiverRow, StoreError};
use tokio::task::JoinSet;

use super::Alerts;
use super::failure::Failure;

/// What an attempt may take, and more: then another node may begin one.
const CLAIM: Millis = MINUTE;
const FIRST_WAIT: Millis = 10 * SECOND;
const LONGEST_WAIT: Millis = 15 * MINUTE;
/// Over about an hour and a half.
const MAX_ATTEMPTS: i64 = 12;
/// So many failures one after another open the circuit breaker of a receiver.
const FAILURES: i64 = 5;
/// Attempts of one node at a time.
const AT_ONCE: usize = 16;

impl Alerts {
    /// Begins to send what is due.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub(super) async fn send_due(&self, sends: &mut JoinSet<()>) -> Result<(), StoreError> {
        while sends.try_join_next().is_some() {}
        let now = self.host.now();
        let due: Vec<NoticeRow> = self.store.next_notices().await?.into_iter().filter(|row| row.next_at <= now).collect();
        if due.is_empty() {
            return Ok(());
        }
        let health: HashMap<String, ReceiverHealthRow> =
            self.store.receiver_health().await?.into_iter().map(|row| (row.receiver_id.clone(), row)).collect();
        let receivers = self.store.receivers().await?;
        for row in due {
            let before = health.get(&row.receiver_id);
            if sends.len() >= AT_ONCE || before.is_some_and(|health| health.open_until > now) {
                continue;
            }
            if !self.store.claim_notice(&row, now + CLAIM).await? {
                continue;
            }
            let row = NoticeRow { attempts: row.attempts + 1, ..row };
            let receiver = receivers.iter().find(|receiver| receiver.id == row.receiver_id).cloned();
            sends.spawn(self.clone().attempt(row, receiver, before.map_or(0, |health| health.failures)));
        }
        Ok(())
    }

    async fn attempt(self, row: NoticeRow, receiver: Option<ReceiverRow>, failures: i64) {
        let done = match &receiver {
            Some(receiver) => self.send(&row, receiver).await,
            None => Err(Failure::last("The receiver was deleted.")),
        };
        let now = self.host.now();
        let health = ReceiverHealthRow { receiver_id: row.receiver_id.clone(), ..health_after(failures, &done, now) };
        // Where the metadata is away, the claim ends, and the notice is sent again.
        if let Err(error) = self.store.end_attempt(&row_after(row, &done, now)).await {
            tracing::error!(cause = %error, "the end of an attempt to send a notice could not be stored");
        }
        if (failures > 0 || health.failures > 0)
            && receiver.is_some()
            && let Err(error) = self.store.set_receiver_health(&health).await
        {
            tracing::error!(cause = %error, "the failures of a receiver could not be stored");
        }
    }

    async fn send(&self, row: &NoticeRow, receiver: &ReceiverRow) -> Result<(), Failure> {
        let unreadable = || Failure::last("The stored notice or its receiver cannot be read. The log has the cause.");
        let notice = self.if_readable(row.decoded()).ok_or_else(unreadable)?;
        let (of, now) = ((row.id.as_str(), &notice), self.host.now());
        match self.if_readable(receiver.decoded()).ok_or_else(unreadable)? {
            ReceiverChannel::Portal => Ok(()),
            ReceiverChannel::Email { to } => match &self.mail {
                Some(mail) => mail.send(&to, of, now).await,
                None => Err(Failure::last("No mail server is set. Ask the operator to set SLUICE_SMTP_URL and SLUICE_SMTP_FROM.")),
            },
            ReceiverChannel::Webhook { url } => {
                let secret = self.vault.open(&receiver.secret, &receiver_place(&receiver.id)).map_err(|error| {
                    tracing::error!(cause = %error, receiver = receiver.name, "the secret of a receiver cannot be opened");
                    Failure::last("The secret of the receiver cannot be opened. Save the receiver again.")
                })?;
                self.webhooks.post(&url, &secret, of, now).await
            }
        }
    }
}

fn row_after(row: NoticeRow, done: &Result<(), Failure>, now: Millis) -> NoticeRow {
    match done {
        Ok(()) => NoticeRow { state: "sent".into(), reason: String::new(), done_at: Some(now), ..row },
        Err(failure) if failure.is_last || row.attempts >= MAX_ATTEMPTS => {
            NoticeRow { state: "dead".into(), reason: failure.reason.clone(), done_at: Some(now), ..row }
        }
        Err(failure) => {
            let next_at = now + wait(FIRST_WAIT, row.attempts - 1);
            NoticeRow { reason: failure.reason.clone(), next_at, ..row }
        }
    }
}

/// Of a receiver that had failed so often, one attempt later.
fn health_after(failures: i64, done: &Result<(), Failure>, now: Millis) -> ReceiverHealthRow {
    let failures = if done.is_ok() { 0 } else { failures + 1 };
    let open_until = if failures >= FAILURES { now + wait(MINUTE, failures - FAILURES) } else { 0 };
    ReceiverHealthRow { receiver_id: String::new(), failures, open_until }
}

/// Twice as long each time.
fn wait(first: Millis, times: i64) -> Millis {
    first.saturating_mul(1 << times.clamp(0, 30)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_retried_with_longer_waits_and_given_up() {
        let mut row = NoticeRow::waiting("n".into(), ("c", "travel"), "{}".into(), 0);
        let (mut now, mut waits) = (0, Vec::new());
        while row.state == "waiting" {
            row.attempts += 1;
            row = row_after(row, &Err(Failure::retried("status 500")), now);
            if row.state == "waiting" {
                waits.push((row.next_at - now) / SECOND);
                now = row.next_at;
            }
        }
        assert_eq!(waits, [10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900]);
        assert_eq!((row.state.as_str(), row.reason.as_str(), row.attempts), ("dead", "status 500", MAX_ATTEMPTS));
        let once = NoticeRow { attempts: 1, ..NoticeRow::waiting("n".into(), ("c", "travel"), "{}".into(), 0) };
        assert_eq!(row_after(once.clone(), &Err(Failure::last("gone")), 5).state, "dead");
        let sent = row_after(once, &Ok(()), 5);
        assert_eq!((sent.state.as_str(), sent.done_at), ("sent", Some(5)));
    }

    #[test]
    fn a_receiver_that_fails_again_and_again_is_left_alone_for_a_while() {
        let failed = || Err(Failure::retried("status 500"));
        let open: Vec<Millis> = (0..9).map(|failures| health_after(failures, &failed(), 0).open_until / MINUTE).collect();
        assert_eq!(open, [0, 0, 0, 0, 1, 2, 4, 8, 15]);
        let well = health_after(9, &Ok(()), 7);
        assert_eq!((well.failures, well.open_until), (0, 0));
    }
}
