//! Which tags a column deserves: rules over its name, its type and some of its values.
//!
//! [`suggest`] takes a [`Column`] and gives [`Finding`]s: a [`Tag`], how sure the rule is, the [`Evidence`] without any value, and a
//! fingerprint that stays the same until the evidence says something else. Nothing here reads, stores or tags anything.
//!
//! The rules are frozen: what they say of a column depends on the column and on [`VERSION`] alone. Measured figures, and dismissed
//! suggestions, hold for one version. To change or add a rule:
//!
//! 1. its file in `rules/`, its line in [`RULES`], its words in `words/`;
//! 2. [`VERSION`], and the hash in `tests/frozen.rs`, which names both;
//! 3. columns of its kind, and at least as many that only look alike, in `tests/faker_columns.py`;
//! 4. `docs/suggestions.md`, with the figures that `tests/faker.rs` prints.

mod check_digits;
mod column;
mod finding;
mod lists;
mod name;
mod rule;
mod rules;
mod shape;
mod tally;
mod weigh;

pub use column::{Column, ValueType};
pub use finding::{Basis, Counts, Evidence, Finding, NameEvidence, Shape, Tag};
pub use rules::RULES;
pub use weigh::suggest;

/// Which rules these are. It is raised with each change of a rule or of a list of words.
pub const VERSION: u32 = 1;

/// All that the rules are made of, as one text: their tables, and the lists of words.
#[must_use]
pub fn tables() -> String {
    let rules: Vec<String> = RULES.iter().map(rule::Rule::table).collect();
    format!("{}\n{}", rules.join("\n"), lists::all())
}
