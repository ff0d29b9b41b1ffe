use serde::{Deserialize, Serialize};

use crate::clock::Millis;

/// A time zone to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ZoneView {
    /// `Asia/Shanghai`
    pub name: String,
    /// `Shanghai`
    pub city: String,
    /// How far its clocks are from UTC just now: `UTC+08:00`.
    pub offset: String,
}

impl ZoneView {
    #[must_use]
    pub fn words(&self) -> String {
        format!("{}, {} now", self.city, self.offset)
    }

    /// The zone that somebody has typed: its name, or the name of its city where no other zone has one of that name.
    #[must_use]
    pub fn named<'a>(zones: &'a [ZoneView], typed: &str) -> Option<&'a ZoneView> {
        let is = |text: &str| text.eq_ignore_ascii_case(typed);
        if let Some(zone) = zones.iter().find(|zone| is(&zone.name)) {
            return Some(zone);
        }
        let mut of_city = zones.iter().filter(|zone| is(&zone.city));
        of_city.next().filter(|_| of_city.next().is_none())
    }
}

/// A time at which a schedule comes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NextTime {
    pub at: Millis,
    /// As the clocks of the schedule's own zone show it: `Tue 2026-12-01 03:00, UTC+08:00`.
    pub local: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_named_by_itself_or_by_its_city_alone() {
        let zone = |name: &str, city: &str| ZoneView { name: name.into(), city: city.into(), offset: "UTC+00:00".into() };
        let zones = [
            zone("America/Kentucky/Louisville", "Louisville"),
            zone("America/Louisville", "Louisville"),
            zone("Asia/Shanghai", "Shanghai"),
        ];
        let of = |typed: &str| ZoneView::named(&zones, typed).map(|zone| zone.name.as_str());
        assert_eq!(of("shanghai"), Some("Asia/Shanghai"));
        assert_eq!(of("america/louisville"), Some("America/Louisville"));
        assert_eq!([of("Louisville"), of("Mars"), of("")], [None, None, None]);
    }
}
