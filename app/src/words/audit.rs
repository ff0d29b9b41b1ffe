//! What the audit log says.

use super::texts::texts;

texts! {
    /// The texts of the audit log.
    Audit {
        title = "Audit log";
        lead = "All changes, in order. Entries cannot be edited or deleted.";
        list_name = "Audit events";
        only_auditors = "You cannot read the audit log. Ask an approver or an owner of your domain.";
        none_title = "No changes yet";
        none_text = "The log starts with the first change.";
        time = "Time";
        actor = "Actor";
        action = "Action";
        object = "Object";
        changes = "Changes";
        show_changes = "Show changes";
        before = "Before";
        after = "After";
    }
}
