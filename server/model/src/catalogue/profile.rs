//! The profile of a table or a dataset: how many rows it has, and of each column how many values are missing, how many differ, the
//! least and the greatest, the most frequent ones, and how they are spread. Made of a sample of rows; the profile says which.

use serde::{Deserialize, Serialize};

use crate::DataType;
use crate::clock::Millis;
use crate::number::grouped;

/// Rows that a profile reads at most.
pub const MAX_PROFILE_ROWS: u32 = 100_000;
/// Values of a column that are named as its most frequent.
pub const TOP_VALUES: usize = 10;
/// Bars of a histogram.
pub const HISTOGRAM_BARS: usize = 20;
/// Profiles that are remembered of one table or dataset.
pub const REMEMBERED_PROFILES: i64 = 60;

/// How the rows of a profile were chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SampleKind {
    /// All rows that there are.
    All,
    /// The first rows in the order of the source.
    First,
    /// Rows of random pages of the table, as the database samples it (`TABLESAMPLE`).
    RandomPages,
    /// Every so-many-th row.
    EveryNth,
}

/// What ended the reading before as many rows were read as were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CutBy {
    /// A profile takes 5 seconds at most.
    Time,
    /// A profile reads 256 MiB at most.
    Bytes,
}

/// The rows that a profile was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProfileSample {
    pub kind: SampleKind,
    /// Rows that were read.
    pub rows: i64,
    /// Rows of the table: counted where all were read, else about as many, and nothing where nobody knows.
    pub of: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_by: Option<CutBy>,
}

impl ProfileSample {
    /// `the first 100,000 rows of about 3,400,000`.
    #[must_use]
    pub fn words(&self) -> String {
        let rows = grouped(self.rows);
        let chosen = match self.kind {
            SampleKind::All => return format!("all {rows} rows"),
            SampleKind::First => format!("the first {rows} rows"),
            SampleKind::RandomPages => format!("{rows} rows of random pages"),
            SampleKind::EveryNth => format!("{rows} rows, spread evenly"),
        };
        let of = self.of.map_or_else(String::new, |of| format!(", of about {}", grouped(of)));
        let cut = match self.cut_by {
            None => "",
            Some(CutBy::Time) => "; reading ended after 5 s",
            Some(CutBy::Bytes) => "; reading ended after 256 MiB",
        };
        format!("{chosen}{of}{cut}")
    }
}

/// One of the most frequent values of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TopValue {
    /// Cut to 200 characters.
    pub value: String,
    /// Rows of the sample that have it, at the least.
    pub rows: i64,
}

/// One bar of a histogram: the values from one to before the next bar, and in the last bar up to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Bar {
    pub from: String,
    pub to: String,
    /// About how many rows of the sample.
    pub rows: i64,
}

/// What a sample says of one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ColumnProfile {
    pub name: String,
    #[serde(rename = "type")]
    pub data_type: DataType,
    pub nulls: i64,
    /// Cells that cannot be read as the column's type; they are none of the nulls.
    #[serde(skip_serializing_if = "is_none")]
    pub unreadable: i64,
    /// Different values in the sample.
    pub distinct: i64,
    /// They were counted; without this, they are estimated, with an error of about 1.6 %.
    pub distinct_exact: bool,
    /// Nothing where the column has no order, or no values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub greatest: Option<String>,
    /// The most frequent first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub top: Vec<TopValue>,
    /// Of numbers and times.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bars: Vec<Bar>,
    /// A tag masks the column: no value of it is shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub masked: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the shape that serde asks for
fn is_none(count: &i64) -> bool {
    *count == 0
}

/// The profile of a table or a dataset at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TableProfile {
    pub sample: ProfileSample,
    /// In the order of the table.
    pub columns: Vec<ColumnProfile>,
    /// Of a dataset: the number of the dataset version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    pub took_ms: i64,
}

impl TableProfile {
    /// What is remembered of it once there is a newer one.
    #[must_use]
    pub fn figures(&self) -> ProfileFigures {
        let of = |column: &ColumnProfile| ColumnFigures { name: column.name.clone(), nulls: column.nulls, distinct: column.distinct };
        let columns = self.columns.iter().map(of).collect();
        ProfileFigures { sampled: self.sample.rows, rows: self.sample.of, version: self.version, columns }
    }
}

/// The numbers of a profile, without any value of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ProfileFigures {
    /// Rows that were read.
    pub sampled: i64,
    /// Rows of the table, where they are known.
    pub rows: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    pub columns: Vec<ColumnFigures>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ColumnFigures {
    pub name: String,
    pub nulls: i64,
    pub distinct: i64,
}

