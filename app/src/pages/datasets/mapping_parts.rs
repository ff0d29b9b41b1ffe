//! A mapping as the rows of its form, and back: what nobody touches comes out as it went in, in the same order.

use model::DataType;
use model::mapping::{Made, Mapping, Mask, Of};
use model::table::{Column, TableInfo};

use crate::words::words;

/// One column of the table, while it is decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OfTable {
    pub(super) column: Column,
    pub(super) copied: bool,
    pub(super) name: String,
    pub(super) to: Option<DataType>,
    /// A mask's key, or nothing.
    pub(super) mask: String,
    /// Where the mapping makes it, if it does.
    place: Option<usize>,
    /// The mapping makes it just as it is.
    is_plain: bool,
}

/// What a column of one's own is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    #[default]
    Expression,
    Constant,
    /// Another copy of a column of the table, or one of a column that the table has no more.
    Column,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Expression, Self::Constant, Self::Column];

    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Expression => "expression",
            Self::Constant => "constant",
            Self::Column => "column",
        }
    }

    pub(super) fn words(self) -> &'static str {
        let say = &words().datasets_mapping;
        match self {
            Self::Expression => say.expression,
            Self::Constant => say.constant,
            Self::Column => say.copied_column,
        }
    }

    pub(super) fn from_key(key: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.key() == key).unwrap_or_default()
    }
}

/// A column of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Own {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) text: String,
    pub(super) to: Option<DataType>,
    mask: String,
    place: Option<usize>,
}

/// Which row of the form makes a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Table(usize),
    Own(usize),
}

impl OfTable {
    fn of(column: &Column, mapping: &Mapping) -> Self {
        let place = mapping.columns.iter().position(|made| matches!(&made.of, Of::Column(of) if *of == column.name));
        let made = place.map(|place| &mapping.columns[place]);
        let mut row = Self {
            column: column.clone(),
            copied: made.is_some() || mapping.copies(&column.name),
            name: made.map_or_else(|| column.name.clone(), |made| made.name.clone()),
            to: made.and_then(|made| made.to),
            mask: made.and_then(|made| made.mask).map_or("", Mask::key).to_owned(),
            place,
            is_plain: false,
        };
        row.is_plain = made.is_some() && row.made().is_none();
        row
    }

    /// Nothing where it is copied as it is.
    fn made(&self) -> Option<Made> {
        let made = Made {
            name: self.name.trim().to_owned(),
            of: Of::Column(self.column.name.clone()),
            to: self.to,
            mask: Mask::from_key(&self.mask),
        };
        let same = made.name == self.column.name && made.to.is_none() && made.mask.is_none();
        (self.copied && (!same || self.is_plain)).then_some(made)
    }
}

impl Own {
    fn of(place: usize, made: &Made) -> Self {
        let (kind, text) = match &made.of {
            Of::Constant(value) => (Kind::Constant, value),
            Of::Expression(sql) => (Kind::Expression, sql),
            Of::Column(column) => (Kind::Column, column),
        };
        let mask = made.mask.map_or("", Mask::key).to_owned();
        Self { name: made.name.clone(), kind, text: text.clone(), to: made.to, mask, place: Some(place) }
    }

    fn made(&self) -> Made {
        let of = match self.kind {
            Kind::Constant => Of::Constant(self.text.clone()),
            Kind::Expression => Of::Expression(self.text.trim().to_owned()),
            Kind::Column => Of::Column(self.text.trim().to_owned()),
        };
        Made { name: self.name.trim().to_owned(), of, to: self.to, mask: Mask::from_key(&self.mask) }
    }
}

/// The rows of a form of a mapping: of the table's columns, and of columns of one's own.
pub(super) fn rows_of(table: &TableInfo, mapping: &Mapping) -> (Vec<OfTable>, Vec<Own>) {
    let columns: Vec<OfTable> = table.columns.iter().map(|column| OfTable::of(column, mapping)).collect();
    // What a column of the table stands for already is not made twice.
    let shown = |place: usize| columns.iter().any(|column| column.place == Some(place));
    let own = mapping.columns.iter().enumerate().filter(|(place, _)| !shown(*place)).map(|(place, made)| Own::of(place, made)).collect();
    (columns, own)
}

