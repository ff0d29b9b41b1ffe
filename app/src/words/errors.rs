//! What the portal itself says where something went wrong.

use super::texts::texts;

texts! {
    /// The texts of errors that the portal makes itself.
    #[cfg_attr(not(all(feature = "ssr", feature = "hydrate")), allow(dead_code))] // one half alone says some of them
    Errors {
        no_response = "The server does not respond. Check your connection and try again.";
        bad_form = "The request does not have the expected form. Reload the page and try again.";
        internal = "The request failed because of a fault in Sluice. Reload the page and try again.";
        session_ended = "Your session has ended. Sign in again. Your input is still here.";
        not_found = "This page does not exist. It may have been renamed, or the link is outdated.";
        not_loaded = "Page not loaded";
        not_loaded_help = "The code of this page did not arrive. Check your connection, then load the page again.";
        load_again = "Load again";
        page_state = "Page state";
        no_code = "The code of this page did not arrive.";
        no_code_help = " Links and forms work. Live checks and live updates do not.";
    }
}
