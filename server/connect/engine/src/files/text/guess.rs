//! What the cells of a column are, read from its texts: its type, and how its numbers and dates are written.

use model::DataType;
use model::scalar::days;

use super::settings::{DateOrder, Given};
use super::values::{Numbers, Reads, date_of};
use crate::evidence::{Seen, is_number};

/// Words for nothing in columns of other things than texts.
pub(crate) const NOTHING: [&str; 12] = ["NA", "N/A", "n/a", "#N/A", "NULL", "null", "NaN", "nan", "None", "\\N", "-", "."];

/// What the cells of one column were seen to be.
#[derive(Debug, Clone)]
pub(crate) struct Guess {
    plain: Seen,
    /// The same with numbers that are written in other ways.
    styled: Vec<Styled>,
    nothing: usize,
    orders: [(DateOrder, usize); 3],
    true_or_false: usize,
}

/// Numbers as they are written in one way.
#[derive(Debug, Clone)]
struct Styled {
    numbers: Numbers,
    seen: Seen,
    /// How many can be written in no other way.
    certain: usize,
}

impl Guess {
    pub(crate) fn of(given: &Given) -> Self {
        let ways = Numbers::given(given).map_or_else(|| vec![Numbers::COMMA, Numbers::POINT], |numbers| vec![numbers]);
        let styled = ways.into_iter().map(|numbers| Styled { numbers, seen: Seen::default(), certain: 0 }).collect();
        let orders = DateOrder::ALL.map(|order| (order, 0));
        Self { plain: Seen::default(), styled, nothing: 0, orders, true_or_false: 0 }
    }

