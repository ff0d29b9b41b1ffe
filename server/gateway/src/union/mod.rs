//! Unions: several live APIs asked as one. A definition is compiled once against the live plans of its steps (`plan`),
//! run step by step as soon as nothing forces a wait (`run`), and put together (`merge`).

mod breaker;
mod hidden;
mod inputs;
mod merge;
mod outcome;
mod plan;
mod renumber;
mod run;

pub(crate) use hidden::hidden_of;
pub(crate) use plan::UnionPlan;
