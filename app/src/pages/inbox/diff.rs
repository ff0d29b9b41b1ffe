//! Two versions side by side, with what is the same folded away.

use leptos::prelude::*;
use model::view::{DiffLine, DiffSide};

use crate::words::words;

/// Unchanged lines that stay visible around a change.
const AROUND: usize = 3;

enum Row {
    Pair(Option<DiffLine>, Option<DiffLine>),
    Fold(usize),
}

#[component]
pub(super) fn DiffTable(lines: Vec<DiffLine>, label: String) -> impl IntoView {
    let say = &words().inbox;
    let side = |line: Option<DiffLine>, old: bool| match line {
        None => view! { <td class="ln void"></td><td class="sg void"></td><td class="void"></td> }.into_any(),
        Some(line) => {
            let (class, sign) = match line.side {
                DiffSide::Same => ("", ""),
                DiffSide::Gone => ("del", "-"),
                DiffSide::New => ("add", "+"),
            };
            let number = if old { line.old } else { line.new };
            view! { <td class=format!("ln {class}")>{number}</td><td class=format!("sg {class}")>{sign}</td><td class=class>{line.text}</td> }.into_any()
        }
    };
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=say.changed_lines><table class="diff" aria-label=label>
            <colgroup><col class="c-ln"/><col class="c-sg"/><col/><col class="c-ln"/><col class="c-sg"/><col/></colgroup>
            <tbody>{rows(lines).into_iter().map(|row| match row {
                Row::Fold(count) => view! { <tr class="fold"><td colspan="6">{(say.same_lines)(count)}</td></tr> }.into_any(),
                Row::Pair(old, new) => view! { <tr>{side(old, true)}{side(new, false)}</tr> }.into_any(),
            }).collect_view()}</tbody>
        </table></div>
    }
}

/// Pairs what went with what came, line by line.
fn rows(lines: Vec<DiffLine>) -> Vec<Row> {
    let near: Vec<bool> = (0..lines.len())
        .map(|index| {
            let from = index.saturating_sub(AROUND);
            let to = (index + AROUND + 1).min(lines.len());
            lines[from..to].iter().any(|line| line.side != DiffSide::Same)
        })
        .collect();
    let mut rows = Vec::new();
    let (mut gone, mut new): (Vec<DiffLine>, Vec<DiffLine>) = (Vec::new(), Vec::new());
    let mut folded = 0;
    for (index, line) in lines.into_iter().enumerate() {
        match line.side {
            DiffSide::Gone => gone.push(line),
            DiffSide::New => new.push(line),
            DiffSide::Same => {
                flush(&mut rows, &mut gone, &mut new);
                if near[index] {
                    if folded > 0 {
                        rows.push(Row::Fold(std::mem::take(&mut folded)));
                    }
                    rows.push(Row::Pair(Some(line.clone()), Some(line)));
                } else {
                    folded += 1;
                }
                continue;
            }
        }
        if folded > 0 {
            rows.push(Row::Fold(std::mem::take(&mut folded)));
        }
    }
    flush(&mut rows, &mut gone, &mut new);
    if folded > 0 {
        rows.push(Row::Fold(folded));
    }
    rows
}

fn flush(rows: &mut Vec<Row>, gone: &mut Vec<DiffLine>, new: &mut Vec<DiffLine>) {
    let mut gone = std::mem::take(gone).into_iter();
    let mut new = std::mem::take(new).into_iter();
    loop {
        match (gone.next(), new.next()) {
            (None, None) => return,
            (old, new) => rows.push(Row::Pair(old, new)),
        }
    }
}
