//! From a column to findings: what its name says, what its values say, and how sure both together are.

use sha2::{Digest, Sha256};

use crate::column::{Column, ValueType};
use crate::finding::{Basis, Evidence, Finding, NameEvidence};
use crate::name::{self, Found};
use crate::rule::{Fit, Rule};
use crate::rules::RULES;
use crate::tally::{Tally, Values};

/// The findings for a column, the surest first, one for each tag at most.
#[must_use]
pub fn suggest(column: &Column<'_>) -> Vec<Finding> {
    let names = Names { column: name::words(column.name), table: name::words(column.table) };
    let values = Values::of(column);
    let mut findings: Vec<Finding> = RULES.iter().filter_map(|rule| judge(column, &names, &values, rule)).collect();
    findings.sort_by(|one, other| other.confidence.total_cmp(&one.confidence).then_with(|| one.tag.cmp(&other.tag)));
    let mut seen = Vec::new();
    findings.retain(|finding| {
        let is_first = !seen.contains(&finding.tag);
        seen.push(finding.tag);
        is_first
    });
    findings
}

/// The words of both names.
struct Names {
    column: Vec<String>,
    table: Vec<String>,
}

/// What the name says of a rule.
enum Said {
    /// It is that.
    Name(Found, Option<String>),
    /// It may be that.
    Hint(Found),
    Nothing,
}

impl Names {
    fn say(&self, rule: &Rule) -> Said {
        let holds = |found: &Found| !name::any(&found.others, rule.about);
        if let Some(found) = name::find(&self.column, rule.names).filter(holds) {
            return Said::Name(found, None);
        }
        let Some(hint) = name::find(&self.column, rule.hints).filter(holds) else { return Said::Nothing };
        match name::find(&self.table, rule.tables) {
            Some(table) => Said::Name(hint, Some(table.part)),
            None => Said::Hint(hint),
        }
    }

    fn are_against(&self, rule: &Rule) -> bool {
        name::any(&self.column, rule.against) || name::any(&self.table, rule.against)
    }
}

fn judge(column: &Column<'_>, names: &Names, values: &Values<'_>, rule: &Rule) -> Option<Finding> {
    let said = names.say(rule);
    if rule.by_type == Some(column.value_type) {
        return Some(finding(column, rule, Basis::Type, &said, &Tally::of(values, rule), 0.95));
    }
    if !rule.types.contains(&column.value_type) {
        return None;
    }
    let is_named = matches!(said, Said::Name(_, None));
    if !is_named && names.are_against(rule) {
        return None;
    }
    let tally = Tally::of(values, rule);
    let (basis, confidence) = weigh(rule, &said, &tally)?;
    Some(finding(column, rule, basis, &said, &tally, confidence))
}

/// What a finding rests on, and how sure it is; nothing where neither name nor values say enough.
fn weigh(rule: &Rule, said: &Said, tally: &Tally<'_, '_>) -> Option<(Basis, f64)> {
    let share = tally.share(Fit::Form);
    let speaks = rule.alone.is_some_and(|alone| tally.speaks(&alone));
    match said {
        Said::Name(found, _) if tally.is_empty() => (!found.is_end).then_some((Basis::Name, 0.5)),
        Said::Name(..) if speaks => Some((Basis::NameAndValues, 0.9 + 0.09 * share)),
        Said::Name(..) if tally.is_few() => (share >= 1.0).then_some((Basis::NameAndFewValues, 0.6)),
        Said::Name(..) => tally.meets(&rule.named).then_some((Basis::NameAndValues, 0.75 + 0.15 * share)),
        Said::Hint(_) if speaks => Some((Basis::NameAndValues, 0.85 + 0.1 * share)),
        Said::Hint(_) if !tally.is_few() && tally.meets(&rule.hinted) => Some((Basis::NameAndValues, 0.6 + 0.15 * share)),
        Said::Hint(_) | Said::Nothing => speaks.then_some((Basis::Values, 0.7 + 0.15 * share)),
    }
}

fn finding(column: &Column<'_>, rule: &Rule, basis: Basis, said: &Said, tally: &Tally<'_, '_>, confidence: f64) -> Finding {
    let name = match said {
        Said::Name(found, table) => Some(NameEvidence { part: found.part.clone(), table_part: table.clone() }),
        Said::Hint(found) => Some(NameEvidence { part: found.part.clone(), table_part: None }),
        Said::Nothing => None,
    };
    let name = name.filter(|_| basis != Basis::Values);
    let fingerprint = fingerprint(rule, basis, name.as_ref(), column.value_type);
    let evidence = Evidence { rule: rule.id, basis, name, counts: tally.counts(), check: rule.check, shapes: tally.shapes() };
    Finding { tag: rule.tag, confidence: (confidence * 100.0).round() / 100.0, evidence, fingerprint }
}

/// How many characters of the hash are kept.
const KEPT: usize = 32;

/// The same for the same evidence: counts and shapes differ with each sample, and are left out.
fn fingerprint(rule: &Rule, basis: Basis, name: Option<&NameEvidence>, value_type: ValueType) -> String {
    let part = name.map_or("", |name| name.part.as_str());
    let table = name.and_then(|name| name.table_part.as_deref()).unwrap_or("");
    let text = [rule.id, basis.key(), part, table, value_type.word()].join("\n");
    let mut hash: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    hash.truncate(KEPT);
    hash
}
