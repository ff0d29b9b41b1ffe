//! The impact list as a table in CSV.

use model::catalogue::AssetPath;
use model::view::ImpactView;

/// A row for each asset that is affected, and one for those of each kind that the reader may not see.
#[must_use]
pub fn impact_as_csv(view: &ImpactView) -> String {
    let mut out = String::from("asset,kind,effect,columns,owner,requests_30_days,route\r\n");
    for item in &view.affected {
        let route: Vec<String> = item.route.iter().map(|step| step.as_ref().map_or_else(|| "?".to_owned(), AssetPath::to_string)).collect();
        let cells = [
            item.path.to_string(),
            item.path.kind().key().to_owned(),
            item.effect.key().to_owned(),
            item.columns.join(" "),
            item.owner.clone().unwrap_or_default(),
            item.requests.map(|requests| requests.to_string()).unwrap_or_default(),
            route.join(" > "),
        ];
        row(&mut out, &cells);
    }
    for hidden in &view.hidden {
        let kind = hidden.kind.key().to_owned();
        let told = format!("{} more that you may not see", hidden.count);
        row(&mut out, &[told, kind, String::new(), String::new(), String::new(), String::new(), String::new()]);
    }
    out
}

fn row(out: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

/// A cell as all programs read it. What a spreadsheet would take for a formula is a text: names are of people and of sources.
fn quoted(cell: &str) -> String {
    let cell = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\r', '\n', '\'']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
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
             api:t/late,api,indirect,\"'=1+1 y\",ann@demo,7,\"table:db/a,b > ? > api:t/late\"\r\n\
             2 more that you may not see,app,,,,,\r\n"
        );
    }
}
