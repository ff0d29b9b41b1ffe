//! The full-text index of the catalogue, in a folder of one node: a copy of what the metadata knows of assets, which can be made anew at
//! any time.
//!
//! - [`Index`] opens the folder, takes changed documents in, and searches them.
//! - `tokens.rs` says what of a text is in the index: `fold.rs`, `split.rs`, `dictionary.rs` and `chinese.rs` are its steps.
//! - `query.rs` makes the words of a person a query, `gather.rs` counts facets and keeps the best results.
//!
//! Whatever is asked for, the domains that the caller may see are part of the query. Scores, counts, the way in which a query is read and
//! the spelling that is offered come from those documents alone, so that what is hidden and what is absent give the same answers.

mod chinese;
mod dictionary;
mod document;
mod excerpt;
mod failure;
mod fold;
mod gather;
mod index;
mod query;
mod schema;
mod search;
mod spelling;
mod split;
mod tokens;
mod words;

pub use failure::SearchFailure;
pub use index::Index;
pub use search::Request;
