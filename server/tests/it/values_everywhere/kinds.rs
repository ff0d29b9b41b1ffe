//! What the text that a client prints of a value is in an answer, and when two of them are the same.

use std::cmp::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::scalar::{decimal_order, widened};
use serde_json::{Number, Value as Json};

/// The largest integer that a double keeps whole.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// How a client prints the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// As they are answered: texts, and decimals with all their digits.
    Text,
    /// Decimals whose zeros at the end the client leaves out.
    Decimal,
    Whole,
    /// As few digits as tell a number from the others of its width.
    Double,
    /// The number of 64 bits that one of 32 bits is.
    Single,
    Flag,
    Date,
    Moment,
    /// A moment as a text, with all the digits of its second.
    Nanos,
    Hex,
    Document,
}

impl Kind {
    /// What is answered of a value.
    pub(super) fn answered(self, printed: Option<&str>) -> Json {
        let Some(text) = printed else { return Json::Null };
        match self {
            Self::Text | Self::Decimal => text.into(),
            Self::Whole => Json::Number(serde_json::from_str(text).unwrap()),
            Self::Double => number(text.parse().unwrap()),
            Self::Single => number(widened(text.parse::<f64>().unwrap() as f32)),
            Self::Flag => matches!(text, "t" | "true" | "1").into(),
            Self::Date => date(text).into(),
            Self::Moment => moment(text).into(),
            Self::Nanos => format!("{}Z", text.replacen(' ', "T", 1)).into(),
            Self::Hex => STANDARD.encode(bytes(text)).into(),
            Self::Document => serde_json::from_str(text).unwrap(),
        }
    }

    /// Whether a cell of JSON is what it should be.
    pub(super) fn is_same(self, is: &Json, wanted: &Json) -> bool {
        match (is, wanted) {
            (Json::String(is), Json::String(wanted)) if self == Self::Decimal => decimal_order(is, wanted) == Ordering::Equal,
            _ => same(is, wanted),
        }
    }

    /// The same of a message, as the stock client shows it: wide integers and JSON are texts there.
    pub(super) fn is_same_over_grpc(self, is: &Json, wanted: &Json) -> bool {
        match (is, wanted) {
            (Json::String(_), Json::String(_)) => self.is_same(is, wanted),
            _ => same_over_grpc(is, wanted),
        }
    }
}

fn same(is: &Json, wanted: &Json) -> bool {
    match (is, wanted) {
        (Json::Number(is), Json::Number(wanted)) if is.is_f64() || wanted.is_f64() => is.as_f64() == wanted.as_f64(),
        _ => nested(is, wanted, same),
    }
}

fn same_over_grpc(is: &Json, wanted: &Json) -> bool {
    // A number that a double would round must not come as one.
    let is_kept = |number: &Number| number.is_f64() || number.as_f64().is_some_and(|number| number.abs() <= WHOLE);
    match (is, wanted) {
        (Json::Number(is), Json::Number(wanted)) => is.as_f64() == wanted.as_f64() && is_kept(wanted),
        (Json::String(is), Json::Number(wanted)) => !wanted.is_f64() && *is == wanted.to_string(),
        (Json::String(is), Json::Array(_) | Json::Object(_)) => serde_json::from_str(is).is_ok_and(|is| same(&is, wanted)),
        _ => nested(is, wanted, same_over_grpc),
    }
}

fn nested(is: &Json, wanted: &Json, same: fn(&Json, &Json) -> bool) -> bool {
    match (is, wanted) {
        (Json::Object(is), Json::Object(wanted)) => {
            is.len() == wanted.len() && wanted.iter().all(|(name, value)| is.get(name).is_some_and(|is| same(is, value)))
        }
        (Json::Array(is), Json::Array(wanted)) => is.len() == wanted.len() && is.iter().zip(wanted).all(|(is, wanted)| same(is, wanted)),
        (is, wanted) => is == wanted,
    }
}

/// What is no number of JSON is a word.
fn number(value: f64) -> Json {
    let word = match value {
        _ if value.is_nan() => "NaN",
        _ if value > 0.0 => "Infinity",
        _ => "-Infinity",
    };
    Number::from_f64(value).map_or_else(|| word.into(), Json::Number)
}

/// Years before the first one have no year 0 where clients print them, and have it in ISO 8601.
fn date(text: &str) -> String {
    let (text, is_before) = text.strip_suffix(" BC").map_or((text, false), |text| (text, true));
    let (year, rest) = text.split_once('-').unwrap();
    let year: i64 = year.parse().unwrap();
    let year = if is_before { 1 - year } else { year };
    if (0..=9_999).contains(&year) { format!("{year:04}-{rest}") } else { format!("{year:+07}-{rest}") }
}

fn moment(text: &str) -> String {
    let (text, era) = text.strip_suffix(" BC").map_or((text, ""), |text| (text, " BC"));
    let text = text.strip_suffix("+00").unwrap_or(text);
    let (day, time) = text.split_once(' ').unwrap();
    let time = if time.contains('.') { time.trim_end_matches('0').trim_end_matches('.') } else { time };
    format!("{}T{time}Z", date(&format!("{day}{era}")))
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn what_clients_print_is_what_is_answered() {
    let of = |kind: Kind, text: &str| kind.answered(Some(text));
    assert_eq!(of(Kind::Moment, "0044-03-15 10:00:00.50+00 BC"), "-000043-03-15T10:00:00.5Z");
    assert_eq!(of(Kind::Moment, "200000-12-31 23:59:59.000"), "+200000-12-31T23:59:59Z");
    assert_eq!(of(Kind::Date, "5874897-12-31"), "+5874897-12-31");
    assert_eq!(of(Kind::Hex, "00FF"), "AP8=");
    assert_eq!((of(Kind::Single, "0.10000000149011612"), of(Kind::Double, "-inf")), (Json::from(0.1_f64), Json::from("-Infinity")));
    let wide = of(Kind::Whole, "18446744073709551615");
    assert!(Kind::Whole.is_same_over_grpc(&"18446744073709551615".into(), &wide));
    assert!(!Kind::Whole.is_same_over_grpc(&wide.as_f64().into(), &wide));
    assert!(Kind::Decimal.is_same(&"1.50".into(), &"1.5".into()) && !Kind::Text.is_same(&"1.50".into(), &"1.5".into()));
}
