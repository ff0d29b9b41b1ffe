//! Tags that rules suggest for columns, from the values that a profile has read. What a person has decided stays so until the evidence says
//! something else. The rules are in the crate `classify`; persons decide in `control/catalogue`.

use std::collections::{HashMap, HashSet};

use classify::{Basis, Column, Finding, ValueType};
use model::catalogue::{SuggestionBasis, SuggestionEvidence, SuggestionState, ValueShape};
use store::{AssetRow, StoreError, SuggestionOffer, SuggestionRow};

use crate::Worker;
use crate::catalogue::sample::ColumnSample;

/// How the id of a tag begins that rules suggest, as the migration has made them.
const RULE_TAG: &str = "rule-";

/// Looks for tags of the columns of a table or dataset, and writes what is new.
///
/// # Errors
/// Where the metadata does not answer.
pub(crate) async fn offer(worker: &Worker, of: &AssetRow, samples: &[ColumnSample]) -> Result<(), StoreError> {
    let mut findings = Vec::with_capacity(samples.len());
    for sample in samples {
        findings.push((sample, judge(&of.name, sample)));
        // A column takes some milliseconds, and requests are answered beside.
        tokio::task::yield_now().await;
    }
    let offer = compare(worker, &findings).await?;
    if offer.is_empty() {
        return Ok(());
    }
    match worker.store.offer_suggestions(&offer).await {
        // Somebody decides, or another worker suggests, at the same time: the next profile looks again.
        Err(StoreError::Stale | StoreError::Taken) => Ok(()),
        written => written,
    }
}

fn judge(table: &str, sample: &ColumnSample) -> Vec<Finding> {
    let values: Vec<Option<&str>> = sample.values.iter().map(Option::as_deref).collect();
    classify::suggest(&Column {
        name: &sample.name,
        table,
        value_type: ValueType::of_word(sample.data_type.key()),
        values: &values,
        rows: u64::try_from(sample.rows).unwrap_or_default(),
    })
}

async fn compare(worker: &Worker, findings: &[(&ColumnSample, Vec<Finding>)]) -> Result<SuggestionOffer, StoreError> {
    let columns: Vec<String> = findings.iter().map(|(sample, _)| sample.asset.clone()).collect();
    // A tag that somebody has deleted is suggested no more.
    let tags: HashSet<String> = worker.store.tags().await?.into_iter().map(|tag| tag.id).collect();
    let carried: HashSet<(String, String)> =
        worker.store.tags_on(&columns).await?.into_iter().map(|row| (row.asset_id, row.tag_id)).collect();
    let mut found = Vec::new();
    for (sample, findings) in findings {
        for finding in findings {
            let row = suggestion(worker, &sample.asset, finding)?;
            if tags.contains(&row.tag_id) && !carried.contains(&key(&row)) {
                found.push(row);
            }
        }
    }
    let silent = findings.iter().filter(|(sample, _)| sample.values.iter().all(Option::is_none));
    let silent: HashSet<&str> = silent.map(|(sample, _)| sample.asset.as_str()).collect();
    let known = worker.store.suggestions_for(&columns).await?;
    Ok(difference(found, &known, &silent))
}

/// What is suggested once: a tag on a column.
fn key(row: &SuggestionRow) -> (String, String) {
    (row.asset_id.clone(), row.tag_id.clone())
}

/// What rules have found now, beside what is known. Columns that are silent have no values in their sample: they say less than before, and
/// nothing else.
fn difference(found: Vec<SuggestionRow>, known: &[SuggestionRow], silent: &HashSet<&str>) -> SuggestionOffer {
    let before: HashMap<(String, String), &SuggestionRow> = known.iter().map(|row| (key(row), row)).collect();
    let keys: HashSet<(String, String)> = found.iter().map(key).collect();
    let is_silent = |row: &SuggestionRow| silent.contains(row.asset_id.as_str());
    let is_over = |row: &&SuggestionRow| row.state == SuggestionState::Open.key() && !is_silent(row) && !keys.contains(&key(row));
    let withdrawn = known.iter().filter(is_over).map(|row| row.id.clone()).collect();
    let mut offer = SuggestionOffer { withdrawn, ..SuggestionOffer::default() };
    for now in found {
        match before.get(&key(&now)) {
            None => offer.new.push(now),
            // Counts and shapes differ with each sample, and are no other evidence.
            Some(seen) if seen.evidence_hash != now.evidence_hash && !is_silent(&now) => {
                offer.renewed.push(((*seen).clone(), SuggestionRow { id: seen.id.clone(), ..now }));
            }
            Some(_) => {}
        }
    }
    offer
}

