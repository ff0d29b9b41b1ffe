//! The answers, computed without any SQL.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::form::{Aggregate, Filter, Function, Op, Selected};
use model::spec::{ApiBody, Query, SqlBody};
use model::statement::Arguments;
use model::{DataType, Value};

use super::data::{Cell, Row, place};
use super::questions::Question;

pub fn compare(a: &Cell, b: &Cell) -> std::cmp::Ordering {
    use std::cmp::Ordering::{Equal, Greater, Less};
    match (a, b) {
        (Cell::Empty, Cell::Empty) => Equal,
        (Cell::Empty, _) => Greater,
        (_, Cell::Empty) => Less,
        (Cell::Number(a), Cell::Number(b)) => a.total_cmp(b),
        (Cell::Text(a), Cell::Text(b)) => a.cmp(b),
        _ => panic!("cells of two types"),
    }
}

fn like(text: &[u8], pattern: &[u8]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some(b'%'), _) => like(text, &pattern[1..]) || (!text.is_empty() && like(&text[1..], pattern)),
        (Some(b'_'), Some(_)) => like(&text[1..], &pattern[1..]),
        (Some(a), Some(b)) if a == b => like(&text[1..], &pattern[1..]),
        _ => false,
    }
}

fn passes(cell: &Cell, filter: &Filter, arguments: &Arguments) -> bool {
    match (filter.op, cell) {
        (Op::IsEmpty, _) => return *cell == Cell::Empty,
        (Op::IsFilled, _) => return *cell != Cell::Empty,
        (_, Cell::Empty) => return false,
        _ => {}
    }
    let as_cell = |value: &Value| match value {
        Value::Text(text) => Cell::Text(text.clone()),
        Value::Int(number) => Cell::Number(*number as f64),
        Value::Float(number) => Cell::Number(*number),
        _ => Cell::Empty,
    };
    let as_constant = |text: &String| match filter.constant_type {
        Some(DataType::String) => Cell::Text(text.clone()),
        _ => Cell::Number(text.parse().unwrap()),
    };
    let given: Vec<Cell> = filter
        .parameters()
        .iter()
        .flat_map(|name| match &arguments[name] {
            Value::List(items) => items.iter().map(as_cell).collect(),
            value => vec![as_cell(value)],
        })
        .chain(filter.constant.as_ref().map(as_constant))
        .collect();
    let order = compare(cell, &given[0]);
    let text = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        _ => String::new(),
    };
    match filter.op {
        Op::Is => order.is_eq(),
        Op::IsNot => order.is_ne(),
        Op::Greater => order.is_gt(),
        Op::AtLeast => order.is_ge(),
        Op::Less => order.is_lt(),
        Op::AtMost => order.is_le(),
        Op::In => given.contains(cell),
        Op::Between => order.is_ge() && compare(cell, &given[1]).is_le(),
        Op::Like => like(text(cell).as_bytes(), text(&given[0]).as_bytes()),
        Op::StartsWith => text(cell).starts_with(&text(&given[0])),
        Op::IsEmpty | Op::IsFilled => true,
    }
}

fn aggregated(rows: &[&Row], aggregate: Aggregate, column: &str) -> Cell {
    if aggregate == Aggregate::Count {
        return Cell::Number(rows.len() as f64);
    }
    let filled: Vec<&Cell> = rows.iter().map(|row| &row[place(column)]).filter(|cell| **cell != Cell::Empty).collect();
    let sum = || filled.iter().map(|cell| if let Cell::Number(number) = cell { *number } else { 0.0 }).sum::<f64>();
    match aggregate {
        Aggregate::Count | Aggregate::CountFilled => Cell::Number(filled.len() as f64),
        Aggregate::CountEmpty => Cell::Number((rows.len() - filled.len()) as f64),
        Aggregate::CountDistinct => {
            let mut different = filled;
            different.sort_by(|a, b| compare(a, b));
            different.dedup();
            Cell::Number(different.len() as f64)
        }
        _ if filled.is_empty() => Cell::Empty,
        Aggregate::Sum => Cell::Number(sum()),
        Aggregate::Mean => Cell::Number(sum() / filled.len() as f64),
        Aggregate::Least => filled.into_iter().min_by(|a, b| compare(a, b)).unwrap().clone(),
        Aggregate::Greatest => filled.into_iter().max_by(|a, b| compare(a, b)).unwrap().clone(),
    }
}

