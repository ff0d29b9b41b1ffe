//! The questions: forms of growing difficulty.

use model::form::{Aggregate, Filter, Function, Join, JoinOn, Op, QueryForm, Selected, Sort};
use model::spec::{ApiBody, ApiKind, Query, SqlBody};
use model::statement::Arguments;
use model::table::TableRef;
use model::{ApiSpec, DataType, Field, Parameter, Value};

use super::data::column;

pub struct Question {
    pub spec: ApiSpec,
    pub arguments: Arguments,
}

/// `columns`, `aggregates` as (what, of), `filters` as (column, op, values), `sort` as names with `-` before what descends.
fn question(columns: &[&str], aggregates: &[(Aggregate, &str)], filters: &[(&str, Op, &[&str])], sort: &[&str]) -> Question {
    let mut form = QueryForm { table: TableRef::new("flights"), ..QueryForm::default() };
    let (mut fields, mut parameters, mut arguments) = (Vec::new(), Vec::new(), Arguments::new());
    for name in columns {
        let (data_type, nullable) = column(name);
        let given = name.replace('.', "_");
        form.select.push(Selected { name: given.clone(), column: (*name).into(), ..Selected::default() });
        fields.push(Field { name: given.clone(), column: given, data_type, nullable, ..Field::default() });
    }
    for (aggregate, of) in aggregates {
        let name = format!("{}_{of}", aggregate.key()).replace(['-', '.'], "_");
        let (data_type, nullable) = aggregate.result(column(of).0);
        form.select.push(Selected { name: name.clone(), column: (*of).into(), aggregate: Some(*aggregate), ..Selected::default() });
        fields.push(Field { name: name.clone(), column: name, data_type, nullable, ..Field::default() });
    }
    for (index, (of, op, values)) in filters.iter().enumerate() {
        let (data_type, name) = (column(of).0, format!("p{index}"));
        let filter =
            Filter { column: (*of).into(), op: *op, parameter: if values.is_empty() { String::new() } else { name }, ..Filter::default() };
        let value = |text: &str| match data_type {
            DataType::String => Value::Text(text.into()),
            DataType::Float64 => Value::Float(text.parse().unwrap()),
            _ => Value::Int(text.parse().unwrap()),
        };
        match (op, filter.parameters().as_slice()) {
            (Op::In, [name]) => {
                parameters.push(Parameter { list: true, ..Parameter::new(name, data_type) });
                arguments.insert(name.clone(), Value::List(values.iter().map(|text| value(text)).collect()));
            }
            (_, names) => {
                assert_eq!(names.len(), values.len(), "{names:?}");
                for (name, text) in names.iter().zip(*values) {
                    parameters.push(Parameter::new(name, data_type));
                    arguments.insert(name.clone(), value(text));
                }
            }
        }
        form.filters.push(filter);
    }
    form.sort =
        sort.iter().map(|name| Sort { field: name.trim_start_matches('-').replace('.', "_"), descending: name.starts_with('-') }).collect();
    let mut spec = ApiSpec::empty(ApiKind::Sql);
    (spec.fields, spec.parameters) = (fields, parameters);
    spec.body = ApiBody::Sql(SqlBody { query: Query::Form(form), page_size: Some(500), keyset: false });
    Question { spec, arguments }
}

/// A question with more of a form.
fn with(mut question: Question, change: impl FnOnce(&mut QueryForm)) -> Question {
    if let ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) = &mut question.spec.body {
        change(form);
    }
    question
}

/// A condition on a computed field, or on a column, with a constant.
fn constant(column: &str, op: Op, text: &str, data_type: DataType) -> Filter {
    Filter { column: column.into(), op, constant: Some(text.into()), constant_type: Some(data_type), ..Filter::default() }
}

