//! The lineage of an asset, drawn on the server: what is shown and how, the drawing or the list, what is not known, and what is affected.

use control::{Caller, Control};
use model::catalogue::AssetPath;
use model::view::LineageQuery;
use model::{Action, Problem};

use super::lineage_asked::LineageAsked;
use super::lineage_impact::impact_card;
use super::lineage_list::{list, spoken};
use super::lineage_page::Page;
use super::lineage_tools::legend;
use crate::asset_address::asset_title;
use crate::ui::chart::Element;
use crate::ui::lineage_graph::{ColumnLine, DrawnBox, DrawnLine, lineage_graph};
use crate::words::words;

pub(super) async fn drawn(control: &Control, caller: &Caller, path: &AssetPath, asked: &LineageAsked) -> Result<String, Problem> {
    let view = control.lineage(caller, &query(path, asked)).await?;
    let impact = control.impact(caller, path).await?;
    let sql = match path {
        AssetPath::Api { domain, .. } | AssetPath::Dataset { domain, .. } if caller.can(Action::SeeSql, domain) => {
            control.lineage_sql(caller, path).await?
        }
        _ => Vec::new(),
    };
    let page = Page { view: &view, asked };
    let texts = sql.into_iter().map(|sql| {
        let code = Element::new("pre").class("code").set("tabindex", 0).with(Element::new("code").text(&sql.sql));
        let summary = Element::new("summary").text(&(words().catalogue_lineage.sql_of)(&sql.of));
        Element::new("details").class("card card-pad").with(summary).with(code)
    });
    let all = Element::new("div").class("stack-6").with(page.card()).with_all(page.gaps()).with(impact_card(&impact)).with_all(texts);
    Ok(all.into_html())
}

/// What cannot be read of an address is not asked for.
fn query(path: &AssetPath, asked: &LineageAsked) -> LineageQuery {
    let paths = |texts: &[String]| -> Vec<AssetPath> { texts.iter().filter_map(|text| text.parse().ok()).collect() };
    LineageQuery {
        up: asked.up.unwrap_or(1),
        down: asked.down.unwrap_or(1),
        up_of: paths(&asked.more_up),
        down_of: paths(&asked.more_down),
        columns_of: paths(&asked.columns),
        to: asked.to.parse().ok(),
        find: asked.find.clone(),
        ..LineageQuery::of(path.clone())
    }
}

impl Page<'_> {
    fn card(&self) -> Element {
        let say = &words().catalogue_lineage;
        let name = asset_title(self.asset());
        let card = Element::new("section").class("card clip").set("id", "lineage").with(self.tools());
        let card = card.with_all(self.found()).with_all(self.path());
        let is_alone = self.view.boxes.len() < 2;
        let body = if is_alone { vec![Element::new("p").class("card-pad t-2 s13").text(say.none)] } else { self.body(&name) };
        let notes = self.view.is_cut.then(|| Element::new("span").text(say.cut));
        card.with_all(body).with(Element::new("div").class("card-foot").with_all(legend()).with_all(notes))
    }

    /// The drawing with the list behind it, which takes its place on a phone; or the list alone.
    fn body(&self, name: &str) -> Vec<Element> {
        let listed = list(self.view);
        if self.asked.list {
            return vec![listed];
        }
        let boxes: Vec<DrawnBox> = self.view.boxes.iter().map(|one| self.drawn_box(one)).collect();
        let place = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let lines: Vec<DrawnLine> = self
            .view
            .links
            .iter()
            .map(|link| DrawnLine { from: place(link.from), to: place(link.to), is_indirect: link.is_indirect, is_on: link.is_on })
            .collect();
        let columns: Vec<ColumnLine> = self
            .view
            .column_links
            .iter()
            .map(|link| ColumnLine {
                from: (place(link.from), link.from_column.map(place)),
                to: (place(link.to), link.to_column.map(place)),
                is_indirect: link.how.is_indirect(),
                is_on: link.is_on,
            })
            .collect();
        let graph = lineage_graph(&(words().catalogue_lineage.graph)(name), &boxes, &lines, &columns);
        let drawing = Element::new("div").class("lineage-drawing").with(graph).with(spoken(self.view));
        vec![drawing, Element::new("div").class("lineage-list").with(listed)]
    }

    /// What cannot be told, with where.
    fn gaps(&self) -> Option<Element> {
        let say = &words().catalogue_lineage;
        let gaps = &self.view.unknown;
        let items = gaps.iter().map(|gap| {
            let place = Element::new("b").text(&asset_title(&gap.place));
            Element::new("li").with(place).text(": ").text(&gap.reason)
        });
        let list = Element::new("ul").class("bullets s13").with_all(items);
        let about = Element::new("p").class("t-2 s13").text(say.unknown_about);
        let card = Element::new("section").class("card card-pad stack-2").set("id", "unknown");
        (!gaps.is_empty()).then(|| card.with(Element::new("h2").text(say.unknown)).with(about).with(list))
    }
}
