//! What the page of receivers and notices says.

use super::texts::texts;

texts! {
    /// The texts of the page of receivers and notices.
    AlertReceivers {
        title = "Receivers";
        lead = "Where notices of alerts go. Rules and objectives name the receivers of their domain.";
        receivers = "Receivers";
        none = "No receivers yet. Alerts are shown in the portal only.";
        receiver = "Receiver";
        channel = "Channel";
        address = "Address";
        state = "State";
        actions = "Actions";
        portal = "Portal";
        portal_address = "List of notices";
        email = "E-mail";
        webhook = "Webhook";
        works = "OK";
        failed(count: u64) = "Failed attempts in a row: {count}";
        left_until = "Nothing is sent until ";
        test = "Send test";
        tested = "The test notice is on its way. The list of notices shows how it went.";
        change = "Change receiver";
        create = "Create receiver";
        create_about = "A webhook is posted as JSON and signed. Its secret is shown once, when the receiver is created.";
        saved = "The receiver is saved.";
        url = "URL";
        of_webhook = "Webhook only";
        url_help = "Begins with https://. Addresses in private networks need the permission of an operator.";
        to = "E-mail addresses";
        of_email = "E-mail only";
        to_help = "Separated by commas.";
        new_secret = "Create a new secret";
        new_secret_help = "Notices are signed with the new secret from now on.";
        secret_once = "Copy this secret now.";
        secret_help = " It is shown only once. The receiver checks the signature of notices with it.";
        copy_secret = "Copy secret";
        delete = "Delete receiver";
        delete_title(path: &str) = "Delete receiver {path}?";
        delete_effect = "Notices that still wait for it are deleted with it.";
        delete_used = "A receiver that rules or objectives name cannot be deleted. Take it out there first.";
        delete_undo = "A deleted receiver cannot be restored. Another one has another secret.";
        deleted = "The receiver is deleted.";
        notices = "Notices";
        no_notices = "No notices were sent in your domains.";
        notice = "Notice";
        sent_at = "Time";
        dead(count: usize) = "Not sent: {count}";
        sent = "Sent";
        not_sent = "Not sent";
        waiting = "Waiting";
        last_error(reason: &str) = "Last error: {reason}";
        receiver_deleted = "Deleted receiver";
        retry = "Retry";
        retried = "The notice is sent again.";
    }
}
