//! Figures over time: charts, lists, sparklines, and what happened meanwhile.
//!
//! `observe` says what stored chunks mean, and `store::SeriesStore` has them. Here is who may see them, which of them a chart needs
//! ([`figures`] and its caches), and which value each metric has ([`values`]).

mod access;
#[cfg(test)]
mod agreement;
mod alert_marks;
mod chart;
mod compare;
mod compute;
mod counted;
mod csv;
mod degradations;
mod diagnosis;
mod figures;
mod marks;
mod overview;
mod points;
mod range;
#[cfg(test)]
mod samples;
mod slice;
mod slices;
mod sparklines;
mod top;
mod values;

pub use csv::chart_as_csv;
pub(crate) use figures::Figures;
