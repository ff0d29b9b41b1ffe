//! Conditions of a mapping: which rows are taken.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{BooleanArray, RecordBatch};
use datafusion::error::DataFusionError;
use datafusion::physical_expr::PhysicalExpr;
use model::form::Op;
use model::scalar::decimal_order;

/// One thing that must be true of a row.
pub(super) enum Only {
    Expression(Arc<dyn PhysicalExpr>),
    Decimal(DecimalCondition),
}

/// A condition on a decimal of any size. To the engine that is a text, which it would round to the digits of what it is compared with.
pub(super) struct DecimalCondition {
    /// The column, by its place among those that are read.
    pub(super) column: usize,
    pub(super) op: Op,
    pub(super) values: Vec<String>,
}

impl Only {
    /// Of each row, whether it is true; nothing where a value is empty.
    pub(super) fn held(&self, read: &RecordBatch) -> Result<BooleanArray, DataFusionError> {
        match self {
            Self::Expression(condition) => Ok(condition.evaluate(read)?.into_array(read.num_rows())?.as_boolean().clone()),
            Self::Decimal(condition) => {
                let texts = read.column(condition.column).as_string::<i32>();
                Ok(texts.iter().map(|text| text.map(|text| condition.holds(text))).collect())
            }
        }
    }
}

impl DecimalCondition {
    fn holds(&self, text: &str) -> bool {
        let mut orders = self.values.iter().map(|value| decimal_order(text, value));
        match self.op {
            Op::In => orders.any(Ordering::is_eq),
            Op::Between => orders.next().is_some_and(Ordering::is_ge) && orders.next().is_some_and(Ordering::is_le),
            op => orders.next().is_some_and(|order| match op {
                Op::IsNot => order.is_ne(),
                Op::Greater => order.is_gt(),
                Op::AtLeast => order.is_ge(),
                Op::Less => order.is_lt(),
                Op::AtMost => order.is_le(),
                _ => order.is_eq(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{ArrayRef, StringArray};

    use super::*;

    #[test]
    fn decimals_of_any_size_are_compared_as_numbers() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("9"), Some("10"), Some("1.54"), Some("1.50"), None, Some("NaN")]));
        let read = RecordBatch::try_from_iter([("n", texts)]).unwrap();
        for (op, values, wanted) in [
            (Op::Is, vec!["1.5"], [false, false, false, true, false, false]),
            (Op::IsNot, vec!["1.5"], [true, true, true, false, false, true]),
            (Op::Greater, vec!["9"], [false, true, false, false, false, true]),
            (Op::AtMost, vec!["9"], [true, false, true, true, false, false]),
            (Op::In, vec!["10.0", "1.54"], [false, true, true, false, false, false]),
            (Op::Between, vec!["1.5", "9"], [true, false, true, true, false, false]),
        ] {
            let values = values.into_iter().map(str::to_owned).collect();
            let held = Only::Decimal(DecimalCondition { column: 0, op, values }).held(&read).unwrap();
            let held: Vec<bool> = held.iter().map(|held| held == Some(true)).collect();
            assert_eq!(held, wanted, "{op:?}");
        }
    }
}
