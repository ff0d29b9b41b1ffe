//! What the page of people says.

use super::texts::texts;

texts! {
    /// The texts of the page of people.
    People {
        title = "People";
        lead = "Users who can sign in. Their roles are set in each domain.";
        only_admins = "Only admins can manage people. Ask an admin.";
        none_title = "No people yet";
        none_text = "Add the first person below.";
        link_once = "Send this link to the person.";
        link_once_help = " It is shown only once, works once, and expires in three days.";
        copy_link = "Copy link";
        add = "Add a person";
        add_save = "Add person";
        added = "The person is added.";
        saved = "Saved.";
        email = "Email";
        email_example = "name@company.example";
        admin = "Admin";
        admin_help = "Can do everything in every domain, and manages domains and people.";
        admin_badge = "admin";
        all_states = "All states";
        active = "Active";
        invited = "Invited";
        deactivated = "Deactivated";
        everybody = "Admins and others";
        admins = "Admins";
        no_admins = "Not admins";
        person = "Person";
        state = "State";
        roles = "Roles";
        actions = "Actions";
        new_link = "Create invitation link";
        activate = "Activate";
        deactivate = "Deactivate";
        deactivate_title(email: &str) = "Deactivate {email}?";
        deactivate_effect = "The person is signed out on every device and cannot sign in. Personal tokens and open invitation links are revoked.";
        deactivate_undo = "Roles and created objects remain. To undo this, activate the person again.";
    }
}
