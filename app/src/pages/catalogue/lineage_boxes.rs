//! The boxes of lineage: what each says, and where it leads.

use model::catalogue::{AssetKind, AssetPath, asset_of};
use model::view::LineageBox;

use super::at::At;
use super::lineage_asked::LineageAsked;
use super::lineage_page::Page;
use super::marks::kind_name;
use super::tab::AssetTab;
use crate::asset_address::{asset_icon, asset_title};
use crate::ui::lineage_graph::{BoxLook, DrawnBox, GraphLink};
use crate::words::words;

impl Page<'_> {
    pub(super) fn drawn_box(&self, one: &LineageBox) -> DrawnBox {
        let say = &words().catalogue_lineage;
        let lane = kind_name(one.kind);
        let Some(path) = &one.path else {
            let name = (say.veiled)(one.count, lane);
            return DrawnBox { icon: "lock", name, note: say.veiled_about.into(), look: BoxLook::Veiled, lane, ..DrawnBox::default() };
        };
        let title = asset_title(path);
        let is_center = path == asset_of(self.asset());
        let look = match (is_center, one.is_on, self.view.query.to.is_some() && !self.view.has_no_path) {
            (true, ..) => BoxLook::Center,
            (_, true, _) => BoxLook::On,
            (_, false, true) => BoxLook::Dim,
            (_, false, false) => BoxLook::Plain,
        };
        let note = note(one);
        let label = (say.box_label)(&title, lane, &note);
        let link = if is_center {
            GraphLink { to: At::address(path, AssetTab::Overview), label: (say.center)(&label), text: String::new() }
        } else {
            GraphLink { to: self.to(|asked| asked.to = path.to_string()), label: (say.highlight)(&label), text: String::new() }
        };
        DrawnBox {
            icon: asset_icon(one.kind),
            name: path_name(path),
            note,
            look,
            has_gaps: !one.gaps.is_empty(),
            link: Some(link),
            more_up: self.more(one.more_up, &(say.more_up)(one.more_up, &title), |asked| asked.more_up.push(path.to_string())),
            more_down: self.more(one.more_down, &(say.more_down)(one.more_down, &title), |asked| asked.more_down.push(path.to_string())),
            columns_link: one.kind.has_columns().then(|| self.columns_link(path, &title)),
            columns: one.columns.iter().map(|column| (column_link(path, &column.name, &title), column.is_on)).collect(),
            columns_note: if one.more_columns > 0 { (say.more_columns)(one.more_columns) } else { String::new() },
            lane,
        }
    }

    fn more(&self, count: u32, label: &str, open: impl FnOnce(&mut LineageAsked)) -> Option<GraphLink> {
        (count > 0).then(|| GraphLink { to: self.to(open), label: label.to_owned(), text: format!("+{count}") })
    }

    fn columns_link(&self, path: &AssetPath, title: &str) -> GraphLink {
        let say = &words().catalogue_lineage;
        let text = path.to_string();
        let is_open = self.asked.columns.contains(&text);
        let (sign, label) = if is_open { ("−", (say.hide_columns)(title)) } else { ("+", (say.show_columns)(title)) };
        let to = self.to(|asked| {
            if is_open {
                asked.columns.retain(|known| *known != text);
            } else {
                asked.columns.push(text.clone());
            }
        });
        GraphLink { to, label, text: format!("{sign} {}", say.columns) }
    }
}

/// In the box of a table its source stands above it already.
fn path_name(path: &AssetPath) -> String {
    match path.kind() {
        AssetKind::Table | AssetKind::Source => path.name().to_owned(),
        _ => asset_title(path),
    }
}

/// The owner, or how much is asked of an app.
fn note(one: &LineageBox) -> String {
    let say = &words().catalogue_lineage;
    if one.is_missing {
        return say.missing.to_owned();
    }
    match (one.kind, one.requests, &one.owner) {
        (AssetKind::App, Some(requests), _) => (say.requests_short)(requests),
        (_, _, Some(owner)) => owner.clone(),
        _ => say.no_owner.to_owned(),
    }
}

fn column_link(path: &AssetPath, column: &str, title: &str) -> GraphLink {
    let say = &words().catalogue_lineage;
    let to = At::address(&path.column(column), AssetTab::Lineage);
    GraphLink { to, label: (say.column_label)(column, title), text: column.to_owned() }
}
