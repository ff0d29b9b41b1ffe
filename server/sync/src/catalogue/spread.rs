//! Where the values of a column lie: the least, the greatest, and about how many lie between.

use accel::key;
use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, Time64MicrosecondType, TimestampMicrosecondType};
use datasketches::common::SearchCriteria;
use datasketches::error::Error;
use datasketches::kll::{KllFloat, KllSketch};
use model::calendar::push_time;
use model::catalogue::{Bar, HISTOGRAM_BARS};
use model::data_type::ANY_DECIMAL;
use model::json_text::float_word;
use model::scalar::{date_text, decimal_text, timestamp_text};
use model::{DataType, Value};

/// How well values are spread over bars, in a table of few columns and in one of many: with errors of 0.9 % and 3 % of the rows.
const KLL_SIZE: (u16, u16) = (400, 100);

/// A place on a line: what numbers and times are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(crate) enum Place {
    /// A whole number, days, microseconds, or the digits of a decimal.
    Whole(i128),
    Float(f64),
}

/// The place of a cell that is not NULL; nothing for types without one, and for a float that is no number.
pub(crate) fn place_of(cells: &dyn Array, row: usize, data_type: DataType) -> Option<Place> {
    let whole = match data_type {
        DataType::Int32 => cells.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int64 => cells.as_primitive::<Int64Type>().value(row).into(),
        DataType::Date => cells.as_primitive::<Date32Type>().value(row).into(),
        DataType::Time => cells.as_primitive::<Time64MicrosecondType>().value(row).into(),
        DataType::Timestamp => cells.as_primitive::<TimestampMicrosecondType>().value(row).into(),
        ANY_DECIMAL => return None,
        DataType::Decimal { .. } => cells.as_primitive::<Decimal128Type>().value(row),
        DataType::Float64 => {
            let number = cells.as_primitive::<Float64Type>().value(row);
            return (!number.is_nan()).then_some(Place::Float(number));
        }
        DataType::String | DataType::Uuid | DataType::Json | DataType::Bool | DataType::Bytes => return None,
    };
    Some(Place::Whole(whole))
}

/// The ends of a column, and a sketch of what lies between them.
pub(crate) struct Spread {
    ends: Option<(Place, Place)>,
    /// Of types that are ordered as texts are, or as the keys of datasets: the key and the text.
    texts: Option<(Ordered, Ordered)>,
    between: KllSketch<KllFloat<f64>>,
}

/// A text with what it is ordered by.
type Ordered = (Vec<u8>, String);

impl Spread {
    pub(crate) fn new(is_wide: bool) -> Result<Self, Error> {
        let size = if is_wide { KLL_SIZE.1 } else { KLL_SIZE.0 };
        Ok(Self { ends: None, texts: None, between: KllSketch::new(size)? })
    }

    pub(crate) fn add(&mut self, place: Place) {
        self.ends = Some(match self.ends {
            None => (place, place),
            Some((least, greatest)) => (if place < least { place } else { least }, if place > greatest { place } else { greatest }),
        });
        #[allow(clippy::cast_precision_loss)] // for bars alone
        let number = match place {
            Place::Whole(number) => number as f64,
            Place::Float(number) => number,
        };
        self.add_number(number);
    }

    fn add_number(&mut self, number: f64) {
        // An infinity has no place in a histogram.
        if number.is_finite()
            && let Ok(number) = KllFloat::<f64>::new(number)
        {
            self.between.update(number);
        }
    }

    /// A value that is ordered by its text. Others have no order that people expect.
    pub(crate) fn add_text(&mut self, text: &str, data_type: DataType) {
        match data_type {
            DataType::String | DataType::Uuid => self.add_ordered(text.as_bytes(), text),
            ANY_DECIMAL => {
                let mut order = Vec::new();
                if key::push(&mut order, data_type, &Value::Text(text.to_owned())).is_ok() {
                    self.add_ordered(&order, text);
                }
                if let Ok(number) = text.parse() {
                    self.add_number(number);
                }
            }
            _ => {}
        }
    }

    fn add_ordered(&mut self, order: &[u8], text: &str) {
        let here = || (order.to_vec(), text.to_owned());
        match &mut self.texts {
            None => self.texts = Some((here(), here())),
            Some((least, greatest)) => {
                if order < least.0.as_slice() {
                    *least = here();
                } else if order > greatest.0.as_slice() {
                    *greatest = here();
                }
            }
        }
    }

