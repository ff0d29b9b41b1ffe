//! Places on the earth: one number of a pair, told by its name, or both in one text.

use crate::column::ValueType;
use crate::finding::Tag;
use crate::rule::{Alone, BASE, Fit, Need, Rule};

/// A latitude or a longitude.
pub(crate) const COORDINATES: Rule = Rule {
    id: "coordinates",
    tag: Tag::Coordinates,
    names: &["lat", "latitude", "lng", "lon", "longitude", "breitengrad", "laengengrad", "geo lat", "geo lon", "geo lng", "经度", "纬度"],
    hints: &["long", "geo x", "geo y", "gps x", "gps y"],
    types: &[ValueType::Text, ValueType::Fraction],
    fit: one,
    named: Need { form: 0.8, likely: 0.5, sure: 0.0 },
    hinted: Need { form: 1.0, likely: 0.9, sure: 0.0 },
    ..BASE
};

/// Both in one text.
pub(crate) const POINT: Rule = Rule {
    id: "point",
    tag: Tag::Coordinates,
    names: &[
        "coordinates",
        "coordinate",
        "coords",
        "latlng",
        "latlon",
        "lat lng",
        "lat lon",
        "geopoint",
        "geo point",
        "gps",
        "koordinaten",
        "坐标",
    ],
    hints: &["location", "geo", "position", "point", "standort", "位置"],
    fit: both,
    named: Need { form: 0.6, likely: 0.5, sure: 0.0 },
    hinted: Need { form: 0.9, likely: 0.8, sure: 0.0 },
    alone: Some(Alone { need: Need { form: 0.95, likely: 0.95, sure: 0.8 }, distinct: 5, beginnings: 1, beginning: 4 }),
    ..BASE
};

fn one(value: &str) -> Fit {
    number(value, 180.0).map_or(Fit::No, |digits| if digits >= 3 { Fit::Likely } else { Fit::Form })
}

/// How many digits a number within these bounds has behind its point.
fn number(value: &str, bound: f64) -> Option<usize> {
    let is_written = value.chars().all(|letter| letter.is_ascii_digit() || "+-.".contains(letter));
    let number: f64 = value.parse().ok().filter(|_| is_written)?;
    (number.abs() <= bound).then(|| value.split_once('.').map_or(0, |(_, digits)| digits.len()))
}

fn both(value: &str) -> Fit {
    let inner = value.strip_prefix("POINT").unwrap_or(value).trim().trim_matches(|letter| "()[]".contains(letter));
    let parts: Vec<&str> = inner.split([',', ';', ' ']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let [one, other] = parts.as_slice() else { return Fit::No };
    let (Some(first), Some(second)) = (number(one, 180.0), number(other, 180.0)) else { return Fit::No };
    match first.min(second) {
        4.. => Fit::Sure,
        2.. => Fit::Likely,
        _ => Fit::Form,
    }
}

#[cfg(test)]
mod tests {
    use super::{Fit, both, one};

    #[test]
    fn bounds_and_digits_decide() {
        assert_eq!(one("-78.081124"), Fit::Likely);
        assert_eq!(one("12"), Fit::Form);
        for value in ["", "181.5", "1e1", "inf", "NaN", "52,5", "1.2.3"] {
            assert_eq!(one(value), Fit::No, "{value}");
        }
        assert_eq!(both("52.520008, 13.404954"), Fit::Sure);
        assert_eq!(both("POINT(13.4049 52.5200)"), Fit::Sure);
        assert_eq!(both("1.25 2.50"), Fit::Likely);
        assert_eq!(both("3, 4"), Fit::Form);
        for value in ["", "52.5", "1,2,3", "200.0001,1.0001", "a,b", "(,)"] {
            assert_eq!(both(value), Fit::No, "{value}");
        }
    }
}
