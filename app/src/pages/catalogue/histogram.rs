//! Small pictures of a profile: how the values of a column are spread, and how a number goes from profile to profile.

use leptos::prelude::*;
use model::catalogue::ColumnProfile;

use crate::ui::grouped;
use crate::words::words;

/// The height of a picture in its own units.
const HEIGHT: f64 = 20.0;

/// The bars of a column; nothing where it has none.
pub(super) fn histogram(column: &ColumnProfile) -> Option<AnyView> {
    let say = &words().catalogue_profile;
    let most = column.bars.iter().map(|bar| bar.rows).max().filter(|most| *most > 0)?;
    let (first, last) = (column.bars.first()?, column.bars.last()?);
    let label = if column.masked { (say.spread_masked)(&column.name) } else { (say.spread_of)(&column.name, &first.from, &last.to) };
    let bars = column.bars.iter().enumerate().map(|(place, bar)| {
        let height = height(bar.rows, most);
        let rows = grouped(bar.rows);
        let title = if column.masked { (say.bar_masked)(&rows) } else { (say.bar)(&bar.from, &bar.to, &rows) };
        view! { <g><title>{title}</title><rect x=place y=format!("{:.2}", HEIGHT - height) width="0.85" height=format!("{height:.2}")/></g> }
    });
    let bars = bars.collect_view();
    let room = format!("0 0 {} {HEIGHT}", column.bars.len());
    Some(view! { <svg class="histogram" viewBox=room preserveAspectRatio="none" role="img" aria-label=label>{bars}</svg> }.into_any())
}

/// A bar that has rows can be seen, however few they are.
#[allow(clippy::cast_precision_loss)] // counts in a picture
fn height(rows: i64, most: i64) -> f64 {
    if rows <= 0 { 0.0 } else { (rows as f64 / most as f64 * HEIGHT).max(0.6) }
}

/// A line through the values that are known; nothing where there are fewer than two.
pub(super) fn trend(values: &[Option<f64>], label: String) -> Option<AnyView> {
    let known: Vec<(usize, f64)> = values.iter().enumerate().filter_map(|(place, value)| Some((place, (*value)?))).collect();
    let points = line(&known)?;
    Some(view! { <svg class="trend" viewBox="0 0 64 18" preserveAspectRatio="none" role="img" aria-label=label><polyline points=points></polyline></svg> }.into_any())
}

/// Places over 64 units of width and 18 of height, from zero to the greatest.
#[allow(clippy::cast_precision_loss)] // places in a picture
fn line(known: &[(usize, f64)]) -> Option<String> {
    let (first, last) = (known.first()?.0, known.last()?.0);
    if known.len() < 2 {
        return None;
    }
    let top = known.iter().map(|(_, value)| *value).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let point = |(place, value): &(usize, f64)| {
        let x = (place - first) as f64 / (last - first) as f64 * 64.0;
        format!("{x:.1},{:.1}", 17.0 - value / top * 16.0)
    };
    Some(known.iter().map(point).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_from_edge_to_edge_and_leaves_out_what_is_not_known() {
        assert_eq!(line(&[(2, 0.0), (4, 0.5), (6, 1.0)]).as_deref(), Some("0.0,17.0 32.0,9.0 64.0,1.0"));
        assert_eq!(line(&[(0, 0.0), (1, 0.0)]).as_deref(), Some("0.0,17.0 64.0,17.0"));
        assert_eq!((line(&[(3, 1.0)]), line(&[])), (None, None));
    }

    #[test]
    fn a_bar_with_a_single_row_can_be_seen() {
        assert!(height(1, 1_000_000) > 0.5 && height(0, 5) == 0.0 && (height(5, 5) - HEIGHT).abs() < 1e-9);
    }
}
