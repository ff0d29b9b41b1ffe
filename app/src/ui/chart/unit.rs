//! What values are counted in. The highest of a chart decides how large its unit is, so that its numbers are short.

use crate::words::words;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    PerSecond,
    /// Of 0 to 1; told in per cent.
    Share,
    Milliseconds,
    Seconds,
    Bytes,
    BytesPerSecond,
    Count,
}

/// A unit in the size that a chart needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SizedUnit {
    /// What a value is multiplied with.
    pub(crate) factor: f64,
    /// Empty for plain counts.
    pub(crate) name: &'static str,
}

impl Unit {
    pub(crate) fn sized(self, highest: f64) -> SizedUnit {
        let say = &words().monitoring;
        let of = |factor: f64, name: &'static str| SizedUnit { factor, name };
        match self {
            Self::PerSecond => of(1.0, say.per_second),
            Self::Share => of(100.0, say.percent),
            Self::Milliseconds if highest >= 10_000.0 => of(1e-3, say.second),
            Self::Milliseconds => of(1.0, say.millisecond),
            Self::Seconds if highest >= 172_800.0 => of(1.0 / 86_400.0, say.day),
            Self::Seconds if highest >= 7_200.0 => of(1.0 / 3_600.0, say.hour),
            Self::Seconds if highest >= 120.0 => of(1.0 / 60.0, say.minute),
            Self::Seconds => of(1.0, say.second),
            Self::Bytes | Self::BytesPerSecond => {
                let (factor, place) = match highest {
                    highest if highest >= 1e9 => (1e-9, 3),
                    highest if highest >= 1e6 => (1e-6, 2),
                    highest if highest >= 1e3 => (1e-3, 1),
                    _ => (1.0, 0),
                };
                let names = match self {
                    Self::Bytes => [say.byte, say.kilobyte, say.megabyte, say.gigabyte],
                    _ => [say.byte_per_second, say.kilobyte_per_second, say.megabyte_per_second, say.gigabyte_per_second],
                };
                of(factor, names[place])
            }
            Self::Count => of(1.0, ""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_as_large_as_its_values() {
        let say = &words().monitoring;
        let name = |unit: Unit, highest: f64| unit.sized(highest).name;
        assert_eq!(name(Unit::Milliseconds, 900.0), say.millisecond);
        assert_eq!(name(Unit::Milliseconds, 30_000.0), say.second);
        assert_eq!(name(Unit::Seconds, 3.0 * 86_400.0), say.day);
        assert_eq!(name(Unit::Bytes, 2_500_000.0), say.megabyte);
        assert_eq!(name(Unit::BytesPerSecond, 12.0), say.byte_per_second);
        assert_eq!((Unit::Bytes.sized(2_600_000.0).factor * 2_600_000.0).round(), 3.0);
        assert_eq!(Unit::Share.sized(0.5).factor * 0.5, 50.0);
    }
}
