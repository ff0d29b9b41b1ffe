//! Mappings: each made column is an expression over the table's columns, planned once and asked batch by batch.

mod expression;
mod mask;
mod only;
mod rows;

use std::collections::BTreeSet;
use std::sync::Arc;

use connect::batch::schema_of;
use connect::{MapRows, Mapper};
use datafusion::common::DFSchema;
use datafusion::logical_expr::{Expr, lit};
use datafusion::physical_expr::PhysicalExpr;
use model::data_type::ANY_DECIMAL;
use model::dataset::DatasetSpec;
use model::form::Op;
use model::mapping::{Condition, Made, Mapping, Of};
use model::table::TableInfo;
use model::value::read_text;
use model::{DataType, Field, FieldError, Value};

use self::expression::Expressions;
use self::mask::Masks;
use self::only::{DecimalCondition, Only};
use self::rows::{Column, Made as Making, Rows};
use crate::types::{ours, scalar};

/// Reads mappings by DataFusion's expressions.
pub struct Maps {
    expressions: Expressions,
    masks: Arc<Masks>,
}

/// A made column as an expression.
struct Planned {
    value: Arc<dyn PhysicalExpr>,
    /// The columns of the table that it looks at.
    uses: BTreeSet<String>,
    /// The type that it has, cast or not, before it is hidden.
    data_type: DataType,
    is_cast: bool,
}

impl Maps {
    /// `mask_key` is what hashes are made under, the same on every node.
    #[must_use]
    pub fn new(mask_key: [u8; 32]) -> Self {
        Self { expressions: Expressions::new(), masks: Arc::new(Masks::new(mask_key)) }
    }

    /// What a column is made of, and what it becomes.
    fn planned(&self, made: &Made, columns: &[Field], schema: &DFSchema) -> Result<Planned, String> {
        let value = match &made.of {
            Of::Column(name) => expression::column(name),
            Of::Constant(text) => {
                let data_type = made.to.unwrap_or_default();
                let value = read_text(data_type, text)?;
                let value = self.expressions.physical(lit(scalar(data_type, &value)), schema)?;
                return Ok(Planned { value, uses: BTreeSet::new(), data_type, is_cast: false });
            }
            Of::Expression(sql) => self.expressions.read(sql, schema)?,
        };
        let uses = value.column_refs().into_iter().map(|column| column.name.clone()).collect();
        let value = self.expressions.physical(value, schema)?;
        let own = match &made.of {
            Of::Column(name) => columns.iter().find(|field| &field.name == name).map(|field| field.data_type),
            // As it is planned: the branches of a CASE are brought to one type on the way.
            _ => ours(&value.data_type(schema.as_arrow()).map_err(|error| expression::sentence(&error))?),
        };
        let own = own.ok_or("The expression returns lists or structures, which cannot be stored in a column.")?;
        Ok(Planned { value, uses, data_type: made.to.unwrap_or(own), is_cast: made.to.is_some_and(|to| to != own) })
    }

    /// The columns of the table whose values nobody is to read.
    fn hidden(&self, mapping: &Mapping, columns: &[Field], schema: &DFSchema) -> BTreeSet<String> {
        let masked = mapping.columns.iter().filter(|made| made.mask.is_some());
        masked.filter_map(|made| self.planned(made, columns, schema).ok()).flat_map(|planned| planned.uses).collect()
    }

    fn condition(&self, condition: &Condition, columns: &[Field], schema: &DFSchema) -> Result<Only, String> {
        let place = columns.iter().position(|field| field.name == condition.column);
        let column = place.ok_or_else(|| format!("There is no column {}.", condition.column))?;
        let data_type = columns[column].data_type;
        if data_type == ANY_DECIMAL && condition.op.takes_value() {
            let values = condition.values();
            values.iter().try_for_each(|value| read_text(data_type, value).map(drop))?;
            let values = values.into_iter().map(str::to_owned).collect();
            return Ok(Only::Decimal(DecimalCondition { column, op: condition.op, values }));
        }
        self.expressions.physical(holds(condition, data_type)?, schema).map(Only::Expression)
    }
}

