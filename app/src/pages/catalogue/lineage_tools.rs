//! What stands above the drawing of lineage: how much of it is shown, the search in it, and the path that is highlighted.

use model::catalogue::asset_of;
use model::view::MAX_LINEAGE_STEPS;

use super::at::At;
use super::lineage_asked::LineageAsked;
use super::lineage_page::Page;
use super::marks::kind_name;
use super::tab::AssetTab;
use crate::asset_address::asset_title;
use crate::ui::chart::Element;
use crate::words::words;

impl Page<'_> {
    pub(super) fn tools(&self) -> Element {
        let say = &words().catalogue_lineage;
        let (up, down) = (self.view.query.up, self.view.query.down);
        let upstream = self.steps(say.upstream, up, |asked, steps| asked.up = Some(steps));
        let downstream = self.steps(say.downstream, down, |asked, steps| asked.down = Some(steps));
        let shown = Element::new("span").class("small t-3 tn nowrap").text(&(say.shown)(self.view.shown, self.view.of));
        let choice = |list: bool, text: &str| {
            let link = Element::new("a").set("href", self.to(|asked| asked.list = list)).text(text);
            if self.asked.list == list { link.set("aria-current", "true") } else { link }
        };
        let views = Element::new("span").class("seg").set("role", "group").set("aria-label", say.view);
        let views = views.with(choice(false, say.as_drawing)).with(choice(true, say.as_list));
        let end = Element::new("span").class("end").with(shown).with(views);
        Element::new("div")
            .class("card-head wrap-phone")
            .set("role", "group")
            .set("aria-label", say.controls)
            .with(upstream)
            .with(downstream)
            .with(self.search())
            .with(end)
    }

    fn steps(&self, name: &str, steps: u32, set: fn(&mut LineageAsked, u32)) -> Element {
        let say = &words().catalogue_lineage;
        let step = |text: &str, label: &str, to: Option<u32>| {
            let label = format!("{name}: {label}");
            match to {
                Some(to) => Element::new("a").set("href", self.to(|asked| set(asked, to))).set("aria-label", label).text(text),
                None => Element::new("span").set("aria-hidden", "true").text(text),
            }
        };
        let stepper = Element::new("span")
            .class("stepper")
            .with(step("−", say.fewer, steps.checked_sub(1)))
            .with(Element::new("b").text(&steps.to_string()))
            .with(step("+", say.more, (steps < MAX_LINEAGE_STEPS).then_some(steps + 1)));
        Element::new("span").class("row s13 t-2").text(name).with(stepper)
    }

    /// A form that the browser sends by itself: its fields are the address.
    fn search(&self) -> Element {
        let say = &words().catalogue_lineage;
        let address = At::address(self.asset(), AssetTab::Lineage);
        let action = address.split('?').next().unwrap_or_default().to_owned();
        let hidden = |name: &str, value: &str| Element::new("input").set("type", "hidden").set("name", name).set("value", value);
        let kept = self.asked.with(|asked| asked.find.clear());
        let fields = kept.pairs().into_iter().map(|(name, value)| hidden(name, &value));
        let field = Element::new("input").class("input input-sm").set("type", "search").set("name", "find").set("value", &self.asked.find);
        let field = field.set("placeholder", say.find_example).set("aria-label", say.find).set("maxlength", 200);
        let send = Element::new("button").class("btn btn-sm").set("type", "submit").text(say.search);
        Element::new("form")
            .class("row")
            .set("method", "get")
            .set("action", action)
            .set("role", "search")
            .with(hidden("tab", AssetTab::Lineage.key()))
            .with_all(fields)
            .with(field)
            .with(send)
    }

    /// What the words have found; each leads to its path.
    pub(super) fn found(&self) -> Option<Element> {
        let say = &words().catalogue_lineage;
        if self.asked.find.trim().is_empty() {
            return None;
        }
        let found = &self.view.found;
        let count = if found.is_empty() { say.found_none.to_owned() } else { (say.found)(found.len()) };
        let items = found.iter().map(|one| {
            let to = self.to(|asked| asked.to = one.path.to_string());
            let side = if one.is_before { say.found_before } else { say.found_behind };
            let note = Element::new("span").class("t-3 small").text(&format!("{}, {side}", kind_name(one.path.kind())));
            Element::new("li").with(Element::new("a").set("href", to).text(&asset_title(&one.path))).text(" ").with(note)
        });
        let list = Element::new("ul").class("bullets s13").with_all(items);
        Some(
            Element::new("div")
                .class("card-pad stack-2")
                .set("role", "status")
                .with(Element::new("p").class("s13").text(&count))
                .with(list),
        )
    }

    /// Which path is highlighted.
    pub(super) fn path(&self) -> Option<Element> {
        let say = &words().catalogue_lineage;
        let to = self.view.query.to.as_ref()?;
        let (from, name) = (asset_title(asset_of(self.asset())), asset_title(to));
        let text = if self.view.has_no_path { (say.no_path)(&name) } else { (say.path_to)(&from, &name) };
        let clear = Element::new("a").set("href", self.to(|asked| asked.to.clear())).text(say.clear_path);
        let open = Element::new("a").set("href", At::address(to, AssetTab::Lineage)).text(&(say.open)(&name));
        let line = Element::new("p").class("row s13").set("role", "status").with(Element::new("span").text(&text)).with(open).with(clear);
        Some(Element::new("div").class("card-pad").with(line))
    }
}

/// What each kind of lines means.
pub(super) fn legend() -> Vec<Element> {
    let say = &words().catalogue_lineage;
    let key = |class: &str, text: &str| {
        let sample = Element::new("path").class(class).set("d", "M1 4h26");
        let svg = Element::new("svg").class("lineage-key").set("viewBox", "0 0 28 8").set("aria-hidden", "true").with(sample);
        Element::new("span").class("row").with(svg).text(text)
    };
    vec![
        key("edge", say.direct),
        key("edge edge-indirect", say.indirect),
        key("edge edge-on", say.highlighted),
        key("edge edge-veil", say.hidden),
    ]
}