pub fn questions() -> Vec<Question> {
    use Aggregate::{Count, CountDistinct, CountEmpty, CountFilled, Greatest, Least, Mean, Sum};
    use Op::{AtLeast, AtMost, Between, Greater, In, Is, IsEmpty, IsFilled, IsNot, Less, Like, StartsWith};
    let rows: &[&str] = &["month", "day", "carrier", "flight", "origin"];
    let in_order: &[&str] = &["month", "day", "carrier", "flight", "origin"];
    let all: &[(Aggregate, &str)] = &[
        (Count, ""),
        (CountFilled, "tailnum"),
        (CountEmpty, "dep_delay"),
        (CountDistinct, "dest"),
        (Sum, "distance"),
        (Mean, "dep_delay"),
        (Least, "air_time"),
        (Greatest, "dep_delay"),
    ];
    vec![
        question(rows, &[], &[], in_order),
        question(rows, &[], &[("carrier", Is, &["UA"])], in_order),
        question(rows, &[], &[("carrier", IsNot, &["UA"]), ("month", Is, &["2"])], in_order),
        question(rows, &[], &[("month", Greater, &["11"])], in_order),
        question(rows, &[], &[("month", AtLeast, &["12"])], in_order),
        question(rows, &[], &[("day", Less, &["2"])], in_order),
        question(rows, &[], &[("day", AtMost, &["1"]), ("month", Is, &["7"])], in_order),
        question(rows, &[], &[("carrier", In, &["AS", "HA", "no such"])], in_order),
        question(rows, &[], &[("distance", Between, &["4900", "5000"])], in_order),
        question(rows, &[], &[("dest", Like, &["A_C"])], in_order),
        question(rows, &[], &[("dest", Like, &["a%"])], in_order),
        question(rows, &[], &[("tailnum", StartsWith, &["N1%"])], in_order),
        question(rows, &[], &[("tailnum", StartsWith, &["N14"]), ("month", Is, &["3"])], in_order),
        question(rows, &[], &[("tailnum", IsEmpty, &[])], in_order),
        question(rows, &[], &[("tailnum", IsFilled, &[]), ("dep_delay", IsEmpty, &[])], in_order),
        question(rows, &[], &[("dep_delay", Greater, &["600.5"])], in_order),
        question(rows, &[], &[("dep_delay", Is, &["-43"])], in_order),
        question(rows, &[], &[("carrier", Is, &["' OR '1'='1"])], in_order),
        question(rows, &[], &[("carrier", Is, &["\\' OR 1=1 -- "])], in_order),
        question(
            &["dep_delay", "month", "day", "carrier", "flight", "origin"],
            &[],
            &[("carrier", Is, &["OO"])],
            &["dep_delay", "month", "day", "flight", "origin"],
        ),
        question(
            &["dep_delay", "month", "day", "carrier", "flight", "origin"],
            &[],
            &[("carrier", Is, &["OO"])],
            &["-dep_delay", "month", "day", "flight", "origin"],
        ),
        question(
            &["tailnum", "month", "day", "carrier", "flight", "origin"],
            &[],
            &[("day", Is, &["31"]), ("carrier", Is, &["MQ"])],
            &["tailnum", "month", "flight", "origin"],
        ),
        question(
            &["tailnum", "month", "day", "carrier", "flight", "origin"],
            &[],
            &[("day", Is, &["31"]), ("carrier", Is, &["MQ"])],
            &["-tailnum", "month", "flight", "origin"],
        ),
        question(&[], all, &[], &[]),
        question(&[], all, &[("carrier", Is, &["no such"])], &[]),
        question(&["carrier"], all, &[], &["carrier"]),
        question(&["carrier"], all, &[], &["-carrier"]),
        question(&["month"], all, &[("origin", Is, &["JFK"])], &["month"]),
        question(&["origin", "month"], all, &[], &["origin", "-month"]),
        question(&["dest"], all, &[("carrier", In, &["UA", "DL"])], &["dest"]),
        question(&["dest"], &[(Count, "")], &[], &["-count_", "dest"]),
        question(&["carrier"], &[(Mean, "dep_delay"), (Count, "")], &[("month", Between, &["3", "5"])], &["-mean_dep_delay"]),
        question(&["origin", "dest"], &[(Greatest, "distance"), (Least, "distance")], &[], &["origin", "dest"]),
        question(&["tailnum"], &[(Count, ""), (CountDistinct, "carrier")], &[("month", Is, &["1"])], &["-count_", "tailnum"]),
        question(&["month"], &[(CountEmpty, "dep_delay"), (CountFilled, "dep_delay")], &[], &["month"]),
        question(&["carrier"], &[(Sum, "dep_delay"), (Sum, "distance")], &[("dep_delay", IsFilled, &[])], &["carrier"]),
        question(&["day"], &[(Mean, "air_time"), (Mean, "distance")], &[("carrier", IsNot, &["UA"])], &["day"]),
        question(&["carrier", "origin"], &[(Least, "tailnum"), (Greatest, "dest")], &[], &["carrier", "origin"]),
        question(&["origin"], &[(CountDistinct, "tailnum")], &[("dest", StartsWith, &["S"])], &["origin"]),
        question(
            &["month", "carrier"],
            &[(Count, ""), (Mean, "dep_delay")],
            &[("origin", In, &["EWR", "LGA"]), ("distance", Less, &["500"])],
            &["month", "carrier"],
        ),
        question(&["dest"], &[(Count, "")], &[("dest", Like, &["%O_"]), ("month", AtLeast, &["6"])], &["dest"]),
        with(question(&["origin", "carrier"], &[], &[], &["origin", "carrier"]), |form| form.distinct = true),
        with(question(&["tailnum"], &[], &[("carrier", Is, &["HA"])], &["-tailnum"]), |form| form.distinct = true),
        with(question(&["dest"], &[(Count, "")], &[], &["dest"]), |form| {
            form.having.push(constant("count_", Greater, "10000", DataType::Int64));
        }),
        with(question(&["carrier"], all, &[("month", In, &["1", "2"])], &["carrier"]), |form| {
            form.having.push(constant("mean_dep_delay", AtLeast, "12.5", DataType::Float64));
            form.having.push(constant("count_empty_dep_delay", Less, "100", DataType::Int64));
        }),
        with(question(&["dest"], &[(Greatest, "distance")], &[], &["dest"]), |form| {
            form.having.push(constant("greatest_distance", AtMost, "200", DataType::Int64));
        }),
        with(question(rows, &[], &[("month", Is, &["1"])], in_order), |form| {
            form.filters.push(constant("carrier", Is, "UA", DataType::String));
            form.filters.push(constant("distance", Greater, "2500", DataType::Int64));
            form.filters.push(constant("tailnum", Like, "N_4%", DataType::String));
        }),
        with(question(rows, &[], &[], in_order), |form| {
            form.filters.push(constant("dest", Is, "\\' OR 1=1 -- ", DataType::String));
        }),
    ]
    .into_iter()
    .chain(joined())
    .chain(computed_values())
    .chain(either())
    .collect()
}

