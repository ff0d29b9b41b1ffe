//! Why a tag is suggested, in sentences. No value stands in them.

use leptos::prelude::*;
use model::catalogue::{SuggestionBasis, SuggestionEvidence, ValueShape};

use crate::words::words;

pub(super) fn evidence(of: &SuggestionEvidence) -> AnyView {
    let sentences = sentences(of).join(" ");
    let shapes = (!of.shapes.is_empty()).then(|| shapes(&of.shapes));
    view! { <p class="s13">{sentences}</p>{shapes} }.into_any()
}

fn sentences(of: &SuggestionEvidence) -> Vec<String> {
    let say = &words().catalogue_suggestions;
    let name = match (&of.name, &of.table) {
        (Some(name), Some(table)) => Some((say.by_names)(name, table)),
        (Some(name), None) => Some((say.by_name)(name)),
        (None, _) => None,
    };
    let values = (of.present > 0 && of.basis != SuggestionBasis::Type).then(|| (say.fitting)(of.fitting, of.present));
    let check = check(of).filter(|_| of.present > 0).map(|check| (say.certain)(of.certain, check));
    let doubt = match of.basis {
        SuggestionBasis::NameAndFewValues => Some(say.few),
        SuggestionBasis::Name => Some(say.no_values),
        SuggestionBasis::Type => Some(say.by_type),
        SuggestionBasis::NameAndValues | SuggestionBasis::Values => None,
    };
    let kind = kind(&of.rule).map(str::to_owned);
    [kind, name, values, check, doubt.map(str::to_owned)].into_iter().flatten().collect()
}

/// What the tag does not say, where several rules suggest it.
fn kind(rule: &str) -> Option<&'static str> {
    let say = &words().catalogue_suggestions;
    match rule {
        "resident_identity_cn" => Some(say.resident_identity_cn),
        "tax_id_de" => Some(say.tax_id_de),
        "social_security_us" => Some(say.social_security_us),
        "passport" => Some(say.passport),
        "postcode" => Some(say.postcode),
        "currency_code" => Some(say.currency_code),
        "amount_of_money" => Some(say.amount_of_money),
        _ => None,
    }
}

fn check(of: &SuggestionEvidence) -> Option<&'static str> {
    let say = &words().catalogue_suggestions;
    match of.check.as_deref()? {
        "luhn" => Some(say.luhn),
        "mod_97" => Some(say.mod_97),
        "mod_11_2" => Some(say.mod_11_2),
        "mod_11_10" => Some(say.mod_11_10),
        _ => None,
    }
}

fn shapes(shapes: &[ValueShape]) -> AnyView {
    let say = &words().catalogue_suggestions;
    let rows = shapes.iter().map(|shape| {
        view! { <li><code>{shape.shape.clone()}</code>" "<span class="t-3">{(say.shape_count)(shape.count)}</span></li> }
    });
    view! {
        <details><summary class="small t-3">{say.shapes}</summary>
            <ul class="bullets small">{rows.collect_view()}</ul><p class="small t-3">{say.shape_key}</p>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(basis: SuggestionBasis) -> SuggestionEvidence {
        SuggestionEvidence {
            rules: 1,
            rule: "tax_id_de".into(),
            basis,
            name: Some("tax id".into()),
            table: None,
            rows: 1_000,
            sampled: 500,
            present: 480,
            distinct: 470,
            fitting: 479,
            certain: 478,
            check: Some("mod_11_10".into()),
            shapes: Vec::new(),
        }
    }

    #[test]
    fn evidence_is_told_by_its_counts() {
        let told = sentences(&found(SuggestionBasis::NameAndValues)).join(" ");
        assert_eq!(
            told,
            "German tax identification number. The column name has \"tax id\". 479 of 480 sampled values have the form. \
             478 pass the check digit of German tax numbers."
        );
        let by_name = SuggestionEvidence { present: 0, fitting: 0, certain: 0, ..found(SuggestionBasis::Name) };
        let told = sentences(&by_name).join(" ");
        assert_eq!(told, "German tax identification number. The column name has \"tax id\". The sample has no values.");
        let of_type = SuggestionEvidence { rule: "time".into(), name: None, check: None, ..found(SuggestionBasis::Type) };
        assert_eq!(sentences(&of_type), ["The type of the column says it."]);
    }
}
