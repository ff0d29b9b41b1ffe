//! A description before it is saved.

use model::Problem;
use model::catalogue::{MAX_DESCRIPTION, text_error};

use super::markdown::to_html;
use crate::{Caller, Control};

impl Control {
    /// A description in Markdown as pages will show it.
    ///
    /// # Errors
    /// A text that could not be saved.
    pub fn preview_description(&self, _: &Caller, text: &str) -> Result<String, Problem> {
        match text_error(text, MAX_DESCRIPTION) {
            Some(message) => Err(Problem::field("description", message)),
            None => Ok(to_html(text)),
        }
    }
}