/// What is made, with the row that makes it: in the mapping's own order, and after that what is new, as it stands in the form.
pub(super) fn made_by(columns: &[OfTable], own: &[Own]) -> Vec<(Slot, Made)> {
    let of_table = columns.iter().enumerate().filter_map(|(row, column)| Some((column.place, Slot::Table(row), column.made()?)));
    let own = own.iter().enumerate().map(|(row, own)| (own.place, Slot::Own(row), own.made()));
    let mut all: Vec<(Option<usize>, Slot, Made)> = of_table.chain(own).collect();
    all.sort_by_key(|(place, ..)| place.unwrap_or(usize::MAX));
    all.into_iter().map(|(_, slot, made)| (slot, made)).collect()
}

/// The columns that are not copied. `before` is what the mapping left out when the form was opened: it keeps its order, and
/// what the table does not have.
pub(super) fn left_out(columns: &[OfTable], made: &[(Slot, Made)], before: &[String]) -> Vec<String> {
    let of_table = |name: &str| columns.iter().find(|column| column.column.name == name);
    let stays = before.iter().filter(|name| of_table(name).is_none_or(|column| !column.copied)).cloned();
    let mut out: Vec<String> = stays.collect();
    // A column whose name another one has taken is not copied, and need not be left out as well.
    let is_taken = |name: &str| made.iter().any(|(_, made)| made.name == name);
    let new = columns.iter().filter(|column| !column.copied).map(|column| &column.column.name);
    for name in new {
        if !out.contains(name) && !is_taken(name) {
            out.push(name.clone());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> TableInfo {
        let column = |name: &str| Column { name: name.into(), data_type: DataType::String, nullable: true, native: String::new() };
        TableInfo { columns: ["id", "phone", "amount", "city"].map(column).to_vec(), ..TableInfo::default() }
    }

    fn made(name: &str, of: Of) -> Made {
        Made { name: name.into(), of, to: None, mask: None }
    }

    fn back(columns: &[OfTable], own: &[Own], before: &Mapping) -> Mapping {
        let made = made_by(columns, own);
        let left_out = left_out(columns, &made, &before.left_out);
        Mapping { columns: made.into_iter().map(|(_, made)| made).collect(), left_out, ..Mapping::default() }
    }

    /// Plain copies, a second copy, a computed column before one of the table, a name that is taken, and what the table has no more.
    fn mapping() -> Mapping {
        Mapping {
            columns: vec![
                made("city", Of::Expression("upper(city)".into())),
                made("phone", Of::Column("phone".into())),
                Made { mask: Some(Mask::Hash), ..made("secret", Of::Column("amount".into())) },
                made("again", Of::Column("amount".into())),
                made("old", Of::Column("gone".into())),
                made("region", Of::Constant(" EU".into())),
            ],
            left_out: vec!["lost".into(), "id".into()],
            ..Mapping::default()
        }
    }

    #[test]
    fn a_form_that_nobody_touches_gives_the_same_mapping() {
        for mapping in [mapping(), Mapping::default()] {
            let (columns, own) = rows_of(&table(), &mapping);
            assert_eq!(back(&columns, &own, &mapping), mapping);
        }
    }

    #[test]
    fn plain_columns_are_no_computed_ones() {
        let (columns, own) = rows_of(&table(), &mapping());
        let kinds: Vec<(&str, Kind)> = own.iter().map(|own| (own.name.as_str(), own.kind)).collect();
        let wanted = [("city", Kind::Expression), ("again", Kind::Column), ("old", Kind::Column), ("region", Kind::Constant)];
        assert_eq!(kinds, wanted);
        assert!(columns.iter().all(|column| column.copied == ["phone", "amount"].contains(&column.column.name.as_str())));
    }

    #[test]
    fn what_is_changed_stays_in_its_place_and_what_is_new_comes_last() {
        let mapping = mapping();
        let (mut columns, mut own) = rows_of(&table(), &mapping);
        columns[0].copied = true;
        columns[0].name = "number".into();
        columns[1].copied = false;
        own.remove(1);
        own.push(Own { name: "more".into(), text: "1".into(), kind: Kind::Constant, ..Own::default() });
        let changed = back(&columns, &own, &mapping);
        let names: Vec<&str> = changed.columns.iter().map(|made| made.name.as_str()).collect();
        assert_eq!(names, ["city", "secret", "old", "region", "number", "more"]);
        assert_eq!(changed.left_out, ["lost", "phone"]);
        let slots: Vec<Slot> = made_by(&columns, &own).into_iter().map(|(slot, _)| slot).collect();
        assert_eq!(slots[..3], [Slot::Own(0), Slot::Table(2), Slot::Own(1)]);
    }
}
