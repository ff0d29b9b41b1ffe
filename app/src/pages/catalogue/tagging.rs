//! What is tagged, read out of forms and put together for their pages.

use control::catalogue::Tagging;
use control::{Caller, Control};
use model::catalogue::{AssetFilter, AssetKind, AssetPath, AssetSelection};
use model::{Action, ErrorCode, Problem};

use super::bulk_query::BulkQuery;
use super::reading::path;
use super::shown::{BulkShown, LabelsShown};

/// The tags and terms of one asset, and those that the reader may add to it.
pub(super) async fn labels(control: &Control, caller: &Caller, asset: &AssetPath) -> Result<LabelsShown, Problem> {
    let domain = control.asset(caller, asset).await?.summary.domain;
    let labels = control.asset_tags(caller, asset).await?;
    let own = |id: &str| labels.tags.iter().any(|tag| tag.id == id && !tag.flowed);
    let tags = control.tags(caller).await?.into_iter().filter(|tag| tag.set_in.contains(&domain) && !own(&tag.id));
    let tags = tags.map(|tag| (tag.id, tag.tag.name)).collect();
    let may_map = asset.kind() == AssetKind::Column && caller.can(Action::EditCatalogue, &domain);
    let terms = if may_map { control.terms(caller).await? } else { Vec::new() };
    let others = terms.into_iter().filter(|term| labels.terms.iter().all(|mapped| mapped.id != term.id));
    let terms = others.map(|term| (term.id, term.term.name)).collect();
    Ok(LabelsShown { labels, tags, terms, may_map })
}

/// Adds a tag to one asset, or removes it.
pub(super) async fn tag_one(control: &Control, caller: &Caller, asset: &AssetPath, (tag, remove): (String, bool)) -> Result<(), Problem> {
    let select = AssetSelection { assets: vec![asset.clone()], filter: None };
    let (add, remove) = if remove { (Vec::new(), vec![tag]) } else { (vec![tag], Vec::new()) };
    let done = control.tag_assets(caller, &Tagging { select, add, remove, expect: None }).await?;
    // Of many, what is refused is told beside what was done. Of one, that is all there is to tell.
    match done.refused.into_iter().next() {
        Some(line) => Err(Problem::new(ErrorCode::Forbidden, line.reason)),
        None => Ok(()),
    }
}

/// What a form of many assets asks for.
///
/// # Errors
/// A path that is none.
pub(super) fn tagging(fields: &BulkQuery, expect: Option<u64>) -> Result<Tagging, Problem> {
    let assets = fields.assets.iter().map(|text| path(text)).collect::<Result<Vec<_>, _>>()?;
    let under = if fields.under.is_empty() { None } else { Some(path(&fields.under)?) };
    let filter = AssetFilter {
        words: fields.words.clone(),
        domain: fields.domain.clone(),
        kind: AssetKind::from_key(&fields.kind),
        under,
        tag: fields.tagged.clone(),
        untagged: fields.untagged,
    };
    let select = AssetSelection { assets, filter: (!filter.is_empty()).then_some(filter) };
    let (add, remove) = if fields.remove { (Vec::new(), fields.tags.clone()) } else { (fields.tags.clone(), Vec::new()) };
    Ok(Tagging { select, add, remove, expect })
}

pub(super) async fn bulk(control: &Control, caller: &Caller, query: &BulkQuery) -> Result<BulkShown, Problem> {
    let domains = control.domains(caller).await?.into_iter().map(|domain| domain.name);
    let domains = domains.filter(|domain| caller.can(Action::EditCatalogue, domain)).collect();
    let tags = control.tags(caller).await?.into_iter().filter(|tag| !tag.set_in.is_empty());
    let tags = tags.map(|tag| (tag.id, tag.tag.name)).collect();
    let preview = if query.names_assets() && !query.tags.is_empty() {
        Some(control.preview_tagging(caller, &tagging(query, None)?).await?)
    } else {
        None
    };
    Ok(BulkShown { domains, tags, preview, done: control.taggings(caller).await? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_picked_is_tagged_and_nothing_else() {
        let fields = BulkQuery { assets: vec!["api:travel/plane".into()], tags: vec!["1".into()], ..BulkQuery::default() };
        let asked = tagging(&fields, Some(1)).unwrap();
        assert_eq!((asked.select.assets, asked.select.filter), (vec![AssetPath::api("travel", "plane")], None));
        assert_eq!((asked.add, asked.remove, asked.expect), (vec!["1".to_owned()], Vec::new(), Some(1)));
        let filtered =
            tagging(&BulkQuery { kind: "table".into(), remove: true, tags: vec!["1".into()], ..BulkQuery::default() }, None).unwrap();
        assert_eq!(filtered.select.filter.and_then(|filter| filter.kind), Some(AssetKind::Table));
        assert_eq!(filtered.remove, ["1"]);
        assert!(tagging(&BulkQuery { assets: vec!["plane".into()], ..BulkQuery::default() }, None).is_err());
    }
}