fn suggestion(worker: &Worker, asset: &str, finding: &Finding) -> Result<SuggestionRow, StoreError> {
    let tag = format!("{RULE_TAG}{}", finding.tag.word());
    let evidence = store::encode(&evidence(finding), &format_args!("the evidence for the tag {tag} on the asset {asset}"))?;
    Ok(SuggestionRow {
        id: worker.host.id(),
        asset_id: asset.into(),
        tag_id: tag,
        confidence: percent(finding.confidence),
        evidence,
        evidence_hash: finding.fingerprint.clone(),
        state: SuggestionState::Open.key().into(),
        found_at: worker.host.now(),
        decided_by: None,
        decided_at: None,
    })
}

/// A share of 1 in per cent.
#[allow(clippy::cast_possible_truncation)] // from 0 to 100
fn percent(share: f64) -> i64 {
    (share * 100.0).round().clamp(0.0, 100.0) as i64
}

fn evidence(finding: &Finding) -> SuggestionEvidence {
    let classify::Evidence { rule, basis, name, counts, check, shapes } = &finding.evidence;
    let basis = match basis {
        Basis::NameAndValues => SuggestionBasis::NameAndValues,
        Basis::Values => SuggestionBasis::Values,
        Basis::NameAndFewValues => SuggestionBasis::NameAndFewValues,
        Basis::Name => SuggestionBasis::Name,
        Basis::Type => SuggestionBasis::Type,
    };
    SuggestionEvidence {
        rules: classify::VERSION,
        rule: (*rule).to_owned(),
        basis,
        name: name.as_ref().map(|name| name.part.clone()),
        table: name.as_ref().and_then(|name| name.table_part.clone()),
        rows: counts.rows,
        sampled: counts.sampled,
        present: counts.present,
        distinct: counts.distinct,
        fitting: counts.fitting,
        certain: counts.certain,
        check: check.map(str::to_owned),
        shapes: shapes.iter().map(|shape| ValueShape { shape: shape.shape.clone(), count: shape.count }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use model::DataType;

    use super::*;

    fn sample(name: &str, values: &[&str]) -> ColumnSample {
        let values: Vec<Option<String>> = values.iter().map(|value| Some((*value).to_owned())).collect();
        ColumnSample { asset: "1".into(), name: name.into(), data_type: DataType::String, rows: 10, values }
    }

    fn row(hash: &str, state: SuggestionState) -> SuggestionRow {
        SuggestionRow {
            id: format!("{hash}-{}", state.key()),
            asset_id: "1".into(),
            tag_id: "rule-email".into(),
            confidence: 90,
            evidence: "{}".into(),
            evidence_hash: hash.into(),
            state: state.key().into(),
            found_at: 0,
            decided_by: None,
            decided_at: None,
        }
    }

    #[test]
    fn a_finding_of_the_rules_is_told_with_shapes_and_no_values() {
        let findings = judge("customers", &sample("mail", &["a@b.de", "c@d.de", "e.f@g.org", "h@i.de", "j@k.com", "x"]));
        assert_eq!(findings.len(), 1);
        let told = evidence(&findings[0]);
        assert_eq!((told.rule.as_str(), told.basis, told.name.as_deref()), ("email", SuggestionBasis::NameAndValues, Some("mail")));
        assert_eq!((told.rows, told.present, told.certain), (10, 6, 5));
        assert_eq!(told.shapes[0], ValueShape { shape: "a@a.a".into(), count: 4 });
        assert!(judge("customers", &sample("note", &["x"])).is_empty());
    }

    #[test]
    fn what_was_decided_comes_back_with_other_evidence_alone() {
        let none = HashSet::new();
        for state in SuggestionState::ALL {
            let known = [row("1", state)];
            assert!(difference(vec![row("1", SuggestionState::Open)], &known, &none).is_empty(), "{state:?}");
            let offer = difference(vec![row("2", SuggestionState::Open)], &known, &none);
            let (seen, now) = &offer.renewed[0];
            assert_eq!((&seen.id, now.evidence_hash.as_str(), now.state.as_str()), (&now.id, "2", "open"));
            // An empty table says nothing else.
            assert!(difference(vec![row("2", SuggestionState::Open)], &known, &HashSet::from(["1"])).is_empty());
        }
        assert_eq!(difference(vec![row("1", SuggestionState::Open)], &[], &none).new.len(), 1);
    }

    #[test]
    fn what_no_rule_finds_any_more_is_withdrawn_while_nobody_has_decided() {
        let known = SuggestionState::ALL.map(|state| row("1", state));
        assert_eq!(difference(Vec::new(), &known, &HashSet::new()).withdrawn, ["1-open"]);
        assert!(difference(Vec::new(), &known, &HashSet::from(["1"])).is_empty());
    }

    #[test]
    fn every_tag_of_the_rules_is_made_by_the_migration() {
        let migration = include_str!("../../../../migrations/0019_suggestions.sql");
        for tag in classify::Tag::ALL {
            assert!(migration.contains(&format!("('{RULE_TAG}{}', ", tag.word())), "{}", tag.word());
        }
    }
}
