//! Reviews: a draft is frozen and sent, somebody else decides, and an approval makes it live in the same transaction.
//! Changes of what live APIs read are held back and decided in the same way.

mod compare;
mod decide;
mod held;
mod inbox;
mod submit;

pub use decide::Decision;
pub use submit::Submission;

pub(crate) use decide::Approval;
pub(crate) use held::{Held, changed_since};
pub(crate) use submit::NewVersion;