fn with_planes(question: Question, inner: bool) -> Question {
    with(question, |form| {
        let on = vec![JoinOn { left: "tailnum".into(), right: "tailnum".into() }];
        form.joins.push(Join { name: "planes".into(), table: TableRef::new("planes"), on, inner });
    })
}

/// Flights beside their planes.
fn joined() -> Vec<Question> {
    use Aggregate::{Count, CountDistinct, CountEmpty, Mean, Sum};
    use Op::{AtLeast, In, Is, IsEmpty, StartsWith};
    let rows: &[&str] = &["month", "day", "carrier", "flight", "origin", "planes.manufacturer", "planes.seats"];
    let in_order: &[&str] = &["month", "day", "carrier", "flight", "origin"];
    vec![
        with_planes(question(rows, &[], &[("carrier", Is, &["HA"])], in_order), false),
        with_planes(question(rows, &[], &[("carrier", Is, &["MQ"]), ("month", Is, &["1"])], in_order), true),
        with_planes(question(rows, &[], &[("planes.seats", AtLeast, &["400"])], in_order), true),
        with_planes(question(rows, &[], &[("planes.manufacturer", IsEmpty, &[]), ("month", Is, &["6"])], in_order), false),
        with_planes(question(&["planes.manufacturer"], &[(Count, ""), (Mean, "dep_delay")], &[], &["planes.manufacturer"]), false),
        with_planes(
            question(&["planes.manufacturer"], &[(Count, ""), (Sum, "planes.seats")], &[], &["-count_", "planes.manufacturer"]),
            true,
        ),
        with_planes(
            question(&["carrier"], &[(CountDistinct, "planes.manufacturer"), (CountEmpty, "planes.year")], &[], &["carrier"]),
            false,
        ),
        with_planes(question(&["month"], &[(Mean, "planes.seats")], &[("planes.manufacturer", StartsWith, &["AIR"])], &["month"]), true),
        with_planes(
            with(question(&["planes.year"], &[(Count, "")], &[("carrier", In, &["UA", "AA"])], &["-planes.year"]), |form| {
                form.having.push(constant("count_", AtLeast, "1000", DataType::Int64));
            }),
            true,
        ),
    ]
}

