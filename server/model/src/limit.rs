//! How often something may be called.

use serde::{Deserialize, Serialize};

use crate::FieldError;
use crate::number::grouped;

/// The most that a form takes.
pub const MAX_PER_SECOND: u32 = 10_000_000;

/// A token bucket: so many calls a second, and so many at once after a rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rate {
    pub per_second: u32,
    pub burst: u32,
}

impl Rate {
    /// So many calls a second, and a second's worth at once.
    #[must_use]
    pub fn per_second(calls: u32) -> Self {
        Self { per_second: calls, burst: calls }
    }

    /// What a form can know to be wrong, under the name of its field.
    #[must_use]
    pub fn errors(&self, field: &str) -> Vec<FieldError> {
        let outside = |number: u32| !(1..=MAX_PER_SECOND).contains(&number);
        if outside(self.per_second) || outside(self.burst) {
            vec![FieldError::new(
                field,
                format!("Give a number between 1 and {} requests. Leave empty for no limit.", grouped(MAX_PER_SECOND)),
            )]
        } else {
            Vec::new()
        }
    }
}