    /// The least and the greatest value, as texts.
    pub(crate) fn ends(&self, data_type: DataType) -> (Option<String>, Option<String>) {
        if let Some((least, greatest)) = &self.texts {
            return (Some(least.1.clone()), Some(greatest.1.clone()));
        }
        self.ends.map_or((None, None), |(least, greatest)| (Some(text_of(least, data_type)), Some(text_of(greatest, data_type))))
    }

    /// Bars of the same width over all values.
    ///
    /// # Errors
    /// Where the library refuses their edges.
    pub(crate) fn bars(&self, data_type: DataType) -> Result<Vec<Bar>, Error> {
        let edges = match (self.ends, self.between.min_item().zip(self.between.max_item())) {
            (_, None) => return Ok(Vec::new()),
            (Some((Place::Whole(least), Place::Whole(greatest))), _) => whole_edges(least, greatest),
            (_, Some((least, greatest))) => float_edges(least.into_inner(), greatest.into_inner()),
        };
        let mut splits: Vec<KllFloat<f64>> = Vec::with_capacity(edges.len());
        for edge in edges.iter().skip(1) {
            splits.push(KllFloat::<f64>::new(number_of(*edge))?);
        }
        // Of wide numbers, edges may be the same as floats.
        if splits.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Ok(Vec::new());
        }
        let below = self.between.cdf(&splits, SearchCriteria::Exclusive)?.unwrap_or_default();
        Ok(self.filled(&edges, &below, data_type))
    }

    /// Bars that begin at these edges, of which so large a part of all values lies below the end of each.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // at most 100,000 rows
    fn filled(&self, edges: &[Place], below: &[f64], data_type: DataType) -> Vec<Bar> {
        let (rows, mut before) = (self.between.n() as f64, 0);
        let last = match (self.ends, self.between.max_item()) {
            (Some((_, greatest @ Place::Whole(_))), _) => Some(greatest),
            (_, greatest) => greatest.map(|greatest| Place::Float(greatest.into_inner())),
        };
        let mut bars = Vec::with_capacity(edges.len());
        for (index, edge) in edges.iter().enumerate() {
            let until = (below.get(index).copied().unwrap_or(1.0) * rows).round() as i64;
            let end = edges.get(index + 1).map(|next| last_before(*next, data_type)).or(last).unwrap_or(*edge);
            bars.push(Bar { from: text_of(*edge, data_type), to: text_of(end, data_type), rows: (until - before).max(0) });
            before = until;
        }
        bars
    }
}

/// The edges at which bars begin over whole numbers, and over what is counted in them; of few values, each has a bar of its own.
fn whole_edges(least: i128, greatest: i128) -> Vec<Place> {
    let most = i128::try_from(HISTOGRAM_BARS).unwrap_or(1);
    let values = greatest.saturating_sub(least).saturating_add(1);
    let width = (values.saturating_sub(1) / most).saturating_add(1);
    let edges = (0..most).map(|bar| least.saturating_add(width.saturating_mul(bar)));
    edges.take_while(|edge| *edge <= greatest).map(Place::Whole).collect()
}

fn float_edges(least: f64, greatest: f64) -> Vec<Place> {
    #[allow(clippy::cast_precision_loss)] // a few bars
    let width = (greatest - least) / HISTOGRAM_BARS as f64;
    if width <= 0.0 || !width.is_finite() {
        return vec![Place::Float(least)];
    }
    #[allow(clippy::cast_precision_loss)] // a few bars
    let edge = |bar: usize| Place::Float(least + width * bar as f64);
    (0..HISTOGRAM_BARS).map(edge).collect()
}

/// The end of the bar before an edge, itself in that bar where values are counted one by one.
fn last_before(edge: Place, data_type: DataType) -> Place {
    match edge {
        Place::Whole(number) if matches!(data_type, DataType::Int32 | DataType::Int64 | DataType::Date) => Place::Whole(number - 1),
        edge => edge,
    }
}

#[allow(clippy::cast_precision_loss)] // for bars alone
fn number_of(place: Place) -> f64 {
    match place {
        Place::Whole(number) => number as f64,
        Place::Float(number) => number,
    }
}