/// A field of what a function makes of a column, before the others.
fn function(question: Question, function: Function, of: &str) -> Question {
    let (name, data_type) = (format!("{}_of", function.key()), function.result(column(of).0));
    let mut question = with(question, |form| {
        form.select.insert(0, Selected { name: name.clone(), column: of.into(), function: Some(function), aggregate: None });
        form.sort.insert(0, Sort { field: name.clone(), descending: false });
    });
    let nullable = column(of).1;
    question.spec.fields.insert(0, Field { name: name.clone(), column: name, data_type, nullable, ..Field::default() });
    question
}

fn computed_values() -> Vec<Question> {
    use Aggregate::{Count, Greatest, Mean};
    use Op::{Greater, In, Is};
    let counted: &[(Aggregate, &str)] = &[(Count, ""), (Mean, "dep_delay")];
    vec![
        function(question(&[], counted, &[], &[]), Function::Month, "time_hour"),
        function(question(&["carrier"], counted, &[("carrier", In, &["UA", "B6"])], &["carrier"]), Function::Day, "time_hour"),
        function(question(&[], counted, &[], &[]), Function::Year, "time_hour"),
        function(question(&["carrier"], counted, &[], &["carrier"]), Function::Lower, "origin"),
        function(question(&["dest"], counted, &[("carrier", Is, &["OO"])], &["dest"]), Function::Length, "tailnum"),
        function(question(&[], &[(Greatest, "distance")], &[("dep_delay", Greater, &["500"])], &[]), Function::Absolute, "dep_delay"),
        with_planes(function(question(&[], counted, &[], &[]), Function::Upper, "planes.manufacturer"), true),
        with_planes(function(question(&[], counted, &[], &[]), Function::Trim, "planes.manufacturer"), false),
    ]
}

/// Conditions of which one is enough.
fn either() -> Vec<Question> {
    use Op::{AtLeast, Is, IsEmpty, Less};
    let rows: &[&str] = &["month", "day", "carrier", "flight", "origin"];
    let in_order: &[&str] = &["month", "day", "carrier", "flight", "origin"];
    let moved = |mut question: Question, groups: &[&[usize]]| {
        question = with(question, |form| {
            let filters = std::mem::take(&mut form.filters);
            form.any_of = groups.iter().map(|group| group.iter().map(|at| filters[*at].clone()).collect()).collect();
        });
        question
    };
    // One of them is not given, and is as if it were not there.
    let left_out = |mut question: Question, parameter: &str| {
        question.arguments.remove(parameter);
        question
    };
    let two = || question(rows, &[], &[("carrier", Is, &["HA"]), ("dest", Is, &["ANC"])], in_order);
    let four = || {
        question(
            rows,
            &[],
            &[("carrier", Is, &["AS"]), ("carrier", Is, &["HA"]), ("month", Less, &["2"]), ("month", AtLeast, &["12"])],
            in_order,
        )
    };
    vec![
        moved(two(), &[&[0, 1]]),
        left_out(moved(two(), &[&[0, 1]]), "p0"),
        left_out(left_out(moved(two(), &[&[0, 1]]), "p0"), "p1"),
        moved(four(), &[&[0, 1], &[2, 3]]),
        left_out(moved(four(), &[&[0, 1], &[2, 3]]), "p3"),
        moved(question(rows, &[], &[("tailnum", IsEmpty, &[]), ("dep_delay", AtLeast, &["800"])], in_order), &[&[0, 1]]),
    ]
}

/// Questions of several pages, sorted so that no two rows stand at the same place; some by what is often empty.
pub fn paged() -> Vec<Question> {
    let rows: &[&str] = &["dep_delay", "tailnum", "month", "day", "carrier", "flight", "origin"];
    let ua = [("carrier", Op::Is, &["UA"][..]), ("month", Op::Is, &["2"][..])];
    vec![
        question(rows, &[], &ua, &["month", "day", "carrier", "flight", "origin"]),
        question(rows, &[], &ua, &["-dep_delay", "tailnum", "day", "flight", "origin"]),
        question(rows, &[], &ua, &["dep_delay", "-tailnum", "day", "flight", "origin"]),
        question(&["tailnum", "month"], &[(Aggregate::Count, "")], &[("origin", Op::Is, &["LGA"])], &["-tailnum", "month"]),
    ]
}
