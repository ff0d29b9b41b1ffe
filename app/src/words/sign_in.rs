//! What the pages for signing in and joining say.

use super::texts::texts;

texts! {
    /// The texts of signing in and joining.
    SignIn {
        title = "Sign in";
        email = "Email";
        email_example = "you@company.example";
        password = "Password";
        demo_lead = "This demo runs on this machine only. Choose a demo user.";
        demo_viewer = "Views everything, tries live APIs";
        demo_builder = "Creates APIs from tables";
        demo_approver = "Approves or rejects requests";
        demo_owner = "Rolls back versions, grants access to apps";
        demo_admin = "Can do everything";
        own_account = "or use your own account";
        join = "Join";
        link_invalid = "Invitation link invalid or expired";
        link_invalid_text = "The link was used before, or is older than 3 days. Ask an admin for a new link.";
        go_to_sign_in = "Go to sign-in";
        first_admin = "Create the first admin";
        first_admin_text = "There are no users yet. As an admin, you can add people and domains.";
        set_password = "Set your password";
        set_password_text = "Use this password to sign in from now on.";
        password_help = "At least 10 characters. A sentence is easy to remember.";
        create_account = "Create account";
        session_ended = "Your session has ended";
        session_ended_text = "Sign in again here. Your input is kept, and you can send it again.";
        sign_in_as(email: &str) = "Sign in as {email}";
        about = "About Sluice";
        about_title = "From a table to a reliable API, without writing a service.";
        about_text = "Choose a table, define the response, test it, and send it for review. The API is live as soon as it is approved.";
    }
}
