//! Expressions that people write over a table's columns: read as SQL, and only of what a list allows.

use std::sync::Arc;

use connect::guard::{self, Unread};
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, SchemaError};
use datafusion::error::DataFusionError;
use datafusion::execution::SessionStateDefaults;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::functions::{core, datetime, math, regex, string, unicode};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Expr, Operator, ScalarUDF, Volatility};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::BinaryExpr;
use datafusion::prelude::SessionConfig;
use datafusion::sql::sqlparser::ast::ExprWithAlias;

/// What an expression may call: nothing that differs from one run to the next, reads anything but its row, or makes much of little.
const ALLOWED: &[&str] = &[
    "abs",
    "ascii",
    "btrim",
    "ceil",
    "character_length",
    "chr",
    "coalesce",
    "concat",
    "concat_ws",
    "contains",
    "date_part",
    "date_trunc",
    "ends_with",
    "floor",
    "from_unixtime",
    "greatest",
    "initcap",
    "least",
    "left",
    "lower",
    "ltrim",
    "make_date",
    "nullif",
    "nvl",
    "power",
    "regexp_like",
    "regexp_replace",
    "replace",
    "reverse",
    "right",
    "round",
    "rtrim",
    "signum",
    "split_part",
    "sqrt",
    "starts_with",
    "strpos",
    "substr",
    "to_char",
    "to_date",
    "to_timestamp",
    "to_timestamp_millis",
    "to_unixtime",
    "translate",
    "trunc",
    "upper",
];

/// Words and signs of one expression.
const TOKENS: usize = 300;

/// Reads and plans expressions.
pub(super) struct Expressions(SessionState);

pub(super) fn column(name: &str) -> Expr {
    Expr::Column(Column::new_unqualified(name))
}

impl Expressions {
    pub(super) fn new() -> Self {
        let all =
            [core::functions(), datetime::functions(), math::functions(), regex::functions(), string::functions(), unicode::functions()];
        let allowed: Vec<Arc<ScalarUDF>> = all.into_iter().flatten().filter(|function| ALLOWED.contains(&function.name())).collect();
        let mut config = SessionConfig::new();
        config.options_mut().sql_parser.enable_ident_normalization = false;
        config.options_mut().sql_parser.map_string_types_to_utf8view = false;
        let builder = SessionStateBuilder::new()
            .with_config(config)
            .with_expr_planners(SessionStateDefaults::default_expr_planners())
            .with_scalar_functions(allowed);
        Self(builder.build())
    }

    /// An expression as it is written.
    ///
    /// # Errors
    /// Where it cannot be read, or is made of what nobody may use, in a sentence.
    pub(super) fn read(&self, sql: &str, schema: &DFSchema) -> Result<Expr, String> {
        // Bounded before it is parsed: each word may stand a step deeper than the one before, and who reads it goes down all of them.
        let expr = guard::expression(sql, TOKENS).map_err(|unread| match unread {
            Unread::Long => format!("An expression has at most {TOKENS} words and signs. Split it into several columns."),
            Unread::Deep => "The function calls are nested too deeply. Split the expression into several columns.".to_owned(),
            Unread::Other(near) => {
                let near = near.map(|near| format!(" at {near}")).unwrap_or_default();
                format!("The expression cannot be parsed{near}. Examples: price * 1.2, or upper(name).")
            }
        })?;
        let expr = ExprWithAlias { expr, alias: None };
        let expr = self.0.create_logical_expr_from_sql_expr(expr, schema).map_err(|error| sentence(&error))?;
        refuse_others(&expr)?;
        Ok(expr)
    }

    /// # Errors
    /// Where its parts do not fit each other, in a sentence.
    pub(super) fn physical(&self, expr: Expr, schema: &DFSchema) -> Result<Arc<dyn PhysicalExpr>, String> {
        let planned = self.0.create_physical_expr(expr, schema).map_err(|error| sentence(&error))?;
        let careful = planned.transform_down(|part| Ok(refuse_overflow(part))).map_err(|error| sentence(&error))?;
        Ok(careful.data)
    }
}

/// A sum that is too large makes a row that cannot be taken, not a wrong one.
fn refuse_overflow(part: Arc<dyn PhysicalExpr>) -> Transformed<Arc<dyn PhysicalExpr>> {
    let Some(binary) = part.downcast_ref::<BinaryExpr>() else { return Transformed::no(part) };
    if !matches!(binary.op(), Operator::Plus | Operator::Minus | Operator::Multiply) {
        return Transformed::no(part);
    }
    Transformed::yes(Arc::new(binary.clone().with_fail_on_overflow(true)))
}

/// Only what looks at one row alone.
fn refuse_others(expr: &Expr) -> Result<(), String> {
    let mut wrong = None;
    // Visiting fails only where the visitor does.
    let _ = expr.apply(|part| {
        wrong = match part {
            Expr::Column(_)
            | Expr::Literal(..)
            | Expr::BinaryExpr(_)
            | Expr::Like(_)
            | Expr::SimilarTo(_)
            | Expr::Not(_)
            | Expr::IsNotNull(_)
            | Expr::IsNull(_)
            | Expr::IsTrue(_)
            | Expr::IsFalse(_)
            | Expr::IsUnknown(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNotFalse(_)
            | Expr::IsNotUnknown(_)
            | Expr::Negative(_)
            | Expr::Between(_)
            | Expr::Case(_)
            | Expr::Cast(_)
            | Expr::TryCast(_)
            | Expr::InList(_) => None,
            Expr::ScalarFunction(call) if call.func.signature().volatility != Volatility::Volatile && ALLOWED.contains(&call.name()) => {
                growth(call)
            }
            Expr::ScalarFunction(call) => Some(format!("{} is not allowed in an expression.", call.name())),
            _ => Some("An expression can use only columns, values, operators, CASE, CAST and functions of one row.".to_owned()),
        };
        Ok(if wrong.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    wrong.map_or(Ok(()), Err)
}

/// What would make more of a text than it was, and that of more again: a row would take all memory that there is.
fn growth(call: &ScalarFunction) -> Option<String> {
    let literal = |index: usize| match call.args.get(index) {
        Some(Expr::Literal(value, _)) => value.try_as_str().flatten(),
        _ => None,
    };
    match call.name() {
        "replace" if literal(1).zip(literal(2)).is_none_or(|(from, to)| to.len() > from.len()) => {
            Some("replace takes two quoted texts, and the second must not be longer than the first.".into())
        }
        "regexp_replace" if literal(2) != Some("") => Some("regexp_replace can only remove text: its third argument must be ''.".into()),
        _ => None,
    }
}

/// What the engine means, for a person; its own words go to the log.
pub(super) fn sentence(error: &DataFusionError) -> String {
    let said = error.to_string();
    tracing::info!(cause = %said, "an expression cannot be planned");
    match error.find_root() {
        DataFusionError::SchemaError(schema, _) => match schema.as_ref() {
            SchemaError::FieldNotFound { field, .. } => format!("There is no column {}.", field.name),
            _ => "A column name is ambiguous.".to_owned(),
        },
        DataFusionError::Plan(text) if text.contains("Invalid function") => {
            let name = text.split('\'').nth(1).unwrap_or_default();
            format!("Function {name} is not available. Available functions: {}.", ALLOWED.join(", "))
        }
        _ => "The types in the expression do not fit. Check the types of the compared and computed values.".to_owned(),
    }
}
