//! E-mail: a notice as plain text, to all addresses of a receiver in one message.

use std::time::{Duration, SystemTime};

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use model::alert::Notice;
use model::clock::Millis;

use super::failure::Failure;

const TIMEOUT: Duration = Duration::from_secs(15);

/// The mail server, and who mails come from.
#[derive(Clone)]
pub struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mail {
    /// From the settings `smtp_url` and `smtp_from`.
    ///
    /// # Errors
    /// What cannot be read, as a sentence. The address of the server may hold a password, and is not repeated.
    pub fn new(url: &str, from: &str) -> Result<Self, String> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
            "SLUICE_SMTP_URL cannot be read. Enter smtps://user:password@host:465, smtp://host:587?tls=required or smtp://host:25"
                .to_owned()
        })?;
        let from =
            from.parse::<Mailbox>().map_err(|_| "SLUICE_SMTP_FROM is not an e-mail address such as sluice@example.com".to_owned())?;
        Ok(Self { transport: transport.timeout(Some(TIMEOUT)).build(), from })
    }

    pub(super) async fn send(&self, to: &[String], (id, notice): (&str, &Notice), now: Millis) -> Result<(), Failure> {
        let message = self.message(to, (id, notice), now)?;
        self.transport.send(message).await.map(drop).map_err(|error| of_error(&error))
    }

    fn message(&self, to: &[String], (id, notice): (&str, &Notice), now: Millis) -> Result<Message, Failure> {
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(now.max(0).unsigned_abs());
        // The same for each attempt, so that a mail that comes twice is known.
        let id = format!("<{id}@{}>", self.from.email.domain());
        let mut message = Message::builder().from(self.from.clone()).subject(notice.title()).date(at).message_id(Some(id));
        for address in to {
            let mailbox = address
                .parse::<Mailbox>()
                .map_err(|_| Failure::last(format!("{address} is not an e-mail address. Change the receiver.")))?;
            message = message.to(mailbox);
        }
        let message = message.header(ContentType::TEXT_PLAIN).body(notice.text());
        message.map_err(|error| {
            tracing::error!(cause = %error, "a mail cannot be written");
            Failure::last("The mail cannot be written. The log has the cause.")
        })
    }
}

fn of_error(error: &smtp::Error) -> Failure {
    tracing::warn!(cause = %error, "a mail could not be sent");
    match error.status() {
        Some(status) if error.is_permanent() => Failure::last(format!("The mail server refused the mail (code {status}).")),
        Some(status) => Failure::retried(format!("The mail server did not accept the mail (code {status}).")),
        None => Failure::retried("The mail server cannot be reached. The log has the cause."),
    }
}

#[cfg(test)]
mod tests {
    use model::alert::{NoticeAlert, NoticeKind};

    use super::*;

    #[test]
    fn a_mail_has_its_subject_its_time_and_its_receivers() {
        let mail = Mail::new("smtp://127.0.0.1:25", "Sluice <sluice@example.com>").unwrap();
        let alert = NoticeAlert { subject: "api:prod:travel/plane".into(), value: Some(0.5), since: 0 };
        let notice = Notice::new(NoticeKind::Firing, ("travel", "errors"), "error-share above 0.05", vec![alert], 0);
        let message = mail.message(&["a@example.com".into(), "b@example.com".into()], ("n1", &notice), 1_357_034_400_000).unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        for part in
            ["Subject: Firing: travel/errors (api:prod:travel/plane)", "Tue, 01 Jan 2013 10:00:00", "<n1@example.com>", "b@example.com"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(mail.message(&["nobody".into()], ("n1", &notice), 0).is_err_and(|failure| failure.is_last));
    }

    #[test]
    fn what_cannot_be_read_is_said_without_a_password() {
        let said = Mail::new("http://user:secret@host", "sluice@example.com").err().unwrap();
        assert!(said.contains("SLUICE_SMTP_URL") && !said.contains("secret"));
        assert!(Mail::new("smtp://host", "nobody").is_err());
    }
}
