//! Real rows, as a machine reads them.

use leptos::prelude::*;
use model::table::Sample;
use serde_json::Value as Json;

use crate::words::words;

#[component]
pub(crate) fn SampleTable(sample: Sample) -> impl IntoView {
    let numbers: Vec<bool> = sample.columns.iter().map(|column| column.data_type.is_number()).collect();
    let class = |number: bool| if number { "num" } else { "" };
    view! {
        <div class="scroll-x"><div class="table-wrap" tabindex="0" role="region" aria-label=words().ui.sample_rows><table class="table table-code">
            <thead><tr>
                {sample.columns.iter().zip(&numbers).map(|(column, number)| view! { <th class=class(*number)>{column.name.clone()}</th> }).collect_view()}
            </tr></thead>
            <tbody>
                {sample.rows.iter().map(|row| view! {
                    <tr>{row.iter().zip(&numbers).map(|(cell, number)| view! { <td class=class(*number)>{cell_view(cell)}</td> }).collect_view()}</tr>
                }).collect_view()}
            </tbody>
        </table></div></div>
        {(!sample.unreadable.is_empty()).then(|| view! {
            <ul class="problem-list">{sample.unreadable.iter().map(|reason| view! { <li>{reason.clone()}</li> }).collect_view()}</ul>
        })}
    }
}

fn cell_view(cell: &Json) -> AnyView {
    match cell {
        Json::Null => view! { <span class="null">"null"</span> }.into_any(),
        Json::String(text) => text.chars().take(80).collect::<String>().into_any(),
        other => other.to_string().into_any(),
    }
}