/// A place as its type writes it.
fn text_of(place: Place, data_type: DataType) -> String {
    let Place::Whole(number) = place else {
        let Place::Float(number) = place else { return String::new() };
        return float_word(number).map_or_else(|| number.to_string(), str::to_owned);
    };
    let micros = i64::try_from(number).unwrap_or(i64::MAX);
    match data_type {
        DataType::Date => date_text(i32::try_from(number).unwrap_or(i32::MAX)),
        DataType::Timestamp => timestamp_text(micros),
        DataType::Time => {
            let mut out = Vec::new();
            push_time(&mut out, micros);
            String::from_utf8(out).unwrap_or_default()
        }
        DataType::Decimal { scale, .. } => decimal_text(number, scale),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(places: impl IntoIterator<Item = Place>) -> Spread {
        let mut spread = Spread::new(false).unwrap();
        places.into_iter().for_each(|place| spread.add(place));
        spread
    }

    fn bars(spread: &Spread, data_type: DataType) -> Vec<(String, String, i64)> {
        spread.bars(data_type).unwrap().into_iter().map(|bar| (bar.from, bar.to, bar.rows)).collect()
    }

    #[test]
    fn of_few_whole_numbers_each_has_a_bar_with_its_rows() {
        let spread = spread([1, 1, 3, 1, 4].map(Place::Whole));
        let bars = bars(&spread, DataType::Int32);
        let of = |number: i64, rows| (number.to_string(), number.to_string(), rows);
        assert_eq!(bars, [of(1, 3), of(2, 0), of(3, 1), of(4, 1)]);
    }

    #[test]
    fn many_whole_numbers_share_bars_of_one_width_that_hold_all_rows() {
        let spread = spread((0..200).map(Place::Whole));
        let bars = bars(&spread, DataType::Int64);
        assert_eq!((bars.len(), &bars[0], &bars[19]), (20, &("0".into(), "9".into(), 10), &("190".into(), "199".into(), 10)));
        assert_eq!(spread.ends(DataType::Int64), (Some("0".into()), Some("199".into())));
    }

    #[test]
    fn the_ends_of_the_widest_numbers_do_not_overflow() {
        let spread = spread([i128::MIN, 0, i128::MAX].map(Place::Whole));
        assert!(spread.bars(DataType::Decimal { precision: 38, scale: 0 }).is_ok());
        assert_eq!(self::spread([7].map(Place::Whole)).bars(DataType::Int64).unwrap().len(), 1);
    }

    #[test]
    fn floats_have_bars_between_their_finite_ends() {
        let spread = spread([0.0, 10.0, f64::INFINITY].map(Place::Float));
        let bars = bars(&spread, DataType::Float64);
        assert_eq!((bars.len(), &bars[0]), (20, &("0".into(), "0.5".into(), 1)));
        assert_eq!(bars[19], ("9.5".into(), "10".into(), 1));
        assert_eq!(spread.ends(DataType::Float64).1, Some("Infinity".into()));
        assert!(self::spread([]).bars(DataType::Float64).unwrap().is_empty());
    }

    #[test]
    fn times_are_written_as_their_type_writes_them() {
        let day = spread([0, 1].map(Place::Whole));
        assert_eq!(bars(&day, DataType::Date)[1], ("1970-01-02".into(), "1970-01-02".into(), 1));
        assert_eq!(spread([1_500_000].map(Place::Whole)).ends(DataType::Timestamp).0, Some("1970-01-01T00:00:01.5Z".into()));
        let cents = DataType::Decimal { precision: 10, scale: 2 };
        assert_eq!(spread([150, -5].map(Place::Whole)).ends(cents), (Some("-0.05".into()), Some("1.50".into())));
    }

    #[test]
    fn decimals_of_any_size_are_ordered_as_numbers_and_texts_as_texts() {
        let ends = |data_type, values: [&str; 3]| {
            let mut spread = Spread::new(false).unwrap();
            values.iter().for_each(|value| spread.add_text(value, data_type));
            spread.ends(data_type)
        };
        assert_eq!(ends(ANY_DECIMAL, ["9", "10", "-3"]), (Some("-3".into()), Some("10".into())));
        assert_eq!(ends(DataType::String, ["9", "10", "-3"]), (Some("-3".into()), Some("9".into())));
        assert_eq!(ends(DataType::Json, ["9", "10", "-3"]), (None, None));
    }
}