/// A condition as an expression; what is empty meets none but that it is empty.
fn holds(condition: &Condition, data_type: DataType) -> Result<Expr, String> {
    let column = expression::column(&condition.column);
    let text = |text: &str| lit(text.to_owned());
    let values = condition.values();
    let mut read = Vec::with_capacity(values.len());
    if !matches!(condition.op, Op::Like | Op::StartsWith) {
        for value in &values {
            read.push(lit(scalar(data_type, &read_text(data_type, value)?)));
        }
    }
    let first = || read.first().cloned().unwrap_or_else(|| lit(scalar(data_type, &Value::Null)));
    Ok(match condition.op {
        Op::Is => column.eq(first()),
        Op::IsNot => column.not_eq(first()),
        Op::Greater => column.gt(first()),
        Op::AtLeast => column.gt_eq(first()),
        Op::Less => column.lt(first()),
        Op::AtMost => column.lt_eq(first()),
        Op::In => column.in_list(read, false),
        Op::Between => column.between(first(), read.get(1).cloned().unwrap_or_else(first)),
        Op::Like => column.like(text(&condition.value)),
        Op::StartsWith => column.like(text(&format!("{}%", escaped(&condition.value)))),
        Op::IsEmpty => column.is_null(),
        Op::IsFilled => column.is_not_null(),
    })
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// What a column is in the end: what is hidden is a text.
fn shown(planned: &Planned, made: &Made) -> DataType {
    if made.mask.is_some() { DataType::String } else { planned.data_type }
}

fn df_schema(fields: &[Field]) -> Result<DFSchema, Vec<FieldError>> {
    DFSchema::try_from(schema_of(fields)).map_err(|error| vec![FieldError::new("mapping", expression::sentence(&error))])
}

impl Mapper for Maps {
    fn plan(&self, mapping: &Mapping, table: &TableInfo) -> Result<(Mapping, TableInfo), Vec<FieldError>> {
        let mut errors = mapping.errors(table);
        if !errors.is_empty() {
            return Err(errors);
        }
        let columns: Vec<Field> = table.columns.iter().map(|column| Field::plain(&column.name, column.data_type)).collect();
        let schema = df_schema(&columns)?;
        let (mut types, mut uses) = (Vec::with_capacity(mapping.columns.len()), BTreeSet::new());
        for (index, made) in mapping.columns.iter().enumerate() {
            match self.planned(made, &columns, &schema) {
                Ok(planned) => {
                    types.push(shown(&planned, made));
                    uses.extend(planned.uses);
                }
                Err(error) => errors.push(FieldError::new(format!("mapping.columns.{index}"), error)),
            }
        }
        uses.extend(mapping.only.iter().map(|condition| condition.column.clone()));
        let mapped = mapping.table(table, &types);
        if errors.is_empty() && mapped.columns.is_empty() {
            errors.push(FieldError::new("mapping", "The dataset would have no columns. Copy or add at least one column."));
        }
        if errors.is_empty() { Ok((mapping.clone().with_reads(&uses, table), mapped)) } else { Err(errors) }
    }

    fn rows(&self, spec: &DatasetSpec) -> Result<Box<dyn MapRows>, Vec<FieldError>> {
        let read = spec.mapping.fields(spec);
        let schema = df_schema(&read)?;
        let at = |field: &str, error| vec![FieldError::new(field, error)];
        let hidden = self.hidden(&spec.mapping, &read, &schema);
        let mut columns = Vec::new();
        for field in spec.written() {
            let made = spec.mapping.columns.iter().enumerate().find(|(_, made)| made.name == field.column);
            let Some((index, made)) = made else {
                let index = read.iter().position(|read| read.name == field.column);
                columns.push(Column::Copied(index.ok_or_else(|| at("mapping", format!("There is no column {}.", field.column)))?));
                continue;
            };
            let place = format!("mapping.columns.{index}");
            let planned = self.planned(made, &read, &schema).map_err(|error| at(&place, error))?;
            if shown(&planned, made) != field.data_type {
                let (is, was) = (shown(&planned, made).word(), field.data_type.word());
                return Err(at(&place, format!("{} was a {was} and would now be a {is}.", field.column)));
            }
            columns.push(Column::Made(Making {
                name: field.column.clone(),
                is_hidden: planned.uses.iter().any(|column| hidden.contains(column)),
                value: planned.value,
                data_type: planned.data_type,
                is_cast: planned.is_cast,
                mask: made.mask,
            }));
        }
        let mut only = Vec::with_capacity(spec.mapping.only.len());
        for (index, condition) in spec.mapping.only.iter().enumerate() {
            let place = format!("mapping.only.{index}");
            only.push(self.condition(condition, &read, &schema).map_err(|error| at(&place, error))?);
        }
        Ok(Box::new(Rows { columns, only, schema: schema_of(&spec.written_fields()), masks: self.masks.clone() }))
    }
}