    /// A cell that is not empty.
    pub(crate) fn add(&mut self, text: &str, given: &Given) {
        let before = self.plain.values - self.nothing;
        self.plain.values += 1;
        if NOTHING.contains(&text) {
            self.nothing += 1;
            return;
        }
        // What not all cells were so far, not all cells are.
        if self.plain.may_be_typed(before) {
            self.plain.add_text(text, true);
        }
        if self.true_or_false == before {
            self.true_or_false += usize::from(text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"));
        }
        if !text.starts_with(|first: char| first.is_ascii_digit() || first == '-') || text.len() > 60 {
            return;
        }
        for Styled { numbers, seen, certain } in self.styled.iter_mut().filter(|styled| styled.seen.numbers == before) {
            if let Some(number) = numbers.plain(text).filter(|number| is_number(number)) {
                seen.add_number(&number);
                *certain += usize::from(!is_number(text) && numbers.is_certain(text));
            }
        }
        for (order, count) in self.orders.iter_mut().filter(|(_, count)| *count == before) {
            let is_wanted = given.dates.is_none_or(|wanted| wanted == *order);
            *count += usize::from(is_wanted && date_of(text, *order).is_some());
        }
    }

    /// How the column is read, with what speaks for it.
    pub(crate) fn verdict(&self, given: &Given) -> (Reads, String) {
        let filled = self.plain.values - self.nothing;
        let text = Reads { data_type: DataType::String, ..Reads::default() };
        if filled == 0 {
            return (text, "empty".to_owned());
        }
        let Some((reads, mut words)) = self.typed(filled, given) else {
            return (text, self.two_orders(filled).unwrap_or_default());
        };
        if self.nothing == 0 {
            return (reads, words);
        }
        if given.nulls.is_some() {
            // Somebody has said which words are nothing, and these are not among them.
            return (text, String::new());
        }
        if !words.is_empty() {
            words.push_str(", ");
        }
        (Reads { words_for_nothing: true, ..reads }, words + "words such as NA are empty")
    }

    /// What so many cells are; nothing where they are texts.
    fn typed(&self, filled: usize, given: &Given) -> Option<(Reads, String)> {
        let of = |seen: &Seen| Some(seen.verdict_of(filled).0).filter(|data_type| *data_type != DataType::String);
        let is_given = Numbers::given(given).is_some();
        for Styled { numbers, seen, certain } in &self.styled {
            let is_taken = is_given || (self.plain.numbers < filled && *certain > 0);
            if seen.numbers == filled && is_taken {
                return Some((Reads { data_type: of(seen)?, numbers: *numbers, ..Reads::default() }, numbers.words()));
            }
        }
        if self.true_or_false == filled {
            return Some((Reads { data_type: DataType::Bool, ..Reads::default() }, String::new()));
        }
        // Where somebody has said how numbers are written, those that are written in another way are none.
        if let Some(data_type) = of(&self.plain).filter(|_| !(is_given && self.plain.numbers == filled)) {
            return Some((Reads { data_type, ..Reads::default() }, String::new()));
        }
        let mut orders = self.orders.iter().filter(|(_, count)| *count == filled);
        match (orders.next(), orders.next()) {
            (Some((order, _)), None) => {
                let reads = Reads { data_type: DataType::Date, dates: Some(*order), ..Reads::default() };
                Some((reads, format!("dates={}", order.word())))
            }
            _ => None,
        }
    }

    /// Dates that could be read in two ways are texts until somebody says which.
    fn two_orders(&self, filled: usize) -> Option<String> {
        let all = self.orders.iter().filter(|(_, count)| *count == filled).count();
        (all > 1).then(|| "dates that could be d/m/y or m/d/y: set dates= to read them".to_owned())
    }
}

/// Whether a text is a date as programs write it.
pub(crate) fn is_iso_date(text: &str) -> bool {
    text.len() == "yyyy-mm-dd".len() && days(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cells: &[&str]) -> (Reads, String) {
        let given = Given::default();
        let mut guess = Guess::of(&given);
        cells.iter().for_each(|cell| guess.add(cell, &given));
        guess.verdict(&given)
    }

    #[test]
    fn a_column_is_what_all_its_cells_are() {
        let decimal = |precision, scale| DataType::Decimal { precision, scale };
        for (cells, data_type) in [
            (&["1", "2"][..], DataType::Int64),
            (&["02134", "94107"], DataType::String),
            (&["1e5", "2E3"], DataType::String),
            (&["+4912345"], DataType::String),
            (&["18446744073709551615", "1"], decimal(20, 0)),
            (&["12345678901234.56", "0.1", "12345678901234567.89"], decimal(38, 2)),
            (&["1.5", "NA", "N/A", "nan"], DataType::Float64),
            (&["x", "NA", "NULL"], DataType::String),
            (&["NA", "NA"], DataType::String),
            (&["true", "FALSE"], DataType::Bool),
            (&["yes", "no"], DataType::String),
            (&["2013-02-01", "2013-12-31"], DataType::Date),
            (&["2013-02-28", "2013-02-30"], DataType::String),
            (&["2013-02-01T10:00:00+02:00"], DataType::Timestamp),
            (&["2013-02-01T10:00:00Z", "2013-02-01T10:00:00.123456789Z"], DataType::String),
            (&["1,50", "2.345,75"], DataType::Float64),
            (&["1,234.5", "2,000,000"], DataType::Float64),
            (&["1,234", "5,678"], DataType::String),
            (&["01/02/2013", "13/02/2013"], DataType::Date),
            (&["01/02/2013", "02/03/2013"], DataType::String),
            (&["10.0.0.1"], DataType::String),
            (&[".097", "-.5", "12"], DataType::Float64),
            (&["5.", "."], DataType::String),
        ] {
            assert_eq!(of(cells).0.data_type, data_type, "{cells:?}");
        }
        assert_eq!(of(&["1,50", "2.345,75"]).1, "decimal=, thousands=.");
        assert_eq!(of(&["13/02/2013"]).0.dates, Some(DateOrder::Dmy));
        assert!(of(&["01/02/2013"]).1.contains("d/m/y or m/d/y"));
        assert!(of(&["1", "NA"]).0.words_for_nothing);
        let given = Given { dates: Some(DateOrder::Dmy), ..Given::default() };
        let mut guess = Guess::of(&given);
        guess.add("01/02/2013", &given);
        assert_eq!(guess.verdict(&given).0.dates, Some(DateOrder::Dmy));
    }
}
