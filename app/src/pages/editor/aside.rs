//! Beside the form: what the check found, real rows, and the statement that the form stands for.

use leptos::prelude::*;
use model::snapshot::Environment;
use model::spec::ApiKind;
use model::table::{Sample, TableInfo};
use model::view::CheckReport;
use serde_json::{Map, Value as Json};

use super::edits::form_of;
use super::state::Editor;
use crate::pages::sources::api::sample_table;
use crate::ui::{Callout, FromSource, JsonBlock, ProblemCallout, SampleTable, Tone, ask, grouped};
use crate::words::words;

#[component]
pub(super) fn Aside(editor: Editor) -> impl IntoView {
    let is_kv = editor.spec.with_untracked(|spec| spec.kind() == ApiKind::Kv);
    // A script is its own SQL.
    let is_form = Memo::new(move |_| editor.spec.with(|spec| form_of(spec).is_some()));
    let is_object = editor.spec.with_untracked(|spec| spec.union().is_some() && !spec.gives_list());
    view! {
        {move || editor.report.get().map(|report| match report {
            Ok(report) if is_object && report.errors.is_empty() => whole_object(report).into_any(),
            Ok(report) => found(editor, report, is_kv, is_form.get()).into_any(),
            Err(error) => view! { <ProblemCallout error/> }.into_any(),
        })}
        {is_kv.then(|| view! { <TableSample editor/> })}
    }
    .into_any()
}

/// The one object of a Union, as a caller gets it.
fn whole_object(report: CheckReport) -> impl IntoView {
    let say = &words().editor_check;
    let object: Option<Map<String, Json>> = report
        .sample
        .rows
        .first()
        .map(|row| report.sample.columns.iter().map(|column| column.name.clone()).zip(row.iter().cloned()).collect());
    view! {
        {report.warnings.into_iter().map(|text| view! { <Callout tone=Tone::Warn><p>{text}</p></Callout> }).collect_view()}
        {object.map(|row| view! { <section class="code" aria-label=say.example><div class="code-head"><span>{say.example}</span></div><JsonBlock text=Json::Object(row).to_string()/></section> })}
    }
}

fn found(editor: Editor, report: CheckReport, is_kv: bool, is_form: bool) -> impl IntoView {
    let say = &words().editor_check;
    let good = report.errors.is_empty();
    let sample = report.sample.clone();
    let sql = report.sql.clone();
    view! {
        {(!good).then(|| view! {
            <Callout tone=Tone::Warn><p><b>{say.incomplete}</b></p><ul class="problem-list">{report.errors.iter().map(|error| view! { <li><code>{error.field.clone()}</code>" "{error.message.clone()}</li> }).collect_view()}</ul></Callout>
        })}
        {(good && is_kv).then(|| view! { <Callout tone=Tone::Ok><p><b>{say.passed}</b>{say.key_passed}</p></Callout> })}
        {report.costs.into_iter().map(|text| view! { <Callout tone=Tone::Warn><p>{(say.cost)(&text)}</p></Callout> }).collect_view()}
        {report.warnings.into_iter().map(|text| view! { <Callout tone=Tone::Warn><p>{text}</p></Callout> }).collect_view()}
        {(good && !is_kv).then(|| sample_card(say.live_sample, sample, None))}
        {(!report.sql.is_empty() && is_form).then(|| view! { <section class="code" aria-label=say.sql><div class="code-head"><span>{say.sql}</span><button class="btn btn-sm push" type="button" on:click=move |_| editor.take_over(&sql)>{say.to_sql}</button></div><pre tabindex="0"><code>{report.sql.clone()}</code></pre></section> })}
    }
}

fn sample_card(title: &'static str, sample: Sample, of: Option<i64>) -> impl IntoView {
    let say = &words().editor_check;
    let foot = match of {
        Some(rows) => (say.sample_of)(sample.rows.len(), &grouped(rows), sample.took_ms),
        None => (say.sample)(sample.rows.len(), sample.took_ms),
    };
    view! {
        <section class="card clip">
            <div class="card-head"><h2>{title}</h2></div>
            <SampleTable sample/>
            <div class="card-foot"><span>{foot}</span></div>
        </section>
    }
}

/// Rows of the table as callers would get them: the fields that are given out, by their names.
#[component]
fn TableSample(editor: Editor) -> impl IntoView {
    let table = Memo::new(move |_| {
        editor.spec.with(|spec| (spec.source.clone(), spec.table().map(|table| table.name.clone()).unwrap_or_default()))
    });
    let rows = ask(
        None,
        move || table.get(),
        |(source, table): (String, String)| async move {
            if source.is_empty() || table.is_empty() { Ok(None) } else { sample_table(source, table, Environment::Prod).await.map(Some) }
        },
    );
    let shown = move |read: Option<(TableInfo, Sample)>| read.map(|(info, sample)| move || as_given(editor, &info, &sample));
    view! { <FromSource asked=rows what=words().editor_check.sample_rows view=shown/> }
}

fn as_given(editor: Editor, info: &TableInfo, sample: &Sample) -> impl IntoView + use<> {
    let say = &words().editor_check;
    let fields = editor.spec.with(|spec| spec.fields.clone());
    let places: Vec<(usize, String)> = fields
        .iter()
        .filter_map(|field| Some((sample.columns.iter().position(|column| column.name == field.column)?, field.name.clone())))
        .collect();
    let mut given = Sample { took_ms: sample.took_ms, ..Sample::default() };
    given.columns =
        places.iter().map(|(place, name)| model::table::Column { name: name.clone(), ..sample.columns[*place].clone() }).collect();
    given.rows = sample.rows.iter().map(|row| places.iter().map(|(place, _)| row[*place].clone()).collect()).collect();
    let first: Option<Map<String, Json>> =
        given.rows.first().map(|row| given.columns.iter().map(|column| column.name.clone()).zip(row.iter().cloned()).collect());
    view! {
        {sample_card(say.live_sample, given, info.rows)}
        {first.map(|row| view! { <section class="code" aria-label=say.example><div class="code-head"><span>{say.example}</span></div><JsonBlock text=Json::Object(row).to_string()/></section> })}
    }
}
