//! Errors, counted by their codes.

use std::sync::atomic::{AtomicU64, Ordering};

use model::ErrorCode;

use crate::{Counter, Reading};

/// Is added to by many threads at once and never reset.
#[derive(Debug, Default)]
pub struct LiveErrors {
    /// In the order of [`ErrorCode::ALL`].
    counts: [AtomicU64; ErrorCode::ALL.len()],
}

impl LiveErrors {
    pub fn add(&self, code: ErrorCode) {
        if let Some((_, count)) = ErrorCode::ALL.iter().zip(&self.counts).find(|(known, _)| **known == code) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A reading with all since the beginning; codes that have not come are left out.
    #[must_use]
    pub fn within(&self, mut reading: Reading) -> Reading {
        for (code, count) in ErrorCode::ALL.into_iter().zip(&self.counts) {
            let count = count.load(Ordering::Relaxed);
            if count > 0 {
                reading = reading.counter(Counter::Error(code), count);
            }
        }
        reading
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_counted_by_itself() {
        let errors = LiveErrors::default();
        assert_eq!(errors.within(Reading::default()), Reading::default());
        ErrorCode::ALL.into_iter().for_each(|code| errors.add(code));
        errors.add(ErrorCode::Internal);
        let once = ErrorCode::ALL.into_iter().fold(Reading::default(), |reading, code| reading.counter(Counter::Error(code), 1));
        assert_eq!(errors.within(Reading::default()), once.counter(Counter::Error(ErrorCode::Internal), 2));
    }
}
