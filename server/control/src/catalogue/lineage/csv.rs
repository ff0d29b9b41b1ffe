//! The impact list as a table in CSV.

use csv::{Terminator, WriterBuilder};
use model::catalogue::AssetPath;
use model::view::ImpactView;

const HEAD: [&str; 7] = ["asset", "kind", "effect", "columns", "owner", "requests_30_days", "route"];

/// A row for each asset that is affected, and one for those of each kind that the reader may not see.
#[must_use]
pub fn impact_as_csv(view: &ImpactView) -> String {
    let mut rows = vec![HEAD.map(str::to_owned)];
    for item in &view.affected {
        let route: Vec<String> = item.route.iter().map(|step| step.as_ref().map_or_else(|| "?".to_owned(), AssetPath::to_string)).collect();
        rows.push([
            item.path.to_string(),
            item.path.kind().key().to_owned(),
            item.effect.key().to_owned(),
            item.columns.join(" "),
            item.owner.clone().unwrap_or_default(),
            item.requests.map(|requests| requests.to_string()).unwrap_or_default(),
            route.join(" > "),
        ]);
    }
    for hidden in &view.hidden {
        let told = format!("{} more that you may not see", hidden.count);
        let mut row = <[String; 7]>::default();
        (row[0], row[1]) = (told, hidden.kind.key().to_owned());
        rows.push(row);
    }
    let mut out = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    for row in &rows {
        // Into memory, and each row has as many cells.
        let _ = out.write_record(row.iter().map(|cell| as_text(cell)));
    }
    String::from_utf8(out.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// What a spreadsheet would take for a formula is a text: names are of people and of sources.
fn as_text(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use model::catalogue::AssetKind;
    use model::catalogue::impact::Effect;
    use model::view::{ImpactHidden, ImpactItem};

    use super::*;

    #[test]
    fn a_row_is_an_asset_and_nothing_in_it_is_a_formula() {
        let (table, api) = (AssetPath::Table { source: "db".into(), table: "a,b".into() }, AssetPath::api("t", "late"));
        let item = ImpactItem {
            path: api.clone(),
            effect: Effect::Indirect,
            columns: vec!["=1+1".into(), "y".into()],
            owner: Some("ann@demo".into()),
            requests: Some(7),
            route: vec![Some(table.clone()), None, Some(api)],
        };
        let view =
            ImpactView { asset: table, affected: vec![item], hidden: vec![ImpactHidden { kind: AssetKind::App, count: 2 }], is_cut: false };
        assert_eq!(
            impact_as_csv(&view),
            "asset,kind,effect,columns,owner,requests_30_days,route\r\n\
             api:t/late,api,indirect,'=1+1 y,ann@demo,7,\"table:db/a,b > ? > api:t/late\"\r\n\
             2 more that you may not see,app,,,,,\r\n"
        );
    }
}