/// A cell, or what a function makes of it.
fn value(row: &Row, selected: &Selected) -> Cell {
    let cell = &row[place(&selected.column)];
    let part = |from: usize, to: usize| match cell {
        Cell::Text(text) => Cell::Number(text[from..to].parse().unwrap()),
        _ => Cell::Empty,
    };
    let text = |change: fn(&str) -> String| match cell {
        Cell::Text(text) => Cell::Text(change(text)),
        _ => Cell::Empty,
    };
    match (selected.function, cell) {
        (None, cell) => cell.clone(),
        (_, Cell::Empty) => Cell::Empty,
        (Some(Function::Year), _) => part(0, 4),
        (Some(Function::Month), _) => part(5, 7),
        (Some(Function::Day), _) => part(8, 10),
        (Some(Function::Upper), _) => text(str::to_uppercase),
        (Some(Function::Lower), _) => text(str::to_lowercase),
        (Some(Function::Trim), _) => text(|text| text.trim().to_owned()),
        (Some(Function::Length), Cell::Text(text)) => Cell::Number(text.chars().count() as f64),
        (Some(Function::Absolute), Cell::Number(number)) => Cell::Number(number.abs()),
        _ => Cell::Empty,
    }
}

/// A page of it and one row more.
pub fn computed(all: &[Row], question: &Question) -> Vec<Row> {
    let mut rows = whole(all, question);
    rows.truncate(501);
    rows
}

pub fn whole(all: &[Row], question: &Question) -> Vec<Row> {
    let ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) = &question.spec.body else { panic!("a form") };
    let holds = |row: &Row, filter: &Filter| passes(&row[place(&filter.column)], filter, &question.arguments);
    let is_given = |filter: &&Filter| filter.parameters().iter().all(|name| question.arguments.contains_key(name));
    let some = |row: &Row, group: &Vec<Filter>| {
        let mut given = group.iter().filter(is_given).peekable();
        given.peek().is_none() || given.any(|filter| holds(row, filter))
    };
    let partner = |row: &Row| form.joins.iter().all(|join| !join.inner || row[place("planes.tailnum")] != Cell::Empty);
    let kept: Vec<&Row> = all
        .iter()
        .filter(|row| {
            partner(row) && form.filters.iter().all(|filter| holds(row, filter)) && form.any_of.iter().all(|group| some(row, group))
        })
        .collect();
    let mut rows: Vec<Row> = if form.is_grouped() {
        let keys: Vec<&Selected> = form.select.iter().filter(|selected| selected.aggregate.is_none()).collect();
        let mut groups: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
        if keys.is_empty() {
            groups.insert(String::new(), Vec::new());
        }
        for row in kept {
            let key = keys.iter().fold(String::new(), |mut key, selected| {
                let _ = write!(key, "{:?}|", value(row, selected));
                key
            });
            groups.entry(key).or_default().push(row);
        }
        let one = |selected: &Selected, rows: &[&Row]| match selected.aggregate {
            None => value(rows[0], selected),
            Some(aggregate) => aggregated(rows, aggregate, &selected.column),
        };
        groups.values().map(|rows| form.select.iter().map(|selected| one(selected, rows)).collect()).collect()
    } else {
        kept.iter().map(|row| form.select.iter().map(|selected| value(row, selected)).collect()).collect()
    };
    let at = |name: &str| form.select.iter().position(|selected| selected.name == name).unwrap();
    rows.retain(|row| form.having.iter().all(|filter| passes(&row[at(&filter.column)], filter, &question.arguments)));
    let sorted_by: Vec<(usize, bool)> = form
        .sort
        .iter()
        .map(|sort| (form.select.iter().position(|selected| selected.name == sort.field).unwrap(), sort.descending))
        .collect();
    rows.sort_by(|a, b| {
        let one = |(place, descending): &(usize, bool)| match (&a[*place], &b[*place]) {
            // What is empty is last, whichever way the order goes.
            (Cell::Empty, _) | (_, Cell::Empty) => compare(&a[*place], &b[*place]),
            (a, b) if *descending => compare(b, a),
            (a, b) => compare(a, b),
        };
        sorted_by.iter().map(one).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    });
    if form.distinct {
        rows.dedup();
    }
    rows
}