/// How the rows of a table came about, and the nulls and different values of its columns, from profile to profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProfileTrend {
    pub points: Vec<TrendPoint>,
    pub columns: Vec<ColumnTrend>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrendPoint {
    pub at: Millis,
    pub version: Option<i64>,
    pub rows: Option<i64>,
}

/// One column over the points of its [`ProfileTrend`]; nothing at a point where it was not there, or nothing was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ColumnTrend {
    pub name: String,
    /// Parts of the rows that were read, from 0 to 1.
    pub null_shares: Vec<Option<f64>>,
    pub distinct_shares: Vec<Option<f64>>,
}

/// The trends of profiles, the oldest first. The columns are those of the newest one.
#[must_use]
pub fn profile_trend(profiles: &[(Millis, ProfileFigures)]) -> ProfileTrend {
    let points = profiles.iter().map(|(at, figures)| TrendPoint { at: *at, version: figures.version, rows: figures.rows }).collect();
    let newest = profiles.last().map(|(_, figures)| figures.columns.as_slice()).unwrap_or_default();
    let columns = newest.iter().enumerate().map(|(place, column)| column_trend(&column.name, place, profiles)).collect();
    ProfileTrend { points, columns }
}

fn column_trend(name: &str, place: usize, profiles: &[(Millis, ProfileFigures)]) -> ColumnTrend {
    let mut trend = ColumnTrend { name: name.to_owned(), null_shares: Vec::new(), distinct_shares: Vec::new() };
    for (_, figures) in profiles {
        // Columns seldom move: looking at the same place first keeps tables of many columns quick.
        let same_place = figures.columns.get(place).filter(|column| column.name == name);
        let column = same_place.or_else(|| figures.columns.iter().find(|column| column.name == name));
        let column = column.filter(|_| figures.sampled > 0);
        trend.null_shares.push(column.map(|column| share(column.nulls, figures.sampled)));
        trend.distinct_shares.push(column.map(|column| share(column.distinct, figures.sampled)));
    }
    trend
}

#[allow(clippy::cast_precision_loss)] // a part of at most 100,000 rows
fn share(part: i64, of: i64) -> f64 {
    (part as f64 / of as f64).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_told_with_how_it_was_chosen() {
        let sample = |kind, of, cut_by| ProfileSample { kind, rows: 100_000, of, cut_by }.words();
        assert_eq!(sample(SampleKind::All, Some(100_000), None), "all 100,000 rows");
        assert_eq!(sample(SampleKind::First, None, None), "the first 100,000 rows");
        assert_eq!(sample(SampleKind::RandomPages, Some(3_400_000), None), "100,000 rows of random pages, of about 3,400,000");
        let cut = sample(SampleKind::EveryNth, Some(200_000), Some(CutBy::Time));
        assert_eq!(cut, "100,000 rows, spread evenly, of about 200,000; reading ended after 5 s");
    }

    #[test]
    fn trends_follow_the_columns_of_the_newest_profile_by_name() {
        let column = |name: &str, nulls, distinct| ColumnFigures { name: name.into(), nulls, distinct };
        let of = |sampled, columns| ProfileFigures { sampled, rows: Some(sampled * 2), version: None, columns };
        let profiles = [
            (10, of(10, vec![column("a", 1, 10), column("gone", 0, 1)])),
            (20, of(0, vec![column("a", 0, 0)])),
            (30, of(20, vec![column("new", 20, 0), column("a", 5, 30)])),
        ];
        let trend = profile_trend(&profiles);
        assert_eq!(
            trend.points.iter().map(|point| (point.at, point.rows)).collect::<Vec<_>>(),
            [(10, Some(20)), (20, Some(0)), (30, Some(40))]
        );
        assert_eq!(trend.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["new", "a"]);
        assert_eq!(trend.columns[0].null_shares, [None, None, Some(1.0)]);
        assert_eq!(trend.columns[1].null_shares, [Some(0.1), None, Some(0.25)]);
        // An estimate may be above what there is.
        assert_eq!(trend.columns[1].distinct_shares, [Some(1.0), None, Some(1.0)]);
    }

    #[test]
    fn what_is_remembered_has_no_value_of_a_row() {
        let top = vec![TopValue { value: "secret".into(), rows: 3 }];
        let column = ColumnProfile { name: "a".into(), top, least: Some("secret".into()), ..ColumnProfile::default() };
        let sample = ProfileSample { kind: SampleKind::All, rows: 3, of: Some(3), cut_by: None };
        let profile = TableProfile { sample, columns: vec![column], version: Some(2), took_ms: 1 };
        let text = serde_json::to_string(&profile.figures()).unwrap();
        assert!(!text.contains("secret") && text.contains("\"version\":2"), "{text}");
    }
}
