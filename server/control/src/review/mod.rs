//! Reviews: a draft is frozen and sent, somebody else decides, and an approval makes it live in the same transaction.

mod binding;
mod compare;
mod decide;
mod inbox;
mod submit;

pub use decide::Decision;
pub use submit::Submission;

pub(crate) use decide::Approval;
pub(crate) use submit::NewVersion;
